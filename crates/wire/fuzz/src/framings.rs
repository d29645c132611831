//! What must hold for any input whatever. The fuzz targets call these with inputs they evolve, the
//! ordinary tests with a few random ones.

use bytes::Bytes;
use rollcall_wire::http_head::{self, Parsed};
use rollcall_wire::sse::Labels;
use rollcall_wire::websocket::handshake::{self, Answer};
use rollcall_wire::websocket::{Decoder, Incoming};

const MESSAGE_BYTES_MAX: u32 = 1000;

/// The first byte says how the rest is cut. Cutting must not change what is heard, nothing may be
/// longer than the limit, and nothing is kept after the end.
pub fn websocket(input: &[u8]) {
    let Some((&chunk_bytes, stream)) = input.split_first() else { return };
    for new in [Decoder::new, Decoder::of_any_text] {
        let whole = heard(new(MESSAGE_BYTES_MAX), stream, usize::MAX);
        let cut = heard(new(MESSAGE_BYTES_MAX), stream, usize::from(chunk_bytes).max(1));
        assert_eq!(whole, cut);
    }
}

fn heard(mut decoder: Decoder, stream: &[u8], chunk_bytes: usize) -> Vec<String> {
    let mut heard = Vec::new();
    let mut has_ended = false;
    for chunk in stream.chunks(chunk_bytes) {
        let mut chunk = chunk.to_vec();
        let mut reader = decoder.feed(&mut chunk);
        loop {
            let item = reader.next_item();
            let length = match item {
                Incoming::Text(text) => text.len(),
                Incoming::Binary(payload) | Incoming::Ping(payload) | Incoming::Pong(payload) => {
                    payload.len()
                }
                Incoming::Close { .. } | Incoming::Malformed(_) => 0,
                Incoming::NeedMore => break,
            };
            assert!(length <= MESSAGE_BYTES_MAX as usize);
            assert!(!has_ended, "{item:?} after the end");
            has_ended = matches!(item, Incoming::Close { .. } | Incoming::Malformed(_));
            heard.push(format!("{item:?}"));
        }
        assert!(!(has_ended && decoder.is_partial()));
    }
    heard
}

/// A head means the same with and without what follows it, less than all of it is never a head, and
/// no lookup may panic or show a token.
pub fn http_head(input: &[u8]) {
    let Parsed::Head(head) = http_head::parse(input) else { return };
    let length = head.length();
    assert!(length <= http_head::HEAD_BYTES_MAX.min(input.len()));
    assert!(
        matches!(http_head::parse(&input[..length]), Parsed::Head(same) if same.length() == length)
    );
    assert!(matches!(http_head::parse(&input[..length - 1]), Parsed::NeedMore));

    assert!(!head.path().contains("//"));
    for segment in head.path().split('/') {
        let _ = http_head::percent_decode(segment);
    }
    let _ = (head.cookie("authToken"), head.bearer(), rollcall_wire::sse::last_event_id(&head));
    let shown = format!("GET {} HTTP/1.1\r\n\r\n", head.redacted_target());
    let Parsed::Head(shown) = http_head::parse(shown.as_bytes()) else { return };
    for key in ["token", "access_token", "ticket"] {
        let value = shown.query(key);
        assert!(value.is_none_or(|value| value.is_empty() || value == "REDACTED"));
    }
    if let Answer::Accept { response, .. } = handshake::answer(&head, &["rollcall.1"]) {
        assert!(response.starts_with(b"HTTP/1.1 101 ") && response.ends_with(b"\r\n\r\n"));
    }
}

/// Id, name and text are separated by 0x01. A reader that knows only the standard must find one
/// event with exactly that text, and labels that are as given or absent.
pub fn sse(input: &[u8]) {
    let Ok(input) = std::str::from_utf8(input) else { return };
    let mut parts = input.splitn(3, '\u{1}');
    let text = parts.next().unwrap_or_default();
    let (id, name) = (parts.next(), parts.next());
    let event = Labels { id, name }.event(Bytes::from(text.to_owned())).concat();
    let event = String::from_utf8(event).expect("made of text");

    let fields: Vec<_> = event.split('\n').collect();
    let Some((["", ""], fields)) = fields.split_last_chunk().map(|(fields, end)| (*end, fields))
    else {
        unreachable!("does not end with an empty line: {event:?}")
    };
    assert!(!event.contains(['\r', '\0']) || text.contains('\0'));
    let values = |field: &str| -> Vec<&str> {
        fields.iter().filter_map(|line| line.strip_prefix(field)).collect()
    };
    let data = values("data: ");
    assert_eq!(data.join("\n"), text.replace("\r\n", "\n").replace('\r', "\n"));
    for (found, given) in [(values("id: "), id), (values("event: "), name)] {
        assert!(found.is_empty() || found == Vec::from_iter(given));
    }
    assert_eq!(fields.len(), data.len() + values("id: ").len() + values("event: ").len());
}
