//! Settings: how long tokens count.

use rollcall_wire::Dialect;

use super::{Wrong, setting::section};

section! {
    /// How long tokens count, by the dialect that gave them.
    pub struct Lifetimes in "tokens." {
        /// Minutes that a native access token counts. Short, because it is only checked against
        /// what is kept when a connection or request begins.
        native_access_minutes: u32 = 15,
        /// Days after which a native sign-in ends for good.
        native_refresh_days: u32 = 30,
        /// Minutes that a gym access token counts (gym G2.6: one day).
        gym_access_minutes: u32 = 1_440,
        /// Days after which a gym sign-in ends for good (gym G2.6).
        gym_refresh_days: u32 = 7,
        /// Days that a church token counts; each refresh begins them anew (church 3.2).
        church_days: u32 = 30,
    }
}

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

impl Lifetimes {
    /// Milliseconds that an access token of that dialect counts.
    #[must_use]
    pub const fn access_ms(&self, dialect: Dialect) -> i64 {
        match dialect {
            Dialect::Native => self.native_access_minutes as i64 * MINUTE_MS,
            Dialect::Gym => self.gym_access_minutes as i64 * MINUTE_MS,
            Dialect::Church => self.church_days as i64 * DAY_MS,
        }
    }

    /// Milliseconds that a sign-in by that dialect can be refreshed.
    #[must_use]
    pub const fn session_ms(&self, dialect: Dialect) -> i64 {
        match dialect {
            Dialect::Native => self.native_refresh_days as i64 * DAY_MS,
            Dialect::Gym => self.gym_refresh_days as i64 * DAY_MS,
            Dialect::Church => self.church_days as i64 * DAY_MS,
        }
    }

    pub(super) fn check(&self) -> Result<(), Wrong> {
        for (key, value) in [
            ("tokens.native_access_minutes", self.native_access_minutes),
            ("tokens.native_refresh_days", self.native_refresh_days),
            ("tokens.gym_access_minutes", self.gym_access_minutes),
            ("tokens.gym_refresh_days", self.gym_refresh_days),
            ("tokens.church_days", self.church_days),
        ] {
            Wrong::unless(value > 0, key, "must be at least 1")?;
        }
        Ok(())
    }
}
