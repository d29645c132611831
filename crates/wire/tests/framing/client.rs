//! A client's side of the wire for the tests: building frames, and collecting what the decoder says.

use rollcall_wire::websocket::{Decoder, Incoming, Malformed};

pub const FINAL: u8 = 0x80;
pub const CONTINUATION: u8 = 0x0;
pub const TEXT: u8 = 0x1;
pub const BINARY: u8 = 0x2;
pub const CLOSE: u8 = 0x8;
pub const PING: u8 = 0x9;
pub const PONG: u8 = 0xA;

/// What was received, kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Got {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>, String),
    Malformed(Malformed),
}

/// A masked frame in the shortest form of its length; `first` is the whole first byte.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        short @ 0..=125 => frame.push(0x80 | u8::try_from(short).expect("short")),
        middle @ 126..=0xFFFF => {
            frame.push(0x80 | 126);
            frame.extend(u16::try_from(middle).expect("middle").to_be_bytes());
        }
        long => {
            frame.push(0x80 | 127);
            frame.extend((long as u64).to_be_bytes());
        }
    }
    let mask = [0x37, 0xFA, 0x21, 0x3D];
    frame.extend(mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

/// A close frame with a code.
pub fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    frame(FINAL | CLOSE, &[&code.to_be_bytes(), reason].concat())
}

/// Feeds one chunk and collects.
pub fn feed(decoder: &mut Decoder, chunk: &[u8], got: &mut Vec<Got>) {
    let mut chunk = chunk.to_vec();
    let mut reader = decoder.feed(&mut chunk);
    loop {
        got.push(match reader.next_item() {
            Incoming::Text(text) => Got::Text(text.to_owned()),
            Incoming::Binary(bytes) => Got::Binary(bytes.to_vec()),
            Incoming::Ping(payload) => Got::Ping(payload.to_vec()),
            Incoming::Pong(payload) => Got::Pong(payload.to_vec()),
            Incoming::Close { code, reason } => Got::Close(code, reason.to_owned()),
            Incoming::Malformed(malformed) => Got::Malformed(malformed),
            Incoming::NeedMore => break,
        });
    }
}

/// Everything a fresh decoder says to `stream`, cut into chunks of `chunk_bytes`.
pub fn receive(stream: &[u8], message_bytes_max: u32, chunk_bytes: usize) -> Vec<Got> {
    let mut decoder = Decoder::new(message_bytes_max);
    let mut got = Vec::new();
    for chunk in stream.chunks(chunk_bytes.max(1)) {
        feed(&mut decoder, chunk, &mut got);
    }
    got
}
