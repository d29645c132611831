//! Tables of what a client may send and what the decoder must say, along the groups of the well-known
//! Autobahn suite: 1 framing, 2 pings, 3 reserved bits, 4 opcodes, 5 fragments, 6 UTF-8, 7 closing,
//! 9 and 10 long messages and limits.

use rollcall_wire::message::Message;
use rollcall_wire::websocket::{CONTROL_BYTES_MAX, Decoder, Malformed, Opcode, close, ping, pong};

use crate::client::{
    BINARY, CLOSE, CONTINUATION, FINAL, Got, PING, PONG, TEXT, close as close_frame, feed, frame,
    receive,
};

const LIMIT: u32 = 300_000;

/// The stream must give exactly this, however it is cut.
#[track_caller]
fn check(name: &str, stream: &[u8], want: &[Got]) {
    for chunk_bytes in [usize::MAX, 1, 2, 3, 7, 64, 4096] {
        assert_eq!(receive(stream, LIMIT, chunk_bytes), want, "{name}, chunks of {chunk_bytes}");
    }
    for cut in 0..stream.len().min(300) {
        let mut decoder = Decoder::new(LIMIT);
        let mut got = Vec::new();
        feed(&mut decoder, &stream[..cut], &mut got);
        feed(&mut decoder, &stream[cut..], &mut got);
        assert_eq!(got, want, "{name}, cut at {cut}");
        assert!(!decoder.is_partial(), "{name}: something is kept though all is complete");
    }
}

#[track_caller]
fn check_refused(name: &str, stream: &[u8], malformed: Malformed) {
    check(
        name,
        &[stream, &frame(FINAL | TEXT, b"never read")].concat(),
        &[Got::Malformed(malformed)],
    );
}

fn text(text: &str) -> Got {
    Got::Text(text.to_owned())
}

#[test]
fn group_1_messages_of_every_length_form() {
    for length in [0, 1, 7, 8, 9, 125, 126, 127, 128, 0xFFFF, 0x1_0000, LIMIT as usize] {
        let words = "*".repeat(length);
        check("text", &frame(FINAL | TEXT, words.as_bytes()), &[Got::Text(words)]);
        let bytes = vec![0xFE; length];
        check("binary", &frame(FINAL | BINARY, &bytes), &[Got::Binary(bytes)]);
    }
}

#[test]
fn group_2_pings_and_pongs() {
    let longest = vec![0xFF; CONTROL_BYTES_MAX];
    check("empty ping", &frame(FINAL | PING, b""), &[Got::Ping(vec![])]);
    check("longest ping", &frame(FINAL | PING, &longest), &[Got::Ping(longest.clone())]);
    check("unasked pong", &frame(FINAL | PONG, b"x"), &[Got::Pong(b"x".to_vec())]);
    let many: Vec<_> = (0..10).map(|n| frame(FINAL | PING, &[n])).collect();
    let want: Vec<_> = (0..10).map(|n| Got::Ping(vec![n])).collect();
    check("ten pings at once", &many.concat(), &want);
    check_refused("126 bytes", &frame(FINAL | PING, &[0; 126]), Malformed::ControlTooLong);
}

#[test]
fn group_3_reserved_bits() {
    for bits in 1..=7_u8 {
        for opcode in [TEXT, BINARY, PING, CLOSE] {
            let stream = frame(FINAL | bits << 4 | opcode, b"hi");
            check_refused("reserved bits", &stream, Malformed::ReservedBits);
        }
    }
    let after = [frame(FINAL | TEXT, b"good"), frame(0xC0 | TEXT, b"compressed?")].concat();
    check("after a good one", &after, &[text("good"), Got::Malformed(Malformed::ReservedBits)]);
}

#[test]
fn group_4_reserved_opcodes_and_missing_masks() {
    for opcode in [3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF] {
        let refused = Malformed::ReservedOpcode(opcode);
        check_refused("reserved opcode", &frame(FINAL | opcode, b""), refused);
    }
    check_refused("unmasked", b"\x81\x02hi", Malformed::Unmasked);
}

