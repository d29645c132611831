//! A client that says too much is slowed down: it loses nothing, and nobody waits for it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]
#![allow(clippy::disallowed_methods, reason = "tests measure real time")]

mod support;

use std::{
    collections::BTreeSet,
    net::Shutdown,
    time::{Duration, Instant},
};

use rollcall_wire::Dialect;
use serde_json::json;
use support::{PATIENCE, Program, Socket};

/// Check-ins that the flooding client sends without waiting for anything.
const COMMANDS: usize = 2_000;

fn program(people: usize, per_second: u32, burst: u32) -> Program {
    let mut settings = support::config();
    settings.limits.messages_per_second = per_second;
    settings.limits.messages_burst = burst;
    Program::in_world(&support::world_of(people), settings)
}

fn check_in(socket: &mut Socket, number: usize) {
    let person = json!({"number": format!("GYM{number:04}")});
    let command = json!({"type": "check_in", "data": {"person": person}});
    socket.command(&format!("c{number}"), command);
}

#[test]
fn a_flood_of_commands_is_answered_in_full_at_its_rate_while_others_are_served() {
    let program = program(COMMANDS + 20, 400, 200);
    let mut flood = program.native("2");
    let mut other = program.native("1");
    let began = Instant::now();
    (1..=COMMANDS).for_each(|number| check_in(&mut flood, number));
    for number in COMMANDS + 1..=COMMANDS + 20 {
        let asked = Instant::now();
        check_in(&mut other, number);
        assert_eq!(other.expect("answer")["data"]["id"], format!("c{number}"));
        assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
        std::thread::sleep(Duration::from_millis(50));
    }
    let answered = |_| flood.expect("answer")["data"]["id"].as_str().unwrap().to_owned();
    let answered: BTreeSet<String> = (0..COMMANDS).map(answered).collect();
    // 200 at once, 1,800 more at 400 a second: 4.5 s on a machine with nothing else to do.
    let took = began.elapsed();
    assert!((Duration::from_secs(3)..Duration::from_secs(30)).contains(&took), "{took:?}");
    assert_eq!(answered.len(), COMMANDS, "each once");
    assert_eq!(support::tally(&*program.store).currently_in, COMMANDS as u64 + 20);
}

#[test]
fn what_a_client_said_before_it_went_is_still_carried_out() {
    let program = program(100, 100, 10);
    let mut hasty = program.native("2");
    (1..=100).for_each(|number| check_in(&mut hasty, number));
    hasty.0.get_ref().shutdown(Shutdown::Write).unwrap();
    let until = Instant::now() + PATIENCE;
    while support::tally(&*program.store).currently_in < 100 {
        assert!(Instant::now() < until, "{:?}", support::tally(&*program.store));
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_flood_of_pings_slows_its_own_connection_alone() {
    let program = program(30, 50, 100);
    let mut flood = program.native("2");
    for number in 0_u32..20_000 {
        let ping = tungstenite::Message::Ping(number.to_be_bytes().to_vec().into());
        flood.0.write(ping).unwrap();
    }
    flood.0.flush().unwrap();
    let asked = Instant::now();
    program.serves();
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    flood.send(&json!({"type": "ping"}));
    flood.expect("pong");
}

#[test]
fn the_rates_of_the_gym_are_its_own() {
    let program = program(30, 1, 1);
    let mut desk = program.gym("2");
    let began = Instant::now();
    for _ in 0..100 {
        desk.send(&json!({"type": "ping"}));
        desk.expect("pong");
    }
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let mut native = program.socket(Dialect::Native, "/v1/live");
    native.expect("hello");
}
