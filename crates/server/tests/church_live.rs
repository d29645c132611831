//! The church dialect from outside: REST and sockets together.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]
#![allow(clippy::disallowed_methods, reason = "tests measure real time")]

mod support;

use std::time::Instant;

use rollcall_wire::Dialect;
use serde_json::{Value, json};
use support::{Program, Raw, Socket};
use tungstenite::Message;

const SHEET: &str = "/api/attendance/7/2025-01-19";

fn church() -> Program {
    let world = json!({
        "tenant": {"id": "tst", "name": "Grace"},
        "accounts": [
            {"id": "1", "email": "ann@example.org", "role": "admin"},
            {"id": "2", "email": "ben@example.org", "role": "admin"},
        ],
        "people": [{"id": "10", "first_name": "Ana", "last_name": "Reed", "kind": "regular"}],
        "gatherings": [{"id": "7", "name": "Service", "roster": ["10"]}]
    });
    Program::in_world(&world, support::config())
}

fn record(program: &Program, account: &str, record: &Value) -> (u16, Value) {
    let body = json!({ "attendanceRecords": [record] }).to_string();
    let token = program.token(Dialect::Church, account);
    let mut raw = Raw::connect(program.address(Dialect::Church));
    raw.write(
        format!(
            "POST {SHEET} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
             Connection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .as_bytes(),
    );
    let status = raw.head().status;
    (status, serde_json::from_slice(&raw.rest().unwrap()).unwrap())
}

/// The next text that holds `what`.
fn heard(socket: &mut Socket, what: &str) -> String {
    loop {
        match socket.0.read().unwrap() {
            Message::Text(text) if text.contains(what) => return text.to_string(),
            Message::Close(frame) => panic!("closed: {frame:?}"),
            _ => {}
        }
    }
}

#[test]
fn church_7_6_a_refusal_over_rest_heals_after_its_reply() {
    let program = church();
    let (status, said) = record(&program, "2", &json!({"individualId": 10, "present": true}));
    assert_eq!((status, &said["hasConflicts"]), (200, &json!(false)));
    let mut socket = program.socket(Dialect::Church, "/socket.io/?EIO=4&transport=websocket");
    let token = program.token(Dialect::Church, "1");
    socket.text(&format!("40{}", json!({ "token": token })));
    heard(&mut socket, "\"connected\"");
    let healed = std::thread::spawn(move || {
        let heal = heard(&mut socket, "\"attendance_update\"");
        (heal, Instant::now())
    });
    let stale = json!({"individualId": 10, "present": false, "clientTimestamp": 1_000});
    let (status, said) = record(&program, "1", &stale);
    let replied = Instant::now();
    assert_eq!((status, &said["hasConflicts"]), (200, &json!(true)));
    let (heal, healed) = healed.join().unwrap();
    assert!(heal.contains(r#""individualId":10,"present":true"#), "{heal}");
    assert!(replied < healed, "the heal came {:?} before the reply", replied - healed);
}
