//! Whatever is thrown at a socket, only that socket suffers.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]
#![allow(clippy::disallowed_methods, reason = "tests measure real time")]

mod support;

use std::{
    io::Write,
    net::TcpStream,
    time::{Duration, Instant},
};

use rollcall_wire::Dialect;
use serde_json::json;
use support::{Program, Raw, Socket};
use tungstenite::protocol::frame::coding::CloseCode;

/// Sockets that connect and say nothing.
const SILENT: usize = 1_000;

const PATHS: [(Dialect, &str); 2] =
    [(Dialect::Native, "/v1/live"), (Dialect::Gym, "/ws/checkins/")];

/// The one breach that the gym's dialect answers instead of closing (G3.7).
const NO_UTF8: &str = "no UTF-8";

fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![opcode];
    match payload.len() {
        short @ 0..126 => frame.push(0x80 | short as u8),
        middle @ 126..65_536 => {
            frame.push(0x80 | 126);
            frame.extend((middle as u16).to_be_bytes());
        }
        long => {
            frame.push(0x80 | 127);
            frame.extend((long as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

#[test]
fn frames_that_break_the_framing_close_with_the_code_that_says_so() {
    let program = Program::start();
    let large = masked(0x81, &vec![b'x'; 300 * 1024]);
    let cases: &[(&str, u16, Vec<u8>)] = &[
        ("unmasked", 1002, vec![0x81, 2, b'h', b'i']),
        ("a reserved bit", 1002, masked(0xc1, b"{}")),
        ("an unknown opcode", 1002, masked(0x83, b"{}")),
        ("a continuation of nothing", 1002, masked(0x80, b"{}")),
        ("a fragmented ping", 1002, masked(0x09, b"")),
        ("a long ping", 1002, masked(0x89, &[b'x'; 126])),
        ("an incomplete close", 1002, masked(0x88, b"x")),
        ("a close with a code that may not be sent", 1002, masked(0x88, &1005_u16.to_be_bytes())),
        (NO_UTF8, 1007, masked(0x81, &[0xff, 0xfe])),
        ("an endless header", 1009, [&[0x81, 0xff][..], &[0x7f; 8], &[0; 4]].concat()),
        ("an impossible length", 1002, [&[0x81, 0xff][..], &[0xff; 8], &[0; 4]].concat()),
        ("300 KiB", 1009, large),
    ];
    let mut closing = Vec::new();
    for (dialect, path) in PATHS {
        for (what, code, bytes) in cases {
            if *what == NO_UTF8 && dialect == Dialect::Gym {
                continue;
            }
            let mut raw = Raw::upgraded(program.address(dialect), path);
            // The server may have closed before all of it was written.
            raw.try_write(bytes);
            assert_eq!(raw.close_code(), *code, "{what}");
            closing.push((what, raw));
        }
    }
    // A peer that does not answer our close is not waited for.
    for (what, mut raw) in closing {
        assert!(raw.rest().is_some(), "{what}: the socket was left open");
    }
    program.serves();
}

#[test]
fn g3_7_text_that_is_not_utf8_is_answered_and_closes_no_socket() {
    let program = Program::start();
    for mut socket in [program.gym("2"), program.socket(Dialect::Gym, "/ws/checkins/")] {
        for frames in [
            masked(0x81, &[0xff, 0xfe]),
            [masked(0x01, b"{\xc3"), masked(0x80, b"\x28}")].concat(),
            masked(0x82, &[0xff]),
        ] {
            socket.0.get_mut().write_all(&frames).unwrap();
            let error = socket.expect("error");
            assert_eq!(error["payload"]["message"], "Invalid JSON format", "{error}");
        }
        socket.send(&json!({"type": "ping"}));
        socket.expect("pong");
    }
}

#[test]
fn a_client_that_closes_is_answered_with_its_code() {
    let program = Program::start();
    for (dialect, path) in PATHS {
        for code in [1000, 1001, 4444] {
            let mut raw = Raw::upgraded(program.address(dialect), path);
            raw.write(&masked(0x88, &[&u16::to_be_bytes(code)[..], b"enough"].concat()));
            assert_eq!(raw.close_code(), code, "{path}");
            let began = Instant::now();
            assert!(raw.rest().is_some());
            assert!(began.elapsed() < Duration::from_secs(1), "left open after both closes");
        }
    }
    let mut socket = program.native("1");
    socket
        .0
        .close(Some(tungstenite::protocol::CloseFrame {
            code: CloseCode::Normal,
            reason: "".into(),
        }))
        .unwrap();
    assert_eq!(socket.closed(), 1000);
}

#[test]
fn a_client_that_answers_our_close_is_gone_at_once() {
    let program = Program::start();
    let mut raw = Raw::upgraded(program.address(Dialect::Native), "/v1/live");
    let frame = json!({"type": "sign_in", "data": {"token": "nonsense"}}).to_string();
    raw.write(&masked(0x81, frame.as_bytes()));
    assert_eq!(raw.close_code(), 4001);
    raw.write(&masked(0x88, &4001_u16.to_be_bytes()));
    let began = Instant::now();
    assert!(raw.rest().is_some());
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[test]
fn large_bodies_deep_json_and_garbage_are_refused() {
    let program = Program::start();
    let body = 10 * 1024 * 1024;
    for (dialect, path) in [
        (Dialect::Native, "/v1/visits"),
        (Dialect::Gym, "/api/checkins/"),
        (Dialect::Church, "/api/attendance/7/2025-01-19"),
    ] {
        let (mut raw, token) =
            (Raw::connect(program.address(dialect)), program.token(dialect, "1"));
        raw.write(
            format!(
                "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
                 Content-Type: application/json\r\nContent-Length: {body}\r\n\r\n"
            )
            .as_bytes(),
        );
        // One byte more than is taken: the rest of it need not come.
        raw.write(&vec![b'x'; 1024 * 1024 + 1]);
        assert_eq!(raw.head().status, 413, "refused before all of it was read: {path}");
    }

    let address = program.address(Dialect::Native);
    let mut socket = program.native("1");
    for depth in [200, 100_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        socket.text(&deep);
        assert_eq!(socket.expect("error")["data"]["code"], "malformed");
        socket.text(&format!(r#"{{"type":"follow","data":{{"id":"f","rooms":{deep}}}}}"#));
        assert_eq!(socket.expect("error")["data"]["code"], "malformed");
    }

    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\xff\xff\xff\xff\r\n\r\n",
        b"GET /v1/live HTTP/1.1\r\nUpgrade: websocket\r\n\r\n",
    ] {
        let mut raw = Raw::connect(address);
        raw.write(garbage);
        raw.half_close();
        let answer = raw.rest().expect("the socket was left open");
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"), "{garbage:?}: {answer:?}");
    }
    let mut raw = Raw::connect(address);
    raw.write(b"GET / HTTP/1.1\r\n");
    let filler = format!("X-Filler: {}\r\n", "x".repeat(1_000));
    let mut written = 0;
    while written < 4_000 && raw.try_write(filler.as_bytes()) {
        written += 1;
    }
    let answer = raw.rest().expect("the socket was left open");
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"), "{answer:?}");
    program.serves();
}

#[test]
fn a_client_that_sends_far_too_much_gets_to_read_why_not() {
    let program = Program::start();
    let body = vec![b'x'; 10 * 1024 * 1024];
    for (dialect, path, signed_in, status) in [
        (Dialect::Native, "/v1/visits", true, 413),
        (Dialect::Native, "/v1/visits", false, 401),
        (Dialect::Native, "/v1/sessions", false, 413),
        (Dialect::Native, "/v1/nothing", false, 404),
        (Dialect::Gym, "/api/checkins/", true, 413),
        (Dialect::Church, "/api/attendance/7/2025-01-19", true, 413),
    ] {
        let mut raw = Raw::connect(program.address(dialect));
        let token = program.token(dialect, "1");
        let token = signed_in.then(|| format!("Authorization: Bearer {token}\r\n"));
        let (token, length) = (token.unwrap_or_default(), body.len());
        raw.write(
            format!(
                "POST {path} HTTP/1.1\r\nHost: x\r\n{token}\
                 Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
            )
            .as_bytes(),
        );
        // Most clients read nothing before they have sent everything.
        assert!(raw.try_write(&body), "{path}: cut off");
        let head = raw.head();
        assert_eq!(head.status, status, "{path}");
        assert_eq!(head.header("connection"), (status == 413).then_some("close"), "{path}");
    }
}

#[test]
fn a_body_without_end_is_not_read_without_end() {
    let program = Program::start();
    let mut raw = Raw::connect(program.address(Dialect::Native));
    raw.write(b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n");
    let (began, piece, mut bytes) = (Instant::now(), vec![b'x'; 64 * 1024], 0);
    while raw.try_write(&piece) {
        bytes += piece.len();
        assert!(bytes < 64 * 1024 * 1024, "it is read for ever");
    }
    assert!(began.elapsed() < Duration::from_secs(10));
    program.serves();
}

#[test]
fn a_head_that_never_ends_is_dropped_while_others_are_served() {
    let program = Program::start();
    let address = program.address(Dialect::Gym);
    let began = Instant::now();
    let mut lorises: Vec<_> = (0..50).map(|_| Raw::connect(address)).collect();
    lorises.iter_mut().for_each(|loris| loris.write(b"GET /ws/checkins/ HTTP/1.1\r\nX-Slow: "));
    let mut open = true;
    while open && began.elapsed() < Duration::from_secs(9) {
        let asked = Instant::now();
        let mut other = program.gym_at_once("4");
        other.send(&json!({"type": "ping"}));
        other.expect("pong");
        assert!(asked.elapsed() < Duration::from_secs(1), "others wait for a slow head");
        // A byte now and then does not extend the time.
        open = false;
        for loris in &mut lorises {
            open |= loris.stream.write(b"x").is_ok();
        }
        other.within(Duration::from_millis(250));
    }
    let after = began.elapsed();
    assert!((Duration::from_secs(4)..Duration::from_secs(8)).contains(&after), "{after:?}");
}

#[test]
fn a_body_that_stops_coming_does_not_hold_its_connection() {
    let program = Program::start();
    let paths = [
        (Dialect::Native, "/v1/sessions"),
        (Dialect::Gym, "/api/auth/token/"),
        (Dialect::Church, "/api/auth/verify-code"),
    ];
    let begun = paths.map(|(dialect, path)| {
        let mut raw = Raw::connect(program.address(dialect));
        raw.stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = "Host: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{";
        raw.write(format!("POST {path} HTTP/1.1\r\n{head}").as_bytes());
        raw
    });
    for mut raw in begun {
        let answer = raw.rest().expect("it ends");
        assert!(answer.starts_with(b"HTTP/1.1 408 "), "{}", String::from_utf8_lossy(&answer));
    }
}

#[test]
fn half_closed_sockets_do_not_stay() {
    let program = Program::start();
    let mut silent = Raw::connect(program.address(Dialect::Native));
    silent.half_close();
    assert_eq!(silent.rest().as_deref(), Some(&b""[..]));
    for (dialect, path) in PATHS {
        let mut raw = Raw::upgraded(program.address(dialect), path);
        raw.half_close();
        assert!(raw.rest().is_some(), "{path}");
    }
    // What was said before the end still counts.
    let mut desk = program.gym("2");
    let mut wall = program.gym("4");
    desk.send(&json!({"type": "check_in", "payload": {"memberId": "GYM0001"}}));
    desk.0.get_ref().shutdown(std::net::Shutdown::Both).unwrap();
    assert_eq!(wall.next()["type"], "member_checked_in");
}

#[test]
fn a_thousand_silent_sockets_keep_nobody_out() {
    let program = Program::start();
    let address = program.address(Dialect::Native);
    let silent: Vec<_> = (0..SILENT).map(|_| TcpStream::connect(address).unwrap()).collect();
    let asked = Instant::now();
    program.serves();
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    for stream in silent {
        let mut raw = Raw::over(stream);
        assert_eq!(raw.rest().as_deref(), Some(&b""[..]), "dropped without a word");
    }
    program.serves();
}

#[test]
fn twenty_malformed_native_messages_in_a_row_end_the_connection() {
    let program = Program::start();
    let mut socket = program.native("1");
    for _ in 0..19 {
        socket.text("nonsense");
    }
    socket.send(&json!({"type": "ping"}));
    socket.expect("pong");
    (0..20).for_each(|_| socket.text("nonsense"));
    let (messages, code) = socket.ending();
    assert_eq!((messages.last().unwrap()["type"].as_str(), code), (Some("bye"), 1008));
    program.serves();
}

#[test]
fn a_client_that_vanishes_mid_frame_leaves_nothing_behind() {
    let program = Program::start();
    for cut in 1..60 {
        let frame = masked(
            0x81,
            json!({"type": "sign_in", "data": {"token": "x".repeat(20)}}).to_string().as_bytes(),
        );
        let mut raw = Raw::upgraded(program.address(Dialect::Native), "/v1/live");
        raw.write(&frame[..cut.min(frame.len() - 1)]);
    }
    let _unread: Vec<Socket> = (0..50).map(|_| program.gym_at_once("2")).collect();
    program.serves();
}

#[test]
fn a_full_listener_refuses_the_next_until_somebody_leaves() {
    let mut settings = support::config();
    settings.limits.connections_max = 2;
    let program = Program::in_world(&support::world_of(2), settings);
    let (address, path) = (program.address(Dialect::Gym), "/ws/checkins/");
    let first = Socket::open(address, path).unwrap();
    let _second = Socket::open(address, path).unwrap();
    let refusal = Socket::open(address, path).err().expect("a third is one too many");
    assert!(refusal.to_string().contains("503"), "{refusal}");
    drop(first);
    let until = Instant::now() + Duration::from_secs(5);
    while Socket::open(address, path).is_err() {
        assert!(Instant::now() < until, "the place of one who left is free");
    }
}

#[test]
fn whoever_finds_no_place_over_http_is_told_so_in_json() {
    let mut settings = support::config();
    settings.limits.connections_max = 1;
    let program = Program::in_world(&support::world_of(2), settings);
    let _only = program.native("1");
    let (address, token) = (program.address(Dialect::Native), program.token(Dialect::Native, "1"));
    for path in ["/v1/live/poll?room=desk", "/v1/live/events?room=desk"] {
        let mut raw = Raw::get(address, path, &token);
        let head = raw.head();
        assert_eq!((head.status, head.header("retry-after")), (503, Some("2")), "{path}");
        let length = head.header("content-length").unwrap().parse().unwrap();
        let said: serde_json::Value = serde_json::from_slice(&raw.take(length)).unwrap();
        assert_eq!(said["error"]["code"], "busy", "{path}: {said}");
    }
}
