//! Polling bodies: several packets in one request or answer.

use super::packet::decode_polled;
use super::{Incoming, Malformed, Packet};

/// The byte between packets of a payload. JSON text never holds it unescaped.
pub const SEPARATOR: u8 = 0x1e;

/// Packets in one POST body. A client empties its whole buffer into one body, so the bound is
/// generous; it only keeps a body of nothing but separators from being half a million packets.
pub const PAYLOAD_PACKETS_MAX: usize = 10_000;

/// Reads a POST body packet by packet, in order, without copying text. The caller stops at the
/// first error; `body` is bounded by whoever read it.
///
/// # Errors
/// The body is not UTF-8 as a whole.
pub fn split(
    body: &[u8],
) -> Result<impl Iterator<Item = Result<Incoming<'_>, Malformed>>, Malformed> {
    let text = str::from_utf8(body).map_err(|_| Malformed::NotUtf8)?;
    let packets = text.split(char::from(SEPARATOR)).enumerate();
    Ok(packets.map(|(nth, packet)| {
        if nth >= PAYLOAD_PACKETS_MAX {
            return Err(Malformed::TooManyPackets);
        }
        decode_polled(packet)
    }))
}

/// The packets that answer one GET, shared bytes until they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    packets: Vec<Packet>,
}

impl Payload {
    /// A payload of these packets, in this order.
    #[must_use]
    pub fn new(packets: Vec<Packet>) -> Self {
        Self { packets }
    }

    /// The packets in order.
    #[must_use]
    pub fn packets(&self) -> &[Packet] {
        &self.packets
    }

    /// Length of the body in bytes, for `content-length`.
    #[must_use]
    pub fn body_bytes(&self) -> usize {
        let separators = self.packets.len().saturating_sub(1);
        self.packets.iter().map(Packet::payload_bytes).sum::<usize>() + separators
    }

    /// Writes the body to the end of `out`.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        out.reserve(self.body_bytes());
        for (nth, packet) in self.packets.iter().enumerate() {
            if nth > 0 {
                out.push(SEPARATOR);
            }
            packet.write_polled(out);
        }
    }

    /// The body on its own.
    #[must_use]
    pub fn to_body(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_to(&mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, any, prop_assert_eq, prop_oneof, proptest};

    use super::{Incoming, Malformed, PAYLOAD_PACKETS_MAX, Packet, Payload, split};

    fn read(body: &[u8]) -> Result<Vec<Incoming<'_>>, Malformed> {
        split(body)?.collect()
    }

    fn packet() -> impl Strategy<Value = Packet> {
        prop_oneof![
            "[^\u{1e}]{0,20}".prop_map(|text| Packet::message(format!("4{text}"))),
            any::<Vec<u8>>().prop_map(|binary| Packet::Binary(binary.into())),
        ]
    }

    #[test]
    fn texts_and_binary_share_a_payload() {
        let packets = vec![Packet::message("4hello"), Packet::Binary(vec![1, 2, 3, 4].into())];
        let body = Payload::new(packets).to_body();
        assert_eq!(body, b"4hello\x1ebAQIDBA==");
        let read = read(&body).unwrap();
        assert_eq!(read, [Incoming::Message("hello"), Incoming::Binary(vec![1, 2, 3, 4])]);
    }

    #[test]
    fn a_body_with_a_hole_is_malformed() {
        for body in [&b""[..], b"\x1e", b"4a\x1e", b"\x1e4a", b"4a\x1e\x1e4b"] {
            assert_eq!(read(body), Err(Malformed::Empty), "{body:?}");
        }
    }

    #[test]
    fn what_stands_before_the_fault_is_still_read() {
        let mut packets = split(b"4a\x1ebA\x1e4b").unwrap();
        assert_eq!(packets.next(), Some(Ok(Incoming::Message("a"))));
        assert_eq!(packets.next(), Some(Err(Malformed::BadBase64)));
    }

    #[test]
    fn a_character_cut_in_two_is_malformed_at_every_cut() {
        let whole = "4\u{e9}\u{20ac}\u{1f600}".as_bytes();
        for cut in 1..whole.len() {
            let ends_whole = str::from_utf8(&whole[..cut]).is_ok();
            assert_eq!(read(&whole[..cut]).is_ok(), ends_whole, "cut at {cut}");
        }
    }

    #[test]
    fn a_flood_of_tiny_packets_ends_at_the_bound() {
        let allowed = vec!["3"; PAYLOAD_PACKETS_MAX].join("\x1e");
        assert_eq!(read(allowed.as_bytes()).map(|packets| packets.len()), Ok(PAYLOAD_PACKETS_MAX));
        let flood = format!("{allowed}\x1e3");
        assert_eq!(read(flood.as_bytes()), Err(Malformed::TooManyPackets));
    }

    proptest! {
        #[test]
        fn a_payload_survives_its_body(packets in proptest::collection::vec(packet(), 1..8)) {
            let payload = Payload::new(packets);
            let body = payload.to_body();
            prop_assert_eq!(body.len(), payload.body_bytes());
            let again = read(&body).unwrap().into_iter().map(|packet| match packet {
                Incoming::Message(text) => Packet::message(format!("4{text}")),
                Incoming::Binary(binary) => Packet::Binary(binary.into()),
                other => unreachable!("{other:?} was not written"),
            });
            prop_assert_eq!(again.collect::<Vec<_>>(), payload.packets());
        }

        #[test]
        fn garbage_never_panics(body: Vec<u8>) {
            if let Ok(packets) = split(&body) {
                packets.for_each(drop);
            }
        }
    }
}
