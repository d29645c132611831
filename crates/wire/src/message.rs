//! One encoded message, framed once and shared by every connection it goes to.

use bytes::Bytes;

use crate::websocket;

/// A text message that was encoded once: cloning it shares the bytes.
///
/// The WebSocket header stands directly before the text in one allocation, so a
/// WebSocket member gets [`Message::into_websocket`] and every other transport gets
/// [`Message::text`] without a further copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    framed: Bytes,
    text_at: u8,
}

impl Message {
    /// Frames `text` (already valid JSON or another text the dialect speaks).
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut framed = Vec::with_capacity(text.len() + websocket::HEADER_BYTES_MAX);
        websocket::write_header(&mut framed, websocket::Opcode::Text, text.len());
        let text_at = u8::try_from(framed.len()).unwrap_or(u8::MAX);
        framed.extend_from_slice(text.as_bytes());
        Self { framed: framed.into(), text_at }
    }

    /// The message as one unmasked WebSocket text frame (RFC 6455 section 5.2).
    #[must_use]
    pub fn into_websocket(self) -> Bytes {
        self.framed
    }

    /// The bare text.
    #[must_use]
    pub fn text(&self) -> Bytes {
        self.framed.slice(usize::from(self.text_at)..)
    }

    /// Length of the bare text in bytes.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.framed.len() - usize::from(self.text_at)
    }
}
