//! The only closes that this dialect begins (G2.14): 1000, or none at all, would silence some
//! clients for ever. A frame over [`super::FRAME_BYTES_MAX`] is closed with 1009 by the framing.

use crate::{conversation::Outbox, websocket::close};

/// Milliseconds after which our own client may return from a restart (G6.7).
const RETRY_MS: u32 = 1_000;

/// Why a socket is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// The token was refused: clients stop until they have another.
    Authentication,
    /// No token came in time, or something else came first: clients return with one.
    AuthenticationTimeout,
    /// We are about to stop.
    Restart,
    /// We cannot serve this client now.
    Overload,
}

impl Close {
    /// The close code.
    pub(super) const fn code(self) -> u16 {
        match self {
            Self::Authentication => 4001,
            Self::AuthenticationTimeout => 4008,
            Self::Restart => close::RESTART,
            Self::Overload => close::TRY_LATER,
        }
    }

    /// Asks for the close.
    pub(super) fn ask(self, out: &mut Outbox) {
        let reason = match self {
            Self::Authentication => "authentication failed".to_owned(),
            Self::AuthenticationTimeout => "authentication timeout".to_owned(),
            Self::Restart => format!(r#"{{"retry_ms":{RETRY_MS}}}"#),
            Self::Overload => "try again later".to_owned(),
        };
        out.close(self.code(), reason);
    }
}
