//! What browsers let pages read: live addresses over plain HTTP, from allowed origins and others.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]

mod support;

use rollcall_wire::Dialect;
use serde_json::Value;
use support::{Program, Raw};

/// What a client sends that wants a WebSocket.
const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

const PAGE: &str = "https://desk.example.org";

fn program() -> Program {
    let mut settings = support::config();
    settings.allow_origins.push(PAGE.into());
    settings.limits.connections_max = 8;
    Program::in_world(&support::world_of(2), settings)
}

fn ask(program: &Program, dialect: Dialect, request: &str, headers: &str) -> Raw {
    let mut raw = Raw::connect(program.address(dialect));
    raw.write(format!("{request} HTTP/1.1\r\nHost: x\r\n{headers}\r\n").as_bytes());
    raw
}

fn json_of(raw: &mut Raw, head: &support::Head) -> Value {
    let length = head.header("content-length").unwrap().parse().unwrap();
    serde_json::from_slice(&raw.take(length)).unwrap()
}

#[test]
fn a_page_of_an_allowed_origin_may_read_what_is_live_and_another_may_not() {
    let program = program();
    let token = program.token(Dialect::Native, "1");
    let (bearer, cookie) = (
        format!("Authorization: Bearer {token}\r\n"),
        format!("Cookie: rollcall_token={token}\r\n"),
    );
    let with_token = format!("/v1/live/events?room=desk&token={token}");
    for (path, token, status) in [
        ("/v1/live/poll?room=desk&wait=0", bearer.as_str(), 200),
        ("/v1/live/events?room=desk", cookie.as_str(), 200),
        (with_token.as_str(), "", 200),
        ("/v1/live/poll?room=desk&wait=0", "", 200),
        ("/v1/live", "", 426),
    ] {
        for (origin, allowed) in [(PAGE, true), ("https://evil.example", false)] {
            let headers = format!("Origin: {origin}\r\n{token}");
            let head = ask(&program, Dialect::Native, &format!("GET {path}"), &headers).head();
            assert_eq!(head.status, status, "{path}");
            let echo = head.header("access-control-allow-origin");
            assert_eq!(echo, allowed.then_some(origin), "{path}");
            let credentials = head.header("access-control-allow-credentials");
            assert_eq!(credentials, allowed.then_some("true"), "{path}");
            assert_eq!(head.header("vary"), Some("Origin"), "{path}");
        }
    }
}

#[test]
fn a_page_may_read_that_there_is_no_place() {
    let program = program();
    let _all: Vec<_> = (0..8).map(|_| program.native("1")).collect();
    for path in ["/v1/live/poll", "/v1/live/events"] {
        let head =
            ask(&program, Dialect::Native, &format!("GET {path}"), &format!("Origin: {PAGE}\r\n"))
                .head();
        assert_eq!(head.status, 503);
        assert_eq!(head.header("access-control-allow-origin"), Some(PAGE), "{path}");
    }
}

#[test]
fn a_browsers_question_about_a_live_address_is_answered() {
    let program = program();
    for path in ["/v1/live/poll", "/v1/live/events"] {
        for (origin, allowed) in [(PAGE, true), ("https://evil.example", false)] {
            let headers = format!(
                "Origin: {origin}\r\nAccess-Control-Request-Method: GET\r\n\
                 Access-Control-Request-Headers: authorization\r\n"
            );
            let head = ask(&program, Dialect::Native, &format!("OPTIONS {path}"), &headers).head();
            assert_eq!(head.status, 204, "{path}");
            let origins = head.header("access-control-allow-origin");
            assert_eq!(origins, allowed.then_some(origin), "{path}");
            let headers = head.header("access-control-allow-headers");
            assert_eq!(headers, allowed.then_some("authorization"), "{path}");
            assert_eq!(head.header("vary"), Some("Origin"), "{path}");
        }
    }
}

#[test]
fn whoever_asks_a_websockets_address_without_an_upgrade_is_told_what_is_missing() {
    let program = program();
    for (dialect, path) in [
        (Dialect::Native, "/v1/live"),
        (Dialect::Native, "/v1/live?token=x"),
        (Dialect::Gym, "/ws/checkins"),
        (Dialect::Gym, "/ws/checkins/"),
    ] {
        let mut raw = ask(&program, dialect, &format!("GET {path}"), "");
        let head = raw.head();
        assert_eq!((head.status, head.header("upgrade")), (426, Some("websocket")), "{path}");
        let said = json_of(&mut raw, &head).to_string();
        assert!(said.contains("must pass on `Upgrade`"), "{path}: {said}");
    }
}

#[test]
fn another_method_or_path_of_a_live_address_is_refused_in_the_dialects_words() {
    let program = program();
    for (dialect, request, headers, status) in [
        (Dialect::Native, "POST /v1/live", "", 405),
        (Dialect::Native, "POST /v1/live/poll", "", 405),
        (Dialect::Native, "DELETE /v1/live/events", "", 405),
        (Dialect::Gym, "POST /ws/checkins/", "", 405),
        (Dialect::Gym, "GET /ws/checkins/a/b", UPGRADE, 404),
    ] {
        let mut raw = ask(&program, dialect, request, headers);
        let head = raw.head();
        assert_eq!(head.status, status, "{request}");
        assert_eq!(head.header("allow"), (status == 405).then_some("GET,HEAD"), "{request}");
        let said = json_of(&mut raw, &head);
        let told = match dialect {
            Dialect::Gym => &said["detail"],
            _ => &said["error"]["cause"],
        };
        assert!(told.is_string(), "{request}: {said}");
    }
}

#[test]
fn a_websocket_may_begin_on_a_connection_that_http_has_used() {
    let program = program();
    for (dialect, path) in [
        (Dialect::Native, "/v1/live"),
        (Dialect::Gym, "/ws/checkins"),
        (Dialect::Gym, "/ws/checkins/"),
        (Dialect::Gym, "/ws/checkins/main/"),
    ] {
        let mut raw = ask(&program, dialect, "GET /health", "");
        let head = raw.head();
        assert!(json_of(&mut raw, &head)["status"].is_string());
        raw.write(format!("GET {path} HTTP/1.1\r\nHost: x\r\n{UPGRADE}\r\n").as_bytes());
        assert_eq!(raw.head().status, 101, "{path}");
    }
}
