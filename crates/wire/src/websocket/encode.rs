//! Frames as a server writes them: never masked, never fragmented.

use bytes::Bytes;

use super::frame::{CONTROL_BYTES_MAX, Opcode};

/// Longest header this side writes, in bytes: two and a 64-bit length (RFC 6455 section 5.2).
pub const HEADER_BYTES_MAX: usize = 10;

const FINAL: u8 = 0x80;

/// Appends the header of one whole, unmasked frame with `payload_len` bytes of payload.
pub fn write_header(out: &mut Vec<u8>, opcode: Opcode, payload_len: usize) {
    out.push(FINAL | opcode as u8);
    if let Ok(short @ 0..=125) = u8::try_from(payload_len) {
        out.push(short);
    } else if let Ok(middle) = u16::try_from(payload_len) {
        out.push(126);
        out.extend_from_slice(&middle.to_be_bytes());
    } else {
        out.push(127);
        out.extend_from_slice(&(payload_len as u64).to_be_bytes());
    }
}

/// A ping. The payload is cut at [`CONTROL_BYTES_MAX`].
#[must_use]
pub fn ping(payload: &[u8]) -> Bytes {
    // The heartbeat of every connection, every few seconds: shared, not built.
    if payload.is_empty() {
        Bytes::from_static(&[0x89, 0x00])
    } else {
        control(Opcode::Ping, &[payload])
    }
}

/// The answer to a ping with this payload, which is cut at [`CONTROL_BYTES_MAX`] (no ping is
/// longer).
#[must_use]
pub fn pong(payload: &[u8]) -> Bytes {
    control(Opcode::Pong, &[payload])
}

/// A close frame; `code` is one that [`super::close::may_be_sent`]. Without a code it is empty, which is how a close without a code is answered; a
/// reason that is too long is cut between two characters (RFC 6455 section 5.5.1).
#[must_use]
pub fn close(code: Option<u16>, reason: &str) -> Bytes {
    let Some(code) = code else { return control(Opcode::Close, &[]) };
    let code = code.to_be_bytes();
    let reason = &reason[..reason.floor_char_boundary(CONTROL_BYTES_MAX - code.len())];
    control(Opcode::Close, &[&code, reason.as_bytes()])
}

fn control(opcode: Opcode, parts: &[&[u8]]) -> Bytes {
    let payload_len = parts.iter().map(|part| part.len()).sum::<usize>().min(CONTROL_BYTES_MAX);
    let mut frame = Vec::with_capacity(2 + payload_len);
    write_header(&mut frame, opcode, payload_len);
    let payload = parts.iter().copied().flatten().take(payload_len);
    frame.extend(payload);
    frame.into()
}
