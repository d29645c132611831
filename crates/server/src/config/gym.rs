//! Settings: what an operator may choose for the gym dialect.

use rollcall_wire::gym::Endpoint;

use super::{Wrong, setting::section};

section! {
    /// What an operator may choose for the gym dialect.
    pub struct Gym in "gym." {
        /// Seconds that a connection without a token may stay (gym G2.12: 8 to 10).
        anonymous_wait_seconds: u32 = 8,
        /// Milliseconds for which updates are gathered before they are sent as one (gym G4.8: 100 to 150).
        deferred_ms: u32 = 100,
    }
}

impl Gym {
    /// What its conversations go by.
    #[must_use]
    pub fn endpoint(&self) -> Endpoint {
        Endpoint {
            anonymous_ms_max: self.anonymous_wait_seconds * 1_000,
            quiet_ms: self.deferred_ms,
        }
    }

    pub(super) fn check(&self) -> Result<(), Wrong> {
        Wrong::unless(
            (8..=10).contains(&self.anonymous_wait_seconds),
            "gym.anonymous_wait_seconds",
            "must lie between 8 and 10",
        )?;
        Wrong::unless(
            (100..=150).contains(&self.deferred_ms),
            "gym.deferred_ms",
            "must lie between 100 and 150",
        )
    }
}
