//! Settings: what an operator may choose for the church dialect.

use super::{Wrong, setting::section};

section! {
    /// What an operator may choose for the church dialect.
    pub struct Church in "church." {
        /// Signs accounts in by the code 000000, which `GET /api/auth` tells everybody. For trying
        /// the program out only: there is no way to send codes in earnest (church 8.5).
        development: bool = false,
        /// REST requests of one client that may fail in 15 minutes (church 11.6).
        request_failures: u32 = 300,
        /// Sign-ins that may fail in 15 minutes, per address and contact (church 11.6).
        sign_in_failures: u32 = 5,
        /// Requests for a code that may fail in a minute, per address (church 11.6).
        code_failures: u32 = 10,
        /// Refreshes that may fail in 5 minutes, per address (church 11.6).
        refresh_failures: u32 = 10,
    }
}

impl Church {
    /// What the app calls the kind of installation.
    #[must_use]
    pub const fn environment(&self) -> &'static str {
        if self.development { "development" } else { "production" }
    }

    pub(super) fn check(&self) -> Result<(), Wrong> {
        for (key, number) in [
            ("church.request_failures", self.request_failures),
            ("church.sign_in_failures", self.sign_in_failures),
            ("church.code_failures", self.code_failures),
            ("church.refresh_failures", self.refresh_failures),
        ] {
            Wrong::unless(number > 0, key, "must be at least 1")?;
        }
        Ok(())
    }
}
