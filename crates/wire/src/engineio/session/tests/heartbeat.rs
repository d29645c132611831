//! Ping and pong over both transports.

use super::{GONE, NOTHING, Stage};

#[test]
fn three_beats_over_polling() {
    let mut stage = Stage::polling();
    for beat in 1..=3 {
        assert_eq!(stage.get(), NOTHING);
        assert_eq!(stage.session.next_deadline_ms(), Some(beat * 300));
        assert_eq!(stage.at(beat * 300), ["pinged", "answer 2"]);
        assert_eq!(stage.post("3"), ["ponged", "ok"]);
    }
}

#[test]
fn three_beats_over_websocket() {
    let mut stage = Stage::websocket();
    for beat in 1..=3 {
        assert_eq!(stage.at(beat * 300), ["pinged", "frame 2"]);
        assert_eq!(stage.text("3"), ["ponged"]);
    }
}

#[test]
fn a_ping_waits_for_the_next_get_in_its_place() {
    let mut stage = Stage::polling();
    stage.send("4before");
    assert_eq!(stage.at(300), ["pinged"]);
    stage.send("4after");
    assert_eq!(stage.get(), ["answer 4before\x1e2\x1e4after"]);
}

#[test]
fn an_unanswered_ping_ends_a_polling_session() {
    let mut stage = Stage::polling();
    assert_eq!(stage.at(300), ["pinged"]);
    assert_eq!(stage.session.next_deadline_ms(), Some(500));
    stage.now_ms = 500;
    assert_eq!(stage.get(), ["closed PingTimeout", GONE], "even before the timer ran");
}

#[test]
fn an_unanswered_ping_tells_a_hanging_get() {
    let mut stage = Stage::polling();
    stage.at(300);
    assert_eq!(stage.get(), ["answer 2"]);
    assert_eq!(stage.get(), NOTHING);
    assert_eq!(stage.at(500), ["answer 1", "closed PingTimeout"]);
}

#[test]
fn an_unanswered_ping_closes_the_websocket() {
    let mut stage = Stage::websocket();
    assert_eq!(stage.at(300), ["pinged", "frame 2"]);
    assert_eq!(stage.at(499), NOTHING);
    assert_eq!(stage.at(500), ["close websocket", "closed PingTimeout"]);
}

#[test]
fn other_traffic_is_no_answer_to_a_ping() {
    let mut stage = Stage::websocket();
    stage.at(300);
    assert_eq!(stage.text("4busy"), ["text busy"]);
    assert_eq!(stage.at(500), ["close websocket", "closed PingTimeout"]);
}

#[test]
fn a_flood_of_pongs_neither_counts_nor_postpones() {
    let mut stage = Stage::polling();
    assert_eq!(stage.post(&["3"; 50].join("\x1e")), ["ok"]);
    assert_eq!(stage.session.next_deadline_ms(), Some(300));
    stage.at(300);
    assert_eq!(stage.post(&["3"; 50].join("\x1e")), ["ponged", "ok"]);
}
