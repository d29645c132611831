//! Counts WebSocket frames by their headers, without copying what they carry.

/// Bytes of a payload's start that are kept: enough for a message's type and position.
const START_BYTES: usize = 96;

/// Bytes of the longest header without a mask (RFC 6455 section 5.2).
const HEADER_BYTES_MAX: usize = 10;

/// A whole frame that went by.
pub(super) struct Frame<'a> {
    /// Its opcode (RFC 6455 section 5.2).
    pub opcode: u8,
    /// Its length with the header.
    pub bytes: usize,
    /// How its payload begins.
    pub start: &'a [u8],
}

impl Frame<'_> {
    /// Whether this is a native message of that type.
    pub(super) fn says(&self, kind: &str) -> bool {
        let rest = self.start.strip_prefix(b"{\"type\":\"");
        rest.and_then(|rest| rest.strip_prefix(kind.as_bytes()))
            .is_some_and(|r| r.starts_with(b"\""))
    }

    /// The position that a native message names near its beginning.
    pub(super) fn position(&self) -> Option<String> {
        let text = String::from_utf8_lossy(self.start);
        let (_, rest) = text.split_once(r#""position":""#)?;
        Some(rest.split_once('"')?.0.to_owned())
    }
}

/// Finds the frames in what is read, wherever a read begins or ends.
pub(super) struct Frames {
    head: [u8; HEADER_BYTES_MAX + START_BYTES],
    have: usize,
    /// Payload bytes after `head` that are still to come.
    left: usize,
}

impl Frames {
    /// Nothing read so far.
    pub(super) const fn new() -> Self {
        Self { head: [0; HEADER_BYTES_MAX + START_BYTES], have: 0, left: 0 }
    }

    /// Looks at the next bytes; calls `each` for every frame that ends in them.
    pub(super) fn feed(&mut self, mut chunk: &[u8], mut each: impl FnMut(&Frame<'_>)) {
        loop {
            if self.left > 0 {
                let skipped = self.left.min(chunk.len());
                self.left -= skipped;
                chunk = &chunk[skipped..];
            }
            let (header, start, whole) = self.lengths();
            let need = header + start - self.have;
            if need > 0 {
                let taken = need.min(chunk.len());
                self.head[self.have..self.have + taken].copy_from_slice(&chunk[..taken]);
                self.have += taken;
                chunk = &chunk[taken..];
                if taken == 0 {
                    return;
                }
                let (header, start, whole) = self.lengths();
                if whole && self.have == header + start {
                    self.left = self.payload() - start;
                }
                continue;
            }
            if self.left > 0 || !whole {
                return;
            }
            each(&Frame {
                opcode: self.head[0] & 0x0f,
                bytes: header + self.payload(),
                start: &self.head[header..header + start],
            });
            self.have = 0;
        }
    }

    /// Bytes of the header and of the start to be kept, and whether the header says both.
    fn lengths(&self) -> (usize, usize, bool) {
        let header = match self.head[1] & 0x7f {
            _ if self.have < 2 => return (2, 0, false),
            126 => 4,
            127 => HEADER_BYTES_MAX,
            _ => 2,
        };
        if self.have < header {
            return (header, 0, false);
        }
        (header, self.payload().min(START_BYTES), true)
    }

    fn payload(&self) -> usize {
        let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        match self.head[1] & 0x7f {
            126 => number(&self.head[2..4]),
            127 => number(&self.head[2..10]),
            short => usize::from(short),
        }
    }
}

/// A masked frame as a client sends it. The mask is zero: it hides nothing on the loopback.
pub(super) fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
    match u16::try_from(payload.len()) {
        Ok(short) if short < 126 => frame.push(0x80 | short.to_be_bytes()[1]),
        Ok(long) => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&long.to_be_bytes());
        }
        Err(_) => {
            frame.push(0x80 | 127);
            frame.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(payload);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_found_wherever_a_read_ends() {
        let mut bytes = Vec::new();
        for length in [0, 5, 96, 97, 125, 126, 300, 65_536] {
            let mut frame = masked(1, &vec![b'x'; length]);
            frame[1] &= 0x7f;
            let mask_at = frame.len() - length - 4;
            frame.drain(mask_at..mask_at + 4);
            bytes.extend(frame);
        }
        for step in [1, 2, 3, 7, 64, 70_000] {
            let (mut frames, mut lengths, mut total) = (Frames::new(), Vec::new(), 0);
            for chunk in bytes.chunks(step) {
                frames.feed(chunk, |frame| {
                    assert_eq!(frame.opcode, 1);
                    assert!(frame.start.iter().all(|byte| *byte == b'x'));
                    lengths.push(frame.start.len());
                    total += frame.bytes;
                });
            }
            assert_eq!(lengths, [0, 5, 96, 96, 96, 96, 96, 96], "in steps of {step}");
            assert_eq!(total, bytes.len());
        }
    }
}
