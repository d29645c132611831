//! Settings: how much one client, account or address may ask.

use super::{Wrong, setting::section};

section! {
    /// How much one client, account or address may ask.
    pub struct Limits in "limits." {
        /// Live connections that one listener holds at once; more get 503.
        connections_max: usize = 100_000,
        /// Sign-ins a minute that may fail for one account from one address (gym G10.2).
        sign_in_failures_per_minute: u32 = 10,
        /// Sign-ins a minute that may fail from one address, whichever the account: generous,
        /// because a whole site may sit behind one.
        sign_in_failures_per_address_per_minute: u32 = 300,
        /// Writes a second that one account may make over REST (gym G10.2).
        writes_per_second: u32 = 100,
    }
}

impl Limits {
    pub(super) fn check(&self) -> Result<(), Wrong> {
        let numbers = [
            ("limits.sign_in_failures_per_minute", self.sign_in_failures_per_minute),
            (
                "limits.sign_in_failures_per_address_per_minute",
                self.sign_in_failures_per_address_per_minute,
            ),
            ("limits.writes_per_second", self.writes_per_second),
        ];
        for (key, number) in numbers {
            Wrong::unless(number > 0, key, "must be at least 1")?;
        }
        Wrong::unless(self.connections_max > 0, "limits.connections_max", "must be at least 1")
    }
}
