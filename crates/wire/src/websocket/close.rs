//! Close codes: which exist, which may be sent, and what a close frame's payload says.

use super::Malformed;

/// The purpose is fulfilled.
pub const NORMAL: u16 = 1000;
/// The server is going away, or the page was left.
pub const GOING_AWAY: u16 = 1001;
/// The other side broke the protocol.
pub const PROTOCOL: u16 = 1002;
/// A kind of message that is not accepted here, such as binary on a text dialect.
pub const UNSUPPORTED: u16 = 1003;
/// Text that is not UTF-8.
pub const NOT_UTF8: u16 = 1007;
/// Against the rules of this server.
pub const POLICY: u16 = 1008;
/// A message over the limit.
pub const TOO_LONG: u16 = 1009;
/// A fault of ours.
pub const FAULT: u16 = 1011;
/// Come back in a moment: the server is restarting.
pub const RESTART: u16 = 1012;
/// Come back later: the server has too much to do.
pub const TRY_LATER: u16 = 1013;

/// Whether `code` may stand in a close frame: the registered codes and the ranges for libraries and
/// applications (RFC 6455 section 7.4 and the registry it founded). 1004 to 1006 and 1015 only ever
/// exist locally.
#[must_use]
pub fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// Reads a close frame's payload: nothing, or a code and a reason.
pub(super) fn parse(payload: &[u8]) -> Result<(Option<u16>, &str), Malformed> {
    match payload {
        [] => Ok((None, "")),
        [_] => Err(Malformed::HalfCloseCode),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !may_be_sent(code) {
                return Err(Malformed::CloseCode(code));
            }
            let reason = std::str::from_utf8(reason).map_err(|_| Malformed::NotUtf8)?;
            Ok((Some(code), reason))
        }
    }
}
