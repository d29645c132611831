//! Polling to WebSocket without losing or reordering a packet (church rule 2.3).

use super::{Attach, BAD, NOTHING, Packet, Stage};

#[test]
fn the_upgrade_in_its_usual_order() {
    let mut stage = Stage::polling();
    assert_eq!(stage.get(), NOTHING);
    assert_eq!(stage.session.attach_websocket(0), Attach::Probing);
    assert_eq!(stage.text("2probe"), ["frame 3probe", "answer 6"]);
    assert_eq!(stage.text("5"), ["upgraded"]);
    assert_eq!(stage.text("4hello"), ["text hello"]);
    assert_eq!(stage.send("4hello"), ["frame 4hello"]);
}

#[test]
fn a_get_after_the_probe_ends_with_a_noop() {
    let mut stage = Stage::probed();
    assert_eq!(stage.get(), ["answer 6"]);
    assert_eq!(stage.text("5"), ["upgraded"]);
}

#[test]
fn while_probing_polling_still_delivers() {
    let mut stage = Stage::polling();
    stage.get();
    assert_eq!(stage.session.attach_websocket(0), Attach::Probing);
    assert_eq!(stage.send("4one"), ["answer 4one"]);
    assert_eq!(stage.post("4up"), ["text up", "ok"]);
    stage.text("2probe");
    assert_eq!(stage.send("4two"), NOTHING);
    assert_eq!(stage.get(), ["answer 4two"]);
    assert_eq!(stage.post("4up"), ["text up", "ok"]);
}

#[test]
fn what_waited_during_the_probe_leaves_first_and_in_order() {
    let mut stage = Stage::probed();
    stage.send("4one");
    stage.send("4two");
    assert!(!stage.session.can_take());
    let mut out = Vec::new();
    stage.session.websocket_text("5", 0, &mut out);
    assert!(stage.session.offer(&Packet::message("4three")));
    stage.session.flush(&mut out);
    let lines: Vec<_> = out.iter().map(super::line).collect();
    assert_eq!(lines, ["upgraded", "frame 4one", "frame 4two", "frame 4three"]);
}

#[test]
fn a_get_that_is_still_unanswered_at_the_upgrade_gets_its_noop() {
    let mut stage = Stage::probed();
    stage.session.get(0, &mut Vec::new()).unwrap();
    assert_eq!(stage.text("5"), ["answer 6", "upgraded"]);
}

#[test]
fn after_the_upgrade_polling_is_refused_and_the_session_lives() {
    let mut stage = Stage::probed();
    stage.text("5");
    assert_eq!(stage.get(), [BAD]);
    assert_eq!(stage.post("4stray"), [BAD]);
    assert_eq!(stage.text("4hello"), ["text hello"]);
}

#[test]
fn a_second_websocket_is_closed_and_the_first_lives() {
    let mut stage = Stage::probed();
    assert_eq!(stage.session.attach_websocket(0), Attach::CloseSocket, "one is probing");
    stage.text("5");
    assert_eq!(stage.session.attach_websocket(0), Attach::CloseSocket, "one has taken over");
    assert_eq!(stage.text("4hello"), ["text hello"]);
}

#[test]
fn any_other_word_costs_the_probe_and_nothing_else() {
    for text in ["4hello", "5", "2", "2other", "1", "abc", ""] {
        let mut stage = Stage::polling();
        stage.get();
        assert_eq!(stage.session.attach_websocket(0), Attach::Probing);
        assert_eq!(stage.text(text), ["close websocket"], "{text:?}");
        assert_eq!(stage.send("4still"), ["answer 4still"]);
        assert_eq!(stage.session.attach_websocket(0), Attach::Probing, "it may try again");
    }
    let mut stage = Stage::probed();
    assert_eq!(stage.text("2probe"), ["close websocket"], "asked twice");
    let mut stage = Stage::probed();
    let (_, lines) = stage.turn(|session, _, out| session.websocket_binary(b"x", out));
    assert_eq!(lines, ["close websocket"]);
}

#[test]
fn a_probe_that_is_lost_or_too_slow_leaves_polling() {
    let mut stage = Stage::probed();
    stage.turn(|session, _, out| session.websocket_closed(out));
    assert_eq!(stage.get(), NOTHING);
    let mut stage = Stage::probed();
    for beat in 1..=3 {
        stage.at(beat * 300);
        stage.post("3");
    }
    assert_eq!(stage.session.next_deadline_ms(), Some(1_000));
    assert_eq!(stage.at(1_000), ["close websocket"]);
    assert_eq!(stage.get(), ["answer 2\x1e2\x1e2"]);
}

#[test]
fn closing_while_probing_ends_both_transports() {
    let mut stage = Stage::polling();
    stage.get();
    assert_eq!(stage.session.attach_websocket(0), Attach::Probing);
    assert_eq!(stage.close(), ["answer 1", "close websocket", "closed ServerClosed"]);
}

#[test]
fn the_heartbeat_survives_the_upgrade() {
    let mut stage = Stage::probed();
    assert_eq!(stage.at(300), ["pinged"]);
    assert_eq!(stage.text("5"), ["upgraded", "frame 2"]);
    assert_eq!(stage.text("3"), ["ponged"]);
}
