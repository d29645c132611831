//! Settings: how much one client, account or address may ask.

use rollcall_wire::Dialect;

use super::{Wrong, setting::section};

section! {
    /// How much one client, account or address may ask.
    pub struct Limits in "limits." {
        /// Connections that one listener holds at once; more are refused.
        connections_max: usize = 100_000,
        /// Messages a second that one native or gym connection may send (gym G10.2).
        messages_per_second: u32 = 200,
        /// Messages that one native or gym connection may send at once (gym G10.2).
        messages_burst: u32 = 1_000,
        /// Messages a second that one church connection may send (church 11.4).
        church_messages_per_second: u32 = 50,
        /// Messages that one church connection may send at once (church 11.4).
        church_messages_burst: u32 = 200,
        /// Bytes of one message from a client; a longer one ends the connection (church 11.1, gym G3.7).
        message_bytes_max: usize = 1_000_000,
        /// Sign-ins a minute that may fail for one account from one address (gym G10.2).
        sign_in_failures_per_minute: u32 = 10,
        /// Sign-ins a minute that may fail from one address, whichever the account: generous,
        /// because a whole site may sit behind one.
        sign_in_failures_per_address_per_minute: u32 = 300,
        /// Writes a second that one account may make over REST (gym G10.2).
        writes_per_second: u32 = 100,
    }
}

/// A pace: so many a second in the long run, so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// In the long run.
    pub per_second: u32,
    /// At once.
    pub burst: u32,
}

impl Limits {
    /// How fast one connection of that dialect may send messages.
    #[must_use]
    pub const fn messages(&self, dialect: Dialect) -> Rate {
        match dialect {
            Dialect::Native | Dialect::Gym => {
                Rate { per_second: self.messages_per_second, burst: self.messages_burst }
            }
            Dialect::Church => Rate {
                per_second: self.church_messages_per_second,
                burst: self.church_messages_burst,
            },
        }
    }

    pub(super) fn check(&self) -> Result<(), Wrong> {
        let numbers = [
            ("limits.messages_per_second", self.messages_per_second),
            ("limits.messages_burst", self.messages_burst),
            ("limits.church_messages_per_second", self.church_messages_per_second),
            ("limits.church_messages_burst", self.church_messages_burst),
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
        Wrong::unless(self.connections_max > 0, "limits.connections_max", "must be at least 1")?;
        Wrong::unless(
            (262_144..=16_777_216).contains(&self.message_bytes_max),
            "limits.message_bytes_max",
            "must lie between 262144 and 16777216",
        )
    }
}