#[test]
fn group_5_fragments() {
    let ping = frame(FINAL | PING, b"p");
    let first = frame(TEXT, b"frag");
    let middle = frame(CONTINUATION, b"");
    let last = frame(FINAL | CONTINUATION, b"ment");
    let whole = [first.clone(), middle.clone(), last.clone()].concat();
    check("three fragments", &whole, &[text("fragment")]);
    let woven = [first.clone(), ping.clone(), middle, ping, last.clone()].concat();
    let pinged = Got::Ping(b"p".to_vec());
    check("pings between", &woven, &[pinged.clone(), pinged, text("fragment")]);
    let twice = [whole.clone(), whole].concat();
    check("two messages", &twice, &[text("fragment"), text("fragment")]);
    let empty = [frame(BINARY, b""), frame(FINAL | CONTINUATION, b"")].concat();
    check("empty fragments", &empty, &[Got::Binary(vec![])]);

    check_refused("fragmented ping", &frame(PING, b"p"), Malformed::ControlFragmented);
    check_refused("fragmented close", &frame(CLOSE, b""), Malformed::ControlFragmented);
    check_refused("continuation of nothing", &last, Malformed::ContinuationOfNothing);
    let inside = [first, frame(FINAL | TEXT, b"other")].concat();
    check_refused("message inside", &inside, Malformed::MessageInsideMessage);
}

#[test]
fn group_6_text_is_utf8() {
    for good in ["κόσμε", "\u{0}", "\u{7F}", "\u{80}", "\u{7FF}", "\u{FFFF}", "\u{10FFFF}", "🙋🏽"]
    {
        check("good text", &frame(FINAL | TEXT, good.as_bytes()), &[text(good)]);
        let bytes = good.as_bytes();
        for cut in 0..=bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            let stream = [frame(TEXT, head), frame(FINAL | CONTINUATION, tail)].concat();
            check("character over two fragments", &stream, &[text(good)]);
        }
    }
    let bad: [&[u8]; 8] = [
        b"\x80",
        b"abc\xC3",
        b"\xC0\xAF",
        b"\xED\xA0\x80",
        b"\xF4\x90\x80\x80",
        b"\xFE",
        b"\xFF",
        b"\xE2\x82",
    ];
    for bad in bad {
        check_refused("bad text", &frame(FINAL | TEXT, bad), Malformed::NotUtf8);
        let stream = [frame(TEXT, b"ok"), frame(FINAL | CONTINUATION, bad)].concat();
        check_refused("bad second fragment", &stream, Malformed::NotUtf8);
    }
    let early = frame(TEXT, b"\xFF");
    check_refused("refused at once, before the message ends", &early, Malformed::NotUtf8);
    check("binary is free", &frame(FINAL | BINARY, b"\xFF"), &[Got::Binary(vec![0xFF])]);
}

#[test]
fn g3_7_text_that_is_not_utf8_is_given_as_bytes_where_no_content_may_close() {
    let stream = [
        frame(FINAL | TEXT, b"\xFF"),
        frame(TEXT, b"ok\xC3"),
        frame(FINAL | PING, b""),
        frame(FINAL | CONTINUATION, b"\x28"),
        frame(TEXT, b"caf\xC3"),
        frame(FINAL | CONTINUATION, b"\xA9"),
    ]
    .concat();
    let bytes = |bytes: &[u8]| Got::Binary(bytes.to_vec());
    let want = [bytes(b"\xFF"), Got::Ping(vec![]), bytes(b"ok\xC3\x28"), text("café")];
    for cut in 0..stream.len() {
        let mut decoder = Decoder::of_any_text(LIMIT);
        let mut got = Vec::new();
        feed(&mut decoder, &stream[..cut], &mut got);
        feed(&mut decoder, &stream[cut..], &mut got);
        assert_eq!(got, want, "cut at {cut}");
        assert!(!decoder.is_partial(), "something is kept though all is complete");
    }
    let mut got = Vec::new();
    feed(&mut Decoder::of_any_text(LIMIT), &close_frame(1000, b"\xFF"), &mut got);
    assert_eq!(got, [Got::Malformed(Malformed::NotUtf8)], "a control frame's reason is checked");
}

#[test]
fn group_7_closing() {
    let late = frame(FINAL | TEXT, b"after");
    let stream = [frame(FINAL | CLOSE, b""), late.clone()].concat();
    check("no code, and nothing after it", &stream, &[Got::Close(None, String::new())]);
    let longest = "r".repeat(CONTROL_BYTES_MAX - 2);
    let stream = [close_frame(4001, longest.as_bytes()), late].concat();
    check("longest reason", &stream, &[Got::Close(Some(4001), longest)]);
    check_refused("half a code", &frame(FINAL | CLOSE, b"\x03"), Malformed::HalfCloseCode);
    check_refused("bad reason", &close_frame(1000, b"\xCE\xBA\xE1"), Malformed::NotUtf8);
    check_refused("long reason", &close_frame(1000, &[b'r'; 124]), Malformed::ControlTooLong);

    let good = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999];
    for code in good {
        check("good code", &close_frame(code, b"why"), &[Got::Close(Some(code), "why".to_owned())]);
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, u16::MAX] {
        check_refused("bad code", &close_frame(code, b""), Malformed::CloseCode(code));
    }
}

