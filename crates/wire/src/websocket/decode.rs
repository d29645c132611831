//! From bytes as they were read to whole messages, borrowed from the read buffer wherever that is
//! possible.

use std::ops::Range;

use super::close;
use super::frame::{Frame, Opcode};
use super::malformed::Malformed;
use super::mask;
use super::partial::{Header, Message, Partial, Progress};

/// The receiving side of one connection.
///
/// It is two words while nothing is incomplete, because almost every frame arrives whole and is
/// read from the shard's shared buffer without being kept.
#[derive(Debug)]
pub struct Decoder {
    partial: Option<Box<Partial>>,
    message_bytes_max: u32,
    /// Whether text that is not UTF-8 ends the connection.
    needs_utf8: bool,
    has_ended: bool,
}

/// One thing that was received, or the reason why there is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incoming<'r> {
    /// A whole text message.
    Text(&'r str),
    /// A whole binary message, or, of [`Decoder::of_any_text`], a text that is not UTF-8.
    Binary(&'r [u8]),
    /// To be answered with [`super::pong`] of the same payload.
    Ping(&'r [u8]),
    /// Proof of life; the payload is that of a ping, or anything.
    Pong(&'r [u8]),
    /// The client closes; to be answered with [`super::close`] of the same code. Bytes after it are
    /// dropped.
    Close {
        /// The client's code, if it gave one.
        code: Option<u16>,
        /// The client's words, often none.
        reason: &'r str,
    },
    /// The chunk is used up.
    NeedMore,
    /// The client broke the protocol: close with [`Malformed::close_code`]. Bytes after it are
    /// dropped.
    Malformed(Malformed),
}

impl Decoder {
    /// A decoder that refuses messages longer than `message_bytes_max`, before it keeps any of
    /// them.
    #[must_use]
    pub fn new(message_bytes_max: u32) -> Self {
        Self { partial: None, message_bytes_max, needs_utf8: true, has_ended: false }
    }

    /// A decoder that gives text that is not UTF-8 as [`Incoming::Binary`] instead of ending the
    /// connection (RFC 6455 section 8.1), for a dialect that answers it.
    #[must_use]
    pub fn of_any_text(message_bytes_max: u32) -> Self {
        Self { needs_utf8: false, ..Self::new(message_bytes_max) }
    }

    /// Reads `chunk`, which is unmasked in place. Call [`Reader::next_item`] until it says
    /// [`Incoming::NeedMore`]: what has not been read by then is lost.
    pub fn feed<'a>(&'a mut self, chunk: &'a mut [u8]) -> Reader<'a> {
        Reader { decoder: self, chunk, at: 0, whole: Vec::new() }
    }

    /// Whether something incomplete is being kept. A connection that stays so for long is stuck or
    /// hostile.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.partial.is_some()
    }

    fn check_order(&self, frame: &Frame) -> Result<(), Malformed> {
        let is_open = self.partial.as_ref().is_some_and(|partial| partial.message.is_some());
        match (frame.opcode, is_open) {
            (Opcode::Continuation, false) => Err(Malformed::ContinuationOfNothing),
            (Opcode::Text | Opcode::Binary, true) => Err(Malformed::MessageInsideMessage),
            _ => Ok(()),
        }
    }

    fn check_length(&self, frame: &Frame) -> Result<(), Malformed> {
        let before = self.partial.as_ref().map_or(0, |partial| partial.message_bytes());
        let is_too_long = before.saturating_add(frame.left) > u64::from(self.message_bytes_max);
        if is_too_long && !frame.opcode.is_control() { Err(Malformed::TooLong) } else { Ok(()) }
    }

    fn keep(&mut self, progress: Progress) {
        self.partial.get_or_insert_default().progress = progress;
    }
}

/// Where a complete payload is.
enum Place {
    Chunk(Range<usize>),
    Whole,
}

/// Reads one chunk; see [`Decoder::feed`].
#[derive(Debug)]
pub struct Reader<'a> {
    decoder: &'a mut Decoder,
    chunk: &'a mut [u8],
    at: usize,
    /// A payload that arrived in pieces, kept until the next item is asked for.
    whole: Vec<u8>,
}

impl Reader<'_> {
    /// The next thing received. After [`Incoming::Close`] and [`Incoming::Malformed`] it is always
    /// [`Incoming::NeedMore`], also for later chunks.
    pub fn next_item(&mut self) -> Incoming<'_> {
        let found = self.advance();
        if self.decoder.partial.as_ref().is_some_and(|partial| partial.is_nothing()) {
            self.decoder.partial = None;
        }
        let item = match found {
            Ok(None) => return Incoming::NeedMore,
            Ok(Some((opcode, Place::Chunk(range)))) => {
                read(opcode, &self.chunk[range], self.decoder.needs_utf8)
            }
            Ok(Some((opcode, Place::Whole))) => read(opcode, &self.whole, self.decoder.needs_utf8),
            Err(malformed) => Err(malformed),
        };
        let item = item.unwrap_or_else(Incoming::Malformed);
        if matches!(item, Incoming::Close { .. } | Incoming::Malformed(_)) {
            self.decoder.has_ended = true;
            self.decoder.partial = None;
        }
        item
    }

    fn advance(&mut self) -> Result<Option<(Opcode, Place)>, Malformed> {
        self.whole = Vec::new();
        if self.decoder.has_ended {
            return Ok(None);
        }
        while let Some(mut frame) = self.frame()? {
            let piece = self.payload(&mut frame);
            let found = self.absorb(frame, piece)?;
            if found.is_some() {
                return Ok(found);
            }
            if frame.left > 0 {
                self.decoder.keep(Progress::InPayload(frame));
                break;
            }
        }
        Ok(None)
    }

    /// The frame whose payload comes next, or `None` if its header is not whole yet.
    fn frame(&mut self) -> Result<Option<Frame>, Malformed> {
        let progress =
            self.decoder.partial.as_mut().map(|partial| std::mem::take(&mut partial.progress));
        let mut kept = match progress {
            Some(Progress::InPayload(frame)) => return Ok(Some(frame)),
            Some(Progress::InHeader(header)) => header,
            Some(Progress::BetweenFrames) | None => Header::default(),
        };
        let before = kept.len();
        let rest = &self.chunk[self.at..];
        let parsed = if before == 0 {
            Frame::parse(rest)?
        } else {
            kept.extend(rest);
            Frame::parse(kept.bytes())?
        };
        let Some((frame, header_bytes)) = parsed else {
            if before == 0 {
                kept.extend(rest);
            }
            self.at = self.chunk.len();
            if kept.len() > 0 {
                self.decoder.keep(Progress::InHeader(kept));
            }
            return Ok(None);
        };
        self.at += header_bytes - before;
        self.decoder.check_order(&frame)?;
        self.decoder.check_length(&frame)?;
        Ok(Some(frame))
    }

    /// Takes and unmasks as much of the payload as the chunk has.
    fn payload(&mut self, frame: &mut Frame) -> Range<usize> {
        let (taken, mask) = frame.take(self.chunk.len() - self.at);
        let range = self.at..self.at + taken;
        mask::apply(&mut self.chunk[range.clone()], mask);
        self.at = range.end;
        range
    }

    /// Gives a payload that is complete, from the chunk if all of it lies there; otherwise keeps the
    /// piece.
    fn absorb(
        &mut self,
        frame: Frame,
        piece: Range<usize>,
    ) -> Result<Option<(Opcode, Place)>, Malformed> {
        if frame.opcode.is_control() {
            Ok(self.absorb_control(frame, piece).map(|place| (frame.opcode, place)))
        } else {
            self.absorb_message(frame, piece)
        }
    }

    fn absorb_control(&mut self, frame: Frame, piece: Range<usize>) -> Option<Place> {
        let is_whole = frame.left == 0;
        let partial = &mut self.decoder.partial;
        if is_whole && partial.as_ref().is_none_or(|partial| partial.control.is_empty()) {
            return Some(Place::Chunk(piece));
        }
        let control = &mut partial.get_or_insert_default().control;
        control.extend_from_slice(&self.chunk[piece]);
        is_whole.then(|| {
            self.whole = std::mem::take(control);
            Place::Whole
        })
    }

    fn absorb_message(
        &mut self,
        frame: Frame,
        piece: Range<usize>,
    ) -> Result<Option<(Opcode, Place)>, Malformed> {
        let is_end = frame.left == 0 && frame.is_final;
        let partial = &mut self.decoder.partial;
        if is_end && partial.as_ref().is_none_or(|partial| partial.message.is_none()) {
            return Ok(Some((frame.opcode, Place::Chunk(piece))));
        }
        let open = &mut partial.get_or_insert_default().message;
        let is_checked = self.decoder.needs_utf8 && frame.opcode == Opcode::Text;
        let message = open.get_or_insert_with(|| Message::new(frame.opcode, is_checked));
        message.extend(&self.chunk[piece])?;
        if !is_end {
            return Ok(None);
        }
        let opcode = message.opcode;
        self.whole = open.take().map(|message| message.bytes).unwrap_or_default();
        Ok(Some((opcode, Place::Whole)))
    }
}

/// What a complete payload says. Reassembled text is checked a second time here: it is rare, the
/// check is fast, and it needs no `unsafe`.
fn read(opcode: Opcode, payload: &[u8], needs_utf8: bool) -> Result<Incoming<'_>, Malformed> {
    Ok(match opcode {
        Opcode::Text => match std::str::from_utf8(payload) {
            Ok(text) => Incoming::Text(text),
            Err(_) if needs_utf8 => return Err(Malformed::NotUtf8),
            Err(_) => Incoming::Binary(payload),
        },
        // A continuation never leaves `absorb`, which knows the message it continues.
        Opcode::Binary | Opcode::Continuation => Incoming::Binary(payload),
        Opcode::Ping => Incoming::Ping(payload),
        Opcode::Pong => Incoming::Pong(payload),
        Opcode::Close => {
            let (code, reason) = close::parse(payload)?;
            Incoming::Close { code, reason }
        }
    })
}
