//! The gym's desk from outside, as its clients see it.

mod support;

use std::time::Duration;

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
