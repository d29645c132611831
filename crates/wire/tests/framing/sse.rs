//! Server-sent events: the head, the pieces of an event, and line breaks.

use bytes::Bytes;
use rollcall_wire::http_head::{self, Parsed};
use rollcall_wire::sse::{Labels, heartbeat, last_event_id, response_head, retry};

#[test]
fn the_head_asks_everybody_on_the_way_not_to_buffer() {
    let origin = ("Access-Control-Allow-Origin", "https://app.test");
    let head = response_head(&[origin, ("X-Bad", "a\r\nSet-Cookie: b"), ("X\n", "c")]);
    assert_eq!(
        head,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n\
         X-Accel-Buffering: no\r\nConnection: close\r\n\
         Access-Control-Allow-Origin: https://app.test\r\n\r\n"
    );
}

#[test]
fn the_text_of_an_event_is_shared() {
    let text = Bytes::from(r#"{"a":"line\nbreak"}"#.to_owned());
    let labels = Labels { id: Some("12"), name: Some("mark") };
    let pieces = labels.event(text.clone());
    assert_eq!(pieces[1].as_ptr(), text.as_ptr(), "the text was copied");
    assert_eq!(pieces.concat(), b"id: 12\nevent: mark\ndata: {\"a\":\"line\\nbreak\"}\n\n");
    assert_eq!(Labels::default().event(text).concat(), b"data: {\"a\":\"line\\nbreak\"}\n\n");
}

#[test]
fn line_breaks_cannot_forge_a_field() {
    let text = Bytes::from_static(b"one\ntwo\r\nthree\rfour\n\nid: 9");
    let event = Labels::default().event(text).concat();
    assert_eq!(event, b"data: one\ndata: two\ndata: three\ndata: four\ndata: \ndata: id: 9\n\n");
    for forged in ["1\ndata: x", "1\r", "1\0"] {
        let labels = Labels { id: Some(forged), name: Some(forged) };
        assert_eq!(labels.event(Bytes::from_static(b"x")).concat(), b"data: x\n\n");
    }
}

#[test]
fn heartbeats_are_comments_and_retry_is_in_milliseconds() {
    assert_eq!(heartbeat(), ": hb\n\n");
    assert_eq!(retry(3000), "retry: 3000\n\n");
}

#[test]
fn the_last_event_id_is_a_header() {
    let cases = [("Last-Event-ID: 41", Some("41")), ("last-event-id:", None), ("A: b", None)];
    for (line, want) in cases {
        let request = format!("GET /sse HTTP/1.1\r\n{line}\r\n\r\n");
        let Parsed::Head(head) = http_head::parse(request.as_bytes()) else { unreachable!() };
        assert_eq!(last_event_id(&head), want, "{line}");
    }
}
