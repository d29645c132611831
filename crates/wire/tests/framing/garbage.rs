//! The checks of the fuzz targets on a few random inputs, so that every run of the tests has them.

use proptest::prelude::*;

use crate::client::{FINAL, frame};

#[path = "../../fuzz/src/framings.rs"]
mod checks;

/// Frames that are nearly right, which get further than noise does.
fn nearly_frames() -> impl Strategy<Value = Vec<u8>> {
    let opcode =
        prop_oneof![4 => Just(0), 4 => Just(1), 2 => Just(2), 3 => 8..=10_u8, 1 => 0..16_u8];
    let first =
        (opcode, any::<bool>()).prop_map(|(opcode, end)| opcode | if end { FINAL } else { 0 });
    let payload = prop_oneof![".{0,40}".prop_map(String::into_bytes), any::<Vec<u8>>()];
    let one = (first, payload).prop_map(|(first, payload)| frame(first, &payload));
    proptest::collection::vec(one, 0..8).prop_map(|frames| frames.concat())
}

fn nearly_head() -> impl Strategy<Value = Vec<u8>> {
    let target = "[/a?&=%2token+:é]{1,40}";
    let line = "(Cookie|Authorization|Upgrade|Connection|Sec-WebSocket-Key): [a-z=;,\" ]{0,30}\r\n";
    (target, proptest::collection::vec(line, 0..6)).prop_map(|(target, lines)| {
        format!("GET {target} HTTP/1.1\r\n{}\r\n", lines.concat()).into()
    })
}

proptest! {
    #[test]
    fn websocket(stream in prop_oneof![nearly_frames(), any::<Vec<u8>>()], size in any::<u8>()) {
        checks::websocket(&[&[size][..], &stream].concat());
    }

    #[test]
    fn http_head(input in prop_oneof![nearly_head(), any::<Vec<u8>>()]) {
        checks::http_head(&input);
    }

    #[test]
    fn sse(input in "[a\r\n\0: é]{0,60}") {
        checks::sse(input.as_bytes());
    }
}
