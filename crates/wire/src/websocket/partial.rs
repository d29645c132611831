//! What is kept of a connection between two reads, while a frame or a fragmented message is
//! incomplete.

use super::frame::{CLIENT_HEADER_BYTES_MAX, Frame, Opcode};
use super::malformed::Malformed;

/// The incomplete parts of one connection. Freed as soon as nothing is incomplete.
#[derive(Debug, Default)]
pub(super) struct Partial {
    pub progress: Progress,
    /// The payload so far of a control frame that was cut; one can arrive inside a fragmented
    /// message.
    pub control: Vec<u8>,
    pub message: Option<Message>,
}

/// How far into a frame the connection is.
#[derive(Debug, Default)]
pub(super) enum Progress {
    #[default]
    BetweenFrames,
    InHeader(Header),
    InPayload(Frame),
}

/// The first bytes of a header that was cut.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Header {
    bytes: [u8; CLIENT_HEADER_BYTES_MAX],
    len: u8,
}

impl Header {
    /// Appends the start of `more`, as much as a header can be long.
    pub(super) fn extend(&mut self, more: &[u8]) {
        let len = self.len();
        for (place, byte) in self.bytes[len..].iter_mut().zip(more) {
            *place = *byte;
            self.len += 1;
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len()]
    }

    pub(super) fn len(&self) -> usize {
        usize::from(self.len)
    }
}

/// A message of which some fragments, or a part of the first one, have arrived.
#[derive(Debug)]
pub(super) struct Message {
    pub opcode: Opcode,
    /// Grows with what has arrived, never with what was announced.
    pub bytes: Vec<u8>,
    /// Whether it must be UTF-8.
    is_checked: bool,
    /// How many of the bytes are known to be whole UTF-8 characters.
    checked: usize,
}

impl Message {
    pub(super) fn new(opcode: Opcode, is_checked: bool) -> Self {
        Self { opcode, bytes: Vec::new(), is_checked, checked: 0 }
    }

    /// Adds a piece. Text that must be UTF-8 is checked at once, so that bad text is refused where
    /// it stands; whether the last character is whole is only known when the message is read.
    pub(super) fn extend(&mut self, piece: &[u8]) -> Result<(), Malformed> {
        self.bytes.extend_from_slice(piece);
        if !self.is_checked {
            return Ok(());
        }
        match std::str::from_utf8(&self.bytes[self.checked..]) {
            Ok(text) => self.checked += text.len(),
            Err(error) if error.error_len().is_none() => self.checked += error.valid_up_to(),
            Err(_) => return Err(Malformed::NotUtf8),
        }
        Ok(())
    }
}

impl Partial {
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self.progress, Progress::BetweenFrames) && self.message.is_none()
    }

    /// Bytes of the message that is open.
    pub(super) fn message_bytes(&self) -> u64 {
        self.message.as_ref().map_or(0, |message| message.bytes.len() as u64)
    }
}