#[test]
fn groups_9_and_10_long_messages_in_small_fragments() {
    let words = "attendance ".repeat(20_000);
    for piece_bytes in [64, 1300, 65_536] {
        let mut pieces = words.as_bytes().chunks(piece_bytes).peekable();
        let mut stream = Vec::new();
        while let Some(piece) = pieces.next() {
            let opcode = if stream.is_empty() { TEXT } else { CONTINUATION };
            let last = if pieces.peek().is_none() { FINAL } else { 0 };
            stream.extend(frame(last | opcode, piece));
        }
        for chunk_bytes in [usize::MAX, 100, 65_536] {
            assert_eq!(receive(&stream, LIMIT, chunk_bytes), [text(&words)]);
        }
    }
}

#[test]
fn a_message_over_the_limit_is_refused_by_its_header_alone() {
    let long = frame(FINAL | TEXT, &vec![b'x'; LIMIT as usize + 1]);
    let too_long = [Got::Malformed(Malformed::TooLong)];
    assert_eq!(receive(&long[..14], LIMIT, usize::MAX), too_long);
    let announced = b"\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFFmask";
    assert_eq!(receive(announced, u32::MAX, usize::MAX), too_long);

    let mut stream = frame(TEXT, &vec![b'x'; LIMIT as usize]);
    stream.extend(frame(FINAL | CONTINUATION, b"y"));
    assert_eq!(receive(&stream, LIMIT, usize::MAX), too_long, "fragments are counted together");
}

#[test]
fn lengths_must_be_in_their_shortest_form() {
    check_refused("125 in 16 bits", b"\x82\xFE\x00\x7Dmask", Malformed::LengthNotMinimal);
    let in_64_bits = b"\x82\xFF\0\0\0\0\0\0\xFF\xFFmask";
    check_refused("65535 in 64 bits", in_64_bits, Malformed::LengthNotMinimal);
    check_refused("top bit", b"\x82\xFF\x80\0\0\0\0\0\0\0mask", Malformed::LengthTooBig);
}

#[test]
fn close_codes_of_violations() {
    assert_eq!(Malformed::Unmasked.close_code(), close::PROTOCOL);
    assert_eq!(Malformed::CloseCode(1005).close_code(), close::PROTOCOL);
    assert_eq!(Malformed::NotUtf8.close_code(), close::NOT_UTF8);
    assert_eq!(Malformed::TooLong.close_code(), close::TOO_LONG);
}

#[test]
fn an_idle_decoder_is_two_words() {
    assert!(size_of::<Decoder>() <= 16);
    assert!(size_of::<Opcode>() == 1);
}

#[test]
fn nothing_is_kept_for_frames_that_arrive_whole() {
    let mut decoder = Decoder::new(LIMIT);
    let stream = [frame(FINAL | TEXT, b"one"), frame(FINAL | PING, b"two")].concat();
    feed(&mut decoder, &stream, &mut Vec::new());
    assert!(!decoder.is_partial());
    feed(&mut decoder, &stream[..3], &mut Vec::new());
    assert!(decoder.is_partial());
    feed(&mut decoder, &stream[3..], &mut Vec::new());
    assert!(!decoder.is_partial());
}

#[test]
fn an_encoded_message_shares_its_bytes_between_transports() {
    for (length, header_bytes) in [(0, 2), (125, 2), (126, 4), (0xFFFF, 4), (0x1_0000, 10)] {
        let text = "x".repeat(length);
        let message = Message::new(&text);
        let frame = message.clone().into_websocket();
        assert_eq!(message.text(), text);
        assert_eq!((message.text_bytes(), frame.len()), (length, header_bytes + length));
        assert_eq!(message.clone().into_websocket().as_ptr(), frame.as_ptr());
        assert!(frame.slice(header_bytes..).as_ptr() == message.text().as_ptr() || length == 0);
    }
}

#[test]
fn control_frames_never_grow_over_their_limit() {
    assert_eq!(ping(b""), b"\x89\x00"[..]);
    assert_eq!(pong(b"p"), b"\x8A\x01p"[..]);
    assert_eq!(ping(&[0; 200]).len(), 2 + CONTROL_BYTES_MAX);
    assert_eq!(close(None, "not said without a code"), b"\x88\x00"[..]);
    assert_eq!(close(Some(1001), "bye"), b"\x88\x05\x03\xE9bye"[..]);
    let cut = close(Some(1001), &format!("{}é", "x".repeat(122)));
    assert_eq!(cut.len(), 2 + 2 + 122, "half a character is worse than none");
}
