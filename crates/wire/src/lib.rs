//! How it is said: bytes to meaning and back, without a socket, a clock or an await.
//!
//! The framings carry any dialect: [`websocket`] and [`sse`] over the request head read by
//! [`http_head`]. A [`message::Message`] is encoded once and shared by every connection it goes to.

pub mod broadcast;
pub mod church;
pub mod conversation;
pub mod engineio;
pub mod gym;
pub mod http_head;
pub mod message;
pub mod native;
pub mod present;
pub mod socketio;
pub mod sse;
pub mod websocket;

/// A spelling of meaning that some client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// Rollcall's own.
    Native,
    /// The gym app's (contract `gym`).
    Gym,
    /// The church app's (contract `church`).
    Church,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 3] = [Self::Native, Self::Gym, Self::Church];

    /// Its name in settings and addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Gym => "gym",
            Self::Church => "church",
        }
    }

    /// Whether a WebSocket text that is not UTF-8 ends the connection, as RFC 6455 section 8.1 has
    /// it. The gym's answers it: there no content of a frame closes a socket (gym G3.7).
    #[must_use]
    pub const fn needs_utf8(self) -> bool {
        !matches!(self, Self::Gym)
    }

    /// The dialect of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }
}
