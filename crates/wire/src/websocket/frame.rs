//! One frame's header as a client sends it (RFC 6455 section 5.2).

use super::Malformed;

/// Longest payload of a control frame in bytes (RFC 6455 section 5.5).
pub const CONTROL_BYTES_MAX: usize = 125;

/// Longest header of a client's frame in bytes: two, a 64-bit length, a mask.
pub(super) const CLIENT_HEADER_BYTES_MAX: usize = 14;

const FINAL: u8 = 0x80;
const RESERVED: u8 = 0x70;
const MASKED: u8 = 0x80;
const LENGTH_16: u8 = 126;
const LENGTH_64: u8 = 127;

/// What a frame is (RFC 6455 section 11.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Opcode {
    /// The next fragment of the message that is open.
    Continuation = 0x0,
    /// A text message, or its first fragment.
    Text = 0x1,
    /// A binary message, or its first fragment.
    Binary = 0x2,
    /// The end of the conversation.
    Close = 0x8,
    /// "Are you there?"
    Ping = 0x9,
    /// "I am."
    Pong = 0xA,
}

impl Opcode {
    /// Whether this is a close, ping or pong, which may stand between the fragments of a message.
    #[must_use]
    pub fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }

    fn from_bits(bits: u8) -> Result<Self, Malformed> {
        match bits {
            0x0 => Ok(Self::Continuation),
            0x1 => Ok(Self::Text),
            0x2 => Ok(Self::Binary),
            0x8 => Ok(Self::Close),
            0x9 => Ok(Self::Ping),
            0xA => Ok(Self::Pong),
            other => Err(Malformed::ReservedOpcode(other)),
        }
    }
}

/// A frame whose header has been read: what it is and how much of its payload is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub opcode: Opcode,
    pub is_final: bool,
    /// Rotated as the payload is taken, so that it always fits the next byte.
    pub mask: [u8; 4],
    /// Payload bytes that have not been taken yet.
    pub left: u64,
}

impl Frame {
    /// Reads the header at the start of `input`: the frame and the header's length in bytes, or
    /// `None` if `input` is only a part of it. Bytes are judged in order, so the verdict does not
    /// depend on how the stream was cut.
    pub(super) fn parse(input: &[u8]) -> Result<Option<(Self, usize)>, Malformed> {
        let Some((&first, rest)) = input.split_first() else { return Ok(None) };
        if first & RESERVED != 0 {
            return Err(Malformed::ReservedBits);
        }
        let opcode = Opcode::from_bits(first & 0x0F)?;
        let is_final = first & FINAL != 0;
        if opcode.is_control() && !is_final {
            return Err(Malformed::ControlFragmented);
        }
        let Some((&second, rest)) = rest.split_first() else { return Ok(None) };
        if second & MASKED == 0 {
            return Err(Malformed::Unmasked);
        }
        let short = second & !MASKED;
        if opcode.is_control() && usize::from(short) > CONTROL_BYTES_MAX {
            return Err(Malformed::ControlTooLong);
        }
        let Some((left, rest)) = length(short, rest)? else { return Ok(None) };
        let Some((&mask, rest)) = rest.split_first_chunk() else { return Ok(None) };
        Ok(Some((Self { opcode, is_final, mask, left }, input.len() - rest.len())))
    }

    /// Takes up to `available` payload bytes: how many, and the mask they begin with.
    pub(super) fn take(&mut self, available: usize) -> (usize, [u8; 4]) {
        let taken = usize::try_from(self.left).unwrap_or(usize::MAX).min(available);
        let mask = self.mask;
        self.left -= taken as u64;
        self.mask.rotate_left(taken % mask.len());
        (taken, mask)
    }
}

/// Reads the extended length, if `short` says that there is one: the payload length and what
/// follows it.
fn length(short: u8, input: &[u8]) -> Result<Option<(u64, &[u8])>, Malformed> {
    let (length, rest, least) = match short {
        LENGTH_16 => match input.split_first_chunk() {
            Some((bytes, rest)) => {
                (u64::from(u16::from_be_bytes(*bytes)), rest, u64::from(LENGTH_16))
            }
            None => return Ok(None),
        },
        LENGTH_64 => match input.split_first_chunk() {
            Some((bytes, rest)) => (u64::from_be_bytes(*bytes), rest, u64::from(u16::MAX) + 1),
            None => return Ok(None),
        },
        short => (u64::from(short), input, 0),
    };
    if length < least {
        return Err(Malformed::LengthNotMinimal);
    }
    if length > i64::MAX as u64 {
        return Err(Malformed::LengthTooBig);
    }
    Ok(Some((length, rest)))
}
