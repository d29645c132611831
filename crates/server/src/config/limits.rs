//! Settings: how much one client, account or address may ask.

use super::{Wrong, setting::section};
use crate::connection::Flow;

section! {
    /// How much one client, account or address may ask.
    pub struct Limits in "limits." {
        /// Live connections that one listener holds at once; more get 503.
        connections_max: usize = 100_000,
        /// Messages a second that one connection may send in the native dialect; 0: as many as it
        /// likes. Whoever sends more is read more slowly and loses nothing. The gym's and the
        /// church's rates are those of their contracts (gym G10.2, church 11.4).
        messages_per_second: u32 = 1_000,
        /// Messages that one connection may send at once in the native dialect: a device's whole
        /// offline queue should pass.
        messages_burst: u32 = 2_000,
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
    /// How fast the messages of one native connection are taken.
    #[must_use]
    pub fn flow(&self) -> Flow {
        Flow::new(self.messages_per_second, self.messages_burst)
    }

    pub(super) fn check(&self) -> Result<(), Wrong> {
        let numbers = [
            ("limits.sign_in_failures_per_minute", self.sign_in_failures_per_minute),
            (
                "limits.sign_in_failures_per_address_per_minute",
                self.sign_in_failures_per_address_per_minute,
            ),
            ("limits.writes_per_second", self.writes_per_second),
            ("limits.messages_burst", self.messages_burst),
        ];
        for (key, number) in numbers {
            Wrong::unless(number > 0, key, "must be at least 1")?;
        }
        let per_second = self.messages_per_second;
        let why = "must be at most 1000000";
        Wrong::unless(per_second <= 1_000_000, "limits.messages_per_second", why)?;
        Wrong::unless(self.connections_max > 0, "limits.connections_max", "must be at least 1")
    }
}
