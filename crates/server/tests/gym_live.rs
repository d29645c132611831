//! The gym's desk from outside, as its clients see it.

mod support;

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
