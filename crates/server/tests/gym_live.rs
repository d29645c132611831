//! The gym's desk from outside, as its clients see it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]
#![allow(clippy::disallowed_methods, reason = "tests measure real time")]

mod support;

use std::time::{Duration, Instant};

use rollcall::clock;
use rollcall_core::{event::Event, room::Room};
use rollcall_wire::Dialect;
use serde_json::json;
use support::Program;

#[test]
fn g1_2_a_check_in_shows_on_every_screen_with_exact_statistics() {
    let program = Program::start();
    let mut desk = program.gym("2");
    let mut wall = program.gym("1");
    desk.send(&json!({"type": "check_in", "data": {"member_id": "GYM0001"}}));
    let first = desk.next();
    assert_eq!(first["type"], "check_in_success", "{first}");
    let second = desk.next();
    assert_eq!(second["type"], "member_checked_in", "{second}");
    assert_eq!(first["payload"], second["payload"]);
    let seen = wall.next();
    assert_eq!(seen["type"], "member_checked_in");
    let stats = wall.expect("initial_stats");
    assert_eq!(stats["payload"]["currentlyIn"], 1);
    assert_eq!(stats["payload"]["todayTotal"], 1);
}

#[test]
fn g4_8_the_settings_say_how_long_updates_are_gathered() {
    let mut config = support::config();
    config.gym.deferred_ms = 150;
    let program = Program::in_world(&support::world(), config);
    let (mut desk, mut wall) = (program.gym("2"), program.gym("1"));
    desk.send(&json!({"type": "check_in", "data": {"member_id": "GYM0001"}}));
    wall.expect("member_checked_in");
    let soon = wall.within(Duration::from_millis(125));
    assert!(soon.is_empty(), "{soon:?}");
    wall.expect("stats_update");
}

#[test]
fn g2_12_the_settings_say_how_long_an_anonymous_socket_may_stay() {
    let mut config = support::config();
    config.gym.anonymous_wait_seconds = 9;
    let program = Program::in_world(&support::world(), config);
    let mut socket = program.socket(Dialect::Gym, "/ws/checkins/");
    let early = socket.within(Duration::from_millis(8_500));
    assert!(early.is_empty(), "{early:?}");
    socket.send(&json!({"type": "ping"}));
    socket.expect("pong");
    assert_eq!(socket.closed(), 4008);
}

/// A world with one visit begun 90 minutes ago and another begun 30 minutes ago.
fn forgetful(settings: serde_json::Value) -> serde_json::Value {
    let visit = |n: usize, minutes: i64| {
        let check_in = clock::now().plus_ms(-minutes * 60_000);
        json!({"id": format!("v{n}"), "person": support::person_id(n), "check_in": check_in,
            "notes": "towel"})
    };
    let mut world = support::world();
    world["visits"] = json!([visit(1, 90), visit(2, 30)]);
    world["tenant"]["settings"] = json!({"gym": settings});
    world
}

#[test]
fn g7_18_a_forgotten_visit_is_ended_where_the_tenant_wants_that() {
    let world = forgetful(json!({"auto_check_out_hours": 1}));
    let program = Program::in_world(&world, support::config());
    let until = Instant::now() + support::PATIENCE;
    while support::tally(&*program.store).currently_in != 1 {
        assert!(Instant::now() < until, "one of two visits ends");
        std::thread::sleep(Duration::from_millis(10));
    }
    let log = support::log(&*program.store, Some(&[Room::Desk]));
    let [(_, ended)] = &log[..] else { panic!("{log:?}") };
    let Event::CheckedOut { visit, .. } = &ended.event else { panic!("{ended:?}") };
    assert_eq!((visit.id.as_str(), ended.by.as_ref()), ("v1", None));
    assert_eq!(visit.notes, "towel\nCheck-out: automatic");
}

#[test]
fn g7_18_no_visit_is_ended_where_nobody_asked_for_it() {
    let program = Program::in_world(&forgetful(json!({})), support::config());
    let mut desk = program.gym("2");
    assert!(desk.within(support::QUIET).is_empty());
    assert_eq!(support::tally(&*program.store).currently_in, 2);
}
