//! The native REST from outside: what is written there is told live, and health tells who is here.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use rollcall_wire::Dialect;
use serde_json::{Value, json};
use support::Program;

/// Status and body of a request over a connection of its own.
fn ask(program: &Program, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let mut stream = TcpStream::connect(program.address(Dialect::Native)).unwrap();
    let (token, body) =
        (program.token(Dialect::Native, "1"), body.unwrap_or(Value::Null).to_string());
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let status = text.split(' ').nth(1).unwrap().parse().unwrap();
    let (_, content) = text.split_once("\r\n\r\n").unwrap();
    (status, serde_json::from_str(content).unwrap_or_default())
}

#[test]
fn what_is_written_by_rest_is_told_live() {
    let program = Program::start();
    let mut ann = program.native("1");
    ann.send(&json!({"type": "follow", "data": {"id": "f", "rooms": ["desk"]}}));
    ann.expect("snapshot");
    let body = json!({"person": {"number": "GYM0001"}});
    let (status, visit) = ask(&program, "POST", "/v1/visits", Some(body));
    assert_eq!(status, 201, "{visit}");
    let event = ann.expect("event");
    assert_eq!(event["data"]["event"]["data"]["visit"]["id"], visit["visit"]["id"]);
    let (_, stats) = ask(&program, "GET", "/v1/desk/stats", None);
    assert_eq!(ann.expect("stats")["data"], stats);
}

#[test]
fn a_sheet_read_by_rest_is_followed_from_its_position_without_a_gap() {
    let program = Program::start();
    let mark = |person: usize| {
        let person = format!("00000000-0000-4000-8000-{person:012}");
        let changes = json!({"changes": [{"person": person, "status": "present"}]});
        ask(&program, "POST", "/v1/sheets/7/2026-11-21/marks", Some(changes))
    };
    mark(1);
    let (_, sheet) = ask(&program, "GET", "/v1/sheets/7/2026-11-21", None);
    assert_eq!(sheet["marks"].as_array().unwrap().len(), 1);
    mark(2);
    let mut ann = program.native("1");
    let (rooms, after) = (["sheet/2026-11-21/7"], &sheet["position"]);
    ann.send(&json!({"type": "follow", "data": {"id": "f", "rooms": rooms, "after": after}}));
    ann.expect("following");
    let event = ann.expect("event");
    let person = &event["data"]["event"]["data"]["marks"][0]["mark"]["person"];
    assert_eq!(person, "00000000-0000-4000-8000-000000000002");
}

#[test]
fn health_counts_who_is_here() {
    let program = Program::start();
    let mut sockets = [program.native("1"), program.native("2")];
    for socket in &mut sockets {
        socket.send(&json!({"type": "follow", "data": {"id": "f", "rooms": ["desk", "people"]}}));
        socket.expect("snapshot");
    }
    let (status, page) = ask(&program, "GET", "/health/services", None);
    assert_eq!((status, &page["status"]), (200, &"healthy".into()));
    let sum = |field: &str| -> i64 {
        page["shards"].as_array().unwrap().iter().map(|s| s[field].as_i64().unwrap()).sum()
    };
    assert_eq!((sum("connections"), sum("accounts"), sum("members")), (2, 2, 4), "{page}");
    let (_, live) = ask(&program, "GET", "/health/websocket", None);
    assert_eq!((&live["connections"], &live["signed_in"]), (&2.into(), &2.into()));
}
