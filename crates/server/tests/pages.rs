//! What browsers let pages read: live addresses over plain HTTP, from allowed origins and others.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]

mod support;

use rollcall_wire::Dialect;
use support::{Program, Raw};

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
