//! The opening handshake: what is accepted, and what a refusal says.

use bytes::Bytes;
use rollcall_wire::http_head::{self, Parsed};
use rollcall_wire::websocket::handshake::{Answer, Refusal, answer};

const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const REST: &str = "Host: rollcall.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";

#[track_caller]
fn answer_to(request: &str, protocols: &[&'static str]) -> Answer {
    match http_head::parse(request.as_bytes()) {
        Parsed::Head(head) => answer(&head, protocols),
        other => unreachable!("not a head: {other:?}"),
    }
}

#[track_caller]
fn accepted(request: &str, protocols: &[&'static str]) -> (Bytes, Option<&'static str>) {
    match answer_to(request, protocols) {
        Answer::Accept { response, protocol } => (response, protocol),
        Answer::Refuse { refusal, .. } => unreachable!("refused: {refusal}"),
    }
}

#[test]
fn the_sample_of_the_standard_is_accepted() {
    let (response, protocol) = accepted(&format!("GET /chat HTTP/1.1\r\n{REST}{KEY}\r\n"), &[]);
    assert_eq!(
        response,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    );
    assert_eq!(protocol, None);
}

#[test]
fn tokens_are_found_in_any_case_and_in_lists() {
    let request = format!(
        "GET / HTTP/1.1\r\nUPGRADE: h2c , WebSocket\r\nconnection: keep-alive, \tuPGRADE\r\n\
         sec-websocket-version:13\r\n{KEY}\r\n"
    );
    accepted(&request, &[]);
}

#[test]
fn compression_is_declined_by_silence() {
    let offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    let (response, _) = accepted(&format!("GET / HTTP/1.1\r\n{REST}{KEY}{offer}\r\n"), &[]);
    assert!(!String::from_utf8_lossy(&response).contains("Extensions"));
}

#[test]
fn the_clients_first_choice_that_we_speak_is_agreed() {
    let offer = "Sec-WebSocket-Protocol: x, rollcall.2\r\nSec-WebSocket-Protocol: rollcall.1\r\n";
    let request = format!("GET / HTTP/1.1\r\n{REST}{KEY}{offer}\r\n");
    let (response, protocol) = accepted(&request, &["rollcall.1", "rollcall.2"]);
    assert_eq!(protocol, Some("rollcall.2"));
    assert!(
        String::from_utf8_lossy(&response).contains("\r\nSec-WebSocket-Protocol: rollcall.2\r\n")
    );
    let (response, protocol) = accepted(&request, &["other"]);
    assert_eq!(protocol, None);
    assert!(!String::from_utf8_lossy(&response).contains("Sec-WebSocket-Protocol"));
}

#[test]
fn every_refusal_has_a_status_and_says_why() {
    let get = "GET / HTTP/1.1\r\n";
    let cases = [
        (format!("{get}Host: a\r\n\r\n"), Refusal::NotUpgrade, 426),
        (format!("{get}Upgrade: h2c\r\n\r\n"), Refusal::NotUpgrade, 426),
        (format!("POST / HTTP/1.1\r\n{REST}{KEY}\r\n"), Refusal::NotGet, 400),
        (format!("GET / HTTP/1.0\r\n{REST}{KEY}\r\n"), Refusal::OldHttp, 400),
        (
            format!("{get}{}{KEY}\r\n", REST.replace("Connection: Upgrade", "Connection: close")),
            Refusal::NoConnectionUpgrade,
            400,
        ),
        (format!("{get}{}{KEY}\r\n", REST.replace("13", "8")), Refusal::Version, 426),
        (format!("{get}{REST}\r\n"), Refusal::Key, 400),
        (format!("{get}{REST}{KEY}{KEY}\r\n"), Refusal::Key, 400),
        (format!("{get}{REST}{}\r\n", KEY.replace("dGhl", "")), Refusal::Key, 400),
        (format!("{get}{REST}{}\r\n", KEY.replace("dGhl", "????")), Refusal::Key, 400),
    ];
    for (request, want, status) in cases {
        let Answer::Refuse { response, refusal } = answer_to(&request, &[]) else {
            unreachable!("accepted: {request}")
        };
        assert_eq!(refusal, want, "{request}");
        let response = String::from_utf8_lossy(&response).into_owned();
        assert!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{response}");
        let says_version = response.contains("\r\nSec-WebSocket-Version: 13\r\n");
        assert_eq!(says_version, status == 426, "{response}");
        let (_, text) = response.split_once("\r\n\r\n").expect("a body");
        assert_eq!(text, want.to_string());
        assert!(response.contains(&format!("Content-Length: {}\r\n", text.len())));
    }
}
