//! A stop in order: everything acknowledged is kept, everybody is told, over the time that was set.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]
#![allow(clippy::disallowed_methods, reason = "tests measure real time")]

mod support;

use std::{
    collections::BTreeSet,
    thread,
    time::{Duration, Instant},
};

use rollcall::config::Config;
use serde_json::json;
use support::{Follower, Program, Socket, Transport, config, desk};

/// Sockets at the desk when the stop comes.
const SOCKETS: usize = 200;

/// Seconds over which they are sent away.
const DRAIN_SECONDS: u32 = 3;

/// What one client has at its end.
struct Farewell {
    acknowledged: Vec<String>,
    code: Option<u16>,
    at: Instant,
}

/// Checks one member in and out until the server ends the connection.
fn work_until_told(mut socket: Socket, member: usize) -> Farewell {
    let (mut acknowledged, mut visit) = (Vec::new(), None);
    for n in 0.. {
        let id = format!("{member}-{n}");
        let frame = match visit.take() {
            None => {
                json!({"type": "check_in", "payload": {"memberId": format!("GYM{member:04}"), "requestId": id}})
            }
            Some(visit) => {
                json!({"type": "check_out", "payload": {"checkInId": visit, "requestId": id}})
            }
        };
        // After the server's close nothing more is sent, as a browser does.
        if socket.0.can_write() {
            let _ = socket.0.send(tungstenite::Message::text(frame.to_string()));
        }
        loop {
            match socket.0.read() {
                Ok(tungstenite::Message::Text(text)) => {
                    let message: serde_json::Value = serde_json::from_str(&text).unwrap();
                    if message["type"] == "check_in_success"
                        || message["type"] == "check_out_success"
                    {
                        acknowledged.push(id);
                        if message["type"] == "check_in_success" {
                            visit = Some(message["payload"]["id"].clone());
                        }
                        break;
                    }
                }
                Ok(tungstenite::Message::Close(frame)) => {
                    let code = frame.map(|frame| frame.code.into());
                    return Farewell { acknowledged, code, at: Instant::now() };
                }
                Ok(_) => {}
                Err(_) => return Farewell { acknowledged, code: None, at: Instant::now() },
            }
        }
    }
    unreachable!("the loop ends with the connection")
}

#[test]
fn g6_7_a_stop_keeps_what_was_acknowledged_and_tells_everybody_over_its_time() {
    let settings = Config { drain_seconds: DRAIN_SECONDS, ..config() };
    let mut program = Program::in_world(&support::world_of(SOCKETS), settings);
    let sockets: Vec<_> = (0..SOCKETS).map(|_| program.gym_at_once("2")).collect();
    let working: Vec<_> = (1..=SOCKETS)
        .zip(sockets)
        .map(|(member, socket)| thread::spawn(move || work_until_told(socket, member)))
        .collect();
    // Wait until work has begun everywhere, so that the stop comes into the middle of it.
    while desk(&*program.store).visits.len() < SOCKETS {
        thread::yield_now();
    }
    let stopping = Instant::now();
    program.stop();
    assert!(stopping.elapsed() < Duration::from_secs(15), "{:?}", stopping.elapsed());
    let farewells: Vec<_> = working.into_iter().map(|thread| thread.join().unwrap()).collect();

    let kept: BTreeSet<String> = desk(&*program.store).commands.into_iter().collect();
    for farewell in &farewells {
        assert_eq!(farewell.code, Some(1012));
        for id in &farewell.acknowledged {
            assert!(kept.contains(id), "{id} was acknowledged and is not kept");
        }
    }
    let mut times: Vec<_> =
        farewells.iter().map(|farewell| farewell.at.saturating_duration_since(stopping)).collect();
    times.sort();
    // Evenly: a quarter of them in each quarter of the time, give or take.
    let drain = Duration::from_secs(u64::from(DRAIN_SECONDS));
    for quarter in 1..4_u32 {
        let told = times.iter().filter(|time| **time < drain * quarter / 4).count();
        let want = SOCKETS * quarter as usize / 4;
        assert!(told.abs_diff(want) < SOCKETS / 5, "{told} were told in {quarter} quarters");
    }
}

#[test]
fn a_stop_tells_every_transport() {
    let mut program = Program::start();
    let mut native = program.native("1");
    let mut anonymous = program.socket(rollcall_wire::Dialect::Gym, "/ws/checkins/");
    let mut lines = [Transport::Sse, Transport::Poll]
        .map(|transport| Follower::open(&program, transport, "1", &["desk"], None));
    for line in &mut lines {
        assert_eq!(line.next()["type"], "snapshot");
    }
    // A poll that has its answer asks again before the stop; what is asked after it shows that
    // the question has arrived.
    lines[1].ask_again();
    let mut last = Follower::open(&program, Transport::Poll, "1", &["desk"], None);
    assert_eq!(last.next()["type"], "snapshot");
    let stopping = thread::spawn(move || program.stop());
    let (messages, code) = native.ending();
    let last = messages.last().unwrap();
    assert_eq!((last["data"]["reason"].as_str(), code), (Some("restart"), 1012));
    assert_eq!(anonymous.closed(), 1012);
    for line in &mut lines {
        let bye = loop {
            let message = line.next();
            if message["type"] != "following" {
                break message;
            }
        };
        assert_eq!(bye["type"], "bye", "{bye}");
        assert!(bye["data"]["retry_after_ms"].as_u64().unwrap() > 0);
    }
    let began = Instant::now();
    stopping.join().unwrap();
    assert!(began.elapsed() < Duration::from_secs(5));
}
