//! Engine.IO packets: a type digit and text, or binary.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::{SessionId, Settings};

/// The character before the text of every message packet: an encoder that starts its text with
/// it makes one text that fits both transports.
pub const MESSAGE_PREFIX: char = '4';

/// Why a client's bytes are no Engine.IO.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A packet without even a type.
    #[error("empty packet")]
    Empty,
    /// The first character names no packet type.
    #[error("unknown packet type")]
    UnknownType,
    /// Bytes that claim to be text and are not.
    #[error("text is not UTF-8")]
    NotUtf8,
    /// A binary packet of a polling payload that does not decode.
    #[error("bad base64 in a binary packet")]
    BadBase64,
    /// More packets in one payload than [`super::PAYLOAD_PACKETS_MAX`].
    #[error("too many packets in a payload")]
    TooManyPackets,
    /// A WebSocket message above `payload_bytes_max`.
    #[error("message too large")]
    TooLarge,
    /// A packet that only a server sends.
    #[error("packet in the wrong direction")]
    WrongDirection,
}

/// One packet from a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming<'a> {
    /// `0`: only a server sends it.
    Open,
    /// `1`: the client ends the session.
    Close,
    /// `2` with its text; a client sends it only to probe (`2probe`).
    Ping(&'a str),
    /// `3`: the answer to our ping.
    Pong,
    /// `4`: text for the layer above.
    Message(&'a str),
    /// `5`: the client has moved to the probed transport.
    Upgrade,
    /// `6`: nothing.
    Noop,
    /// Binary for the layer above, out of a polling payload.
    Binary(Vec<u8>),
}

/// Reads one packet of a WebSocket text message. Binary ones arrive as binary messages there.
///
/// # Errors
/// The text is empty or of no known type.
pub fn decode(text: &str) -> Result<Incoming<'_>, Malformed> {
    let kind = *text.as_bytes().first().ok_or(Malformed::Empty)?;
    let rest = text.get(1..).ok_or(Malformed::UnknownType)?;
    Ok(match kind {
        b'0' => Incoming::Open,
        b'1' => Incoming::Close,
        b'2' => Incoming::Ping(rest),
        b'3' => Incoming::Pong,
        b'4' => Incoming::Message(rest),
        b'5' => Incoming::Upgrade,
        b'6' => Incoming::Noop,
        _ => return Err(Malformed::UnknownType),
    })
}

/// Reads one packet of a polling payload, where binary is `b` and base64.
pub(super) fn decode_polled(text: &str) -> Result<Incoming<'_>, Malformed> {
    match text.strip_prefix('b') {
        Some(encoded) => {
            STANDARD.decode(encoded).map(Incoming::Binary).map_err(|_| Malformed::BadBase64)
        }
        None => decode(text),
    }
}

/// One packet to a client; cloning shares the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// Type digit and text: a WebSocket text message, or a payload's text as it is.
    Text(Bytes),
    /// A message's binary: a WebSocket binary message, or `b` and base64 in a payload.
    Binary(Bytes),
}

impl Packet {
    pub(super) const CLOSE: Self = Self::Text(Bytes::from_static(b"1"));
    pub(super) const PING: Self = Self::Text(Bytes::from_static(b"2"));
    pub(super) const PROBED: Self = Self::Text(Bytes::from_static(b"3probe"));
    pub(super) const NOOP: Self = Self::Text(Bytes::from_static(b"6"));

    /// A message packet; `text` starts with [`MESSAGE_PREFIX`].
    #[must_use]
    pub fn message(text: impl Into<Bytes>) -> Self {
        Self::Text(text.into())
    }

    /// Bytes this packet takes in a polling payload, without a separator.
    #[must_use]
    pub fn payload_bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(binary) => 1 + binary.len().div_ceil(3) * 4,
        }
    }

    pub(super) fn write_polled(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => out.extend_from_slice(text),
            Self::Binary(binary) => {
                out.push(b'b');
                out.extend_from_slice(STANDARD.encode(binary).as_bytes());
            }
        }
    }
}

/// The first packet of a session (church rule 2.4). A session that starts on a WebSocket has
/// nothing to upgrade to.
#[must_use]
pub fn open_packet(id: &SessionId, settings: &Settings, upgradable: bool) -> Packet {
    let upgrades = if upgradable { "[\"websocket\"]" } else { "[]" };
    let Settings { ping_interval_ms, ping_timeout_ms, payload_bytes_max, .. } = settings;
    let text = format!(
        "0{{\"sid\":\"{id}\",\"upgrades\":{upgrades},\"pingInterval\":{ping_interval_ms},\
         \"pingTimeout\":{ping_timeout_ms},\"maxPayload\":{payload_bytes_max}}}"
    );
    Packet::Text(text.into())
}

#[cfg(test)]
mod tests {
    use super::{
        Incoming, Malformed, Packet, SessionId, Settings, decode, decode_polled, open_packet,
    };

    #[test]
    fn every_packet_type_is_read() {
        let table = [
            ("0{}", Incoming::Open),
            ("1", Incoming::Close),
            ("2", Incoming::Ping("")),
            ("2probe", Incoming::Ping("probe")),
            ("3", Incoming::Pong),
            ("4", Incoming::Message("")),
            ("4née \u{1f600}", Incoming::Message("née \u{1f600}")),
            ("5", Incoming::Upgrade),
            ("6", Incoming::Noop),
        ];
        for (text, packet) in table {
            assert_eq!(decode(text), Ok(packet.clone()), "{text:?}");
            assert_eq!(decode_polled(text), Ok(packet), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_packet_is_refused_by_kind() {
        let table = [
            ("", Malformed::Empty),
            ("7", Malformed::UnknownType),
            ("abc", Malformed::UnknownType),
            ("é4", Malformed::UnknownType),
            (" 4", Malformed::UnknownType),
        ];
        for (text, why) in table {
            assert_eq!(decode(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn base64_is_binary_only_in_a_payload() {
        assert_eq!(decode_polled("bAQIDBA=="), Ok(Incoming::Binary(vec![1, 2, 3, 4])));
        assert_eq!(decode_polled("b"), Ok(Incoming::Binary(Vec::new())));
        assert_eq!(decode("bAQIDBA=="), Err(Malformed::UnknownType));
        for bad in ["bAQIDBA", "bAQID*A==", "b=", "b====", "bAQIDBB==", "bé"] {
            assert_eq!(decode_polled(bad), Err(Malformed::BadBase64), "{bad:?}");
        }
    }

    #[test]
    fn c2_4_the_open_packet_is_spelt_exactly() {
        let id = SessionId { shard: 0, key: 0, nonce: [0; 9] };
        let settings = Settings { ping_timeout_ms: 60_000, ..Settings::default() };
        let polling = "0{\"sid\":\"AAAAAAAAAAAAAAAAAAAA\",\"upgrades\":[\"websocket\"],\
             \"pingInterval\":25000,\"pingTimeout\":60000,\"maxPayload\":1000000}";
        assert_eq!(open_packet(&id, &settings, true), Packet::Text(polling.into()));
        let websocket = polling.replace("\"websocket\"", "");
        assert_eq!(open_packet(&id, &settings, false), Packet::Text(websocket.into()));
    }
}
