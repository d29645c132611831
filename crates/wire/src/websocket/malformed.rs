//! The ways in which a client can break RFC 6455, and the close code each one is answered with.

use super::close;

/// A violation by the client: the connection is closed with [`Malformed::close_code`] and nothing
/// more is read from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A reserved bit is set although no extension was agreed (section 5.2).
    #[error("reserved bits are set")]
    ReservedBits,
    /// An opcode that has no meaning (section 5.2).
    #[error("opcode {0:#x} is reserved")]
    ReservedOpcode(u8),
    /// A client must mask all it sends (section 5.1).
    #[error("frame is not masked")]
    Unmasked,
    /// A control frame without the final bit (section 5.5).
    #[error("control frame is fragmented")]
    ControlFragmented,
    /// A control frame with more than 125 bytes of payload (section 5.5).
    #[error("control frame is longer than 125 bytes")]
    ControlTooLong,
    /// The length could have been said in fewer bytes (section 5.2: the minimal number must be
    /// used).
    #[error("payload length is not in its shortest form")]
    LengthNotMinimal,
    /// The top bit of a 64-bit length is set (section 5.2).
    #[error("payload length does not fit 63 bits")]
    LengthTooBig,
    /// A continuation while no message is open (section 5.4).
    #[error("continuation of no message")]
    ContinuationOfNothing,
    /// A new message while another one is still in fragments (section 5.4).
    #[error("a message began inside another one")]
    MessageInsideMessage,
    /// A close frame with a payload of one byte, which cannot hold a code (section 5.5.1).
    #[error("close frame holds half a code")]
    HalfCloseCode,
    /// A close code that must not be sent (section 7.4).
    #[error("close code {0} must not be sent")]
    CloseCode(u16),
    /// Text or a close reason that is not UTF-8 (section 8.1).
    #[error("text is not UTF-8")]
    NotUtf8,
    /// The message would be longer than this listener's limit (section 10.4).
    #[error("message is longer than the limit")]
    TooLong,
}

impl Malformed {
    /// The code of the close frame to answer with: 1002, 1007 or 1009 (section 7.4.1).
    #[must_use]
    pub fn close_code(self) -> u16 {
        match self {
            Self::NotUtf8 => close::NOT_UTF8,
            Self::TooLong => close::TOO_LONG,
            _ => close::PROTOCOL,
        }
    }
}
