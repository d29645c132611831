//! Another implementation, tungstenite, as the client of an echo server made of our parts alone.

use std::collections::VecDeque;
use std::io::{self, Read, Write};

use proptest::prelude::*;
use rollcall_wire::http_head::{self, Parsed};
use rollcall_wire::message::Message as Encoded;
use rollcall_wire::websocket::handshake::{self, Answer};
use rollcall_wire::websocket::{self, Decoder, Incoming, Opcode};
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::coding::{Data, OpCode as PeerOpcode};
use tungstenite::protocol::frame::{Frame, Utf8Bytes};
use tungstenite::{Bytes, Message, WebSocket};

/// A server at the other end of an imaginary wire: what is written to it comes back as an echo.
struct Echo {
    decoder: Decoder,
    is_open: bool,
    has_ended: bool,
    head: Vec<u8>,
    out: VecDeque<u8>,
    read_bytes_max: usize,
}

impl Echo {
    fn open(read_bytes_max: usize) -> WebSocket<Self> {
        let decoder = Decoder::new(1 << 20);
        let echo = Self {
            decoder,
            is_open: false,
            has_ended: false,
            head: vec![],
            out: VecDeque::new(),
            read_bytes_max,
        };
        let (client, response) =
            tungstenite::client("ws://rollcall.test/live", echo).expect("accepted");
        assert_eq!(response.status(), 101);
        client
    }

    fn hear(&mut self, chunk: &[u8]) {
        if self.is_open {
            return self.echo(&mut chunk.to_vec());
        }
        self.head.extend(chunk);
        let Parsed::Head(head) = http_head::parse(&self.head) else { return };
        let Answer::Accept { response, .. } = handshake::answer(&head, &[]) else { return };
        self.out.extend(response);
        let mut rest = self.head.split_off(head.length());
        self.is_open = true;
        self.echo(&mut rest);
    }

    fn echo(&mut self, chunk: &mut [u8]) {
        let mut reader = self.decoder.feed(chunk);
        loop {
            match reader.next_item() {
                Incoming::Text(text) => self.out.extend(Encoded::new(text).into_websocket()),
                // A pong comes back as a message: a ping would be answered with a pong, for ever.
                Incoming::Binary(bytes) | Incoming::Pong(bytes) => {
                    let mut frame = Vec::new();
                    websocket::write_header(&mut frame, Opcode::Binary, bytes.len());
                    self.out.extend(frame.iter().chain(bytes));
                }
                Incoming::Ping(payload) => self.out.extend(websocket::pong(payload)),
                Incoming::Close { code, reason } => {
                    self.out.extend(websocket::close(code, reason));
                    self.has_ended = true;
                }
                Incoming::Malformed(malformed) => {
                    self.out.extend(websocket::close(Some(malformed.close_code()), ""));
                    self.has_ended = true;
                }
                Incoming::NeedMore => break,
            }
        }
    }
}

impl Write for Echo {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        bytes.chunks(self.read_bytes_max).for_each(|chunk| self.hear(chunk));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Echo {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.out.is_empty() && !self.has_ended {
            Err(io::ErrorKind::WouldBlock.into())
        } else {
            self.out.read(into)
        }
    }
}

fn any_message() -> impl Strategy<Value = Message> {
    let short = || proptest::collection::vec(any::<u8>(), 0..=125);
    prop_oneof![
        ".{0,200}".prop_map(Message::text),
        proptest::collection::vec(any::<u8>(), 0..400).prop_map(Message::binary),
        (60_000..70_000_usize).prop_map(|length| Message::text("é".repeat(length / 2))),
        short().prop_map(|payload| Message::Ping(payload.into())),
        short().prop_map(|payload| Message::Pong(payload.into())),
    ]
}

fn echo_of(sent: &Message) -> Message {
    match sent {
        Message::Ping(payload) => Message::Pong(payload.clone()),
        Message::Pong(payload) => Message::Binary(payload.clone()),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_peer_hears_its_own_messages(
        messages in proptest::collection::vec(any_message(), 1..6),
        read_bytes_max in prop_oneof![1..20_usize, Just(65_536)],
    ) {
        let mut client = Echo::open(read_bytes_max);
        for message in messages {
            client.send(message.clone()).expect("sent");
            prop_assert_eq!(client.read().expect("heard"), echo_of(&message));
        }
    }

    #[test]
    fn a_peer_hears_its_fragments_as_one_message(
        text in ".{0,300}",
        piece_bytes in 1..50_usize,
        read_bytes_max in 1..100_usize,
    ) {
        let mut client = Echo::open(read_bytes_max);
        let pieces: Vec<_> = text.as_bytes().chunks(piece_bytes).collect();
        for (at, piece) in pieces.iter().enumerate() {
            let opcode = if at == 0 { Data::Text } else { Data::Continue };
            let piece = Bytes::copy_from_slice(piece);
            let frame = Frame::message(piece, PeerOpcode::Data(opcode), at + 1 == pieces.len());
            client.send(Message::Frame(frame)).expect("sent");
        }
        if !text.is_empty() {
            prop_assert_eq!(client.read().expect("heard"), Message::text(text));
        }
    }

    #[test]
    fn a_peer_understands_any_close(code in 3000..5000_u16, reason in ".{0,200}") {
        let mut client = Echo::open(65_536);
        let frame = websocket::close(Some(code), &reason);
        client.get_mut().out.extend(frame);
        let Message::Close(Some(CloseFrame { code: heard, reason: told })) = client.read().expect("closed")
        else { return Err(TestCaseError::fail("not a close")) };
        prop_assert_eq!(u16::from(heard), code);
        prop_assert!(reason.starts_with(told.as_str()));
        prop_assert!(told == reason || told.len() > 119, "cut further than needed");
    }
}

#[test]
fn a_close_is_answered_in_kind() {
    let mut client = Echo::open(3);
    let goodbye = CloseFrame { code: 1001.into(), reason: Utf8Bytes::from_static("tab closed") };
    client.close(Some(goodbye.clone())).expect("sent");
    assert_eq!(client.read().expect("heard"), Message::Close(Some(goodbye)));
    let end = client.read().expect_err("nothing follows a close");
    assert!(matches!(end, tungstenite::Error::ConnectionClosed), "{end}");
}
