//! Going on after a gap (G9.11), and readers that fell behind.

use rollcall_core::live::Reset;
use rollcall_wire::conversation::{Followed, Note};
use serde_json::json;

use crate::player::{Player, broadcast, checked_in, position};

#[test]
fn g9_11_what_was_missed_comes_once_and_in_order() {
    let mut player = Player::joined();
    player.event(&broadcast(11, checked_in("v11", None))).said();
    player.hear(json!({ "type": "resume", "payload": { "since": 8 } }));
    let said = player.said();
    assert_eq!(said[2]["from"], "0000001f-8");
    assert_eq!((&said[0]["unfollow"], &said[1]["unfollow"]), (&json!("desk"), &json!("people")));
    player.followed(Followed::Recovering(position(12)));
    for offset in 9..=13 {
        player.event(&broadcast(offset, checked_in(&format!("v{offset}"), None)));
    }
    let said = player.said();
    assert_eq!(
        (&said[0]["type"], &said[0]["payload"]["snapshot"]),
        (&json!("resumed"), &json!(false))
    );
    let seqs: Vec<_> = said[1..].iter().map(|frame| frame["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, [9, 10, 12, 13]);
}

#[test]
fn g9_11_a_gap_that_cannot_be_filled_is_replaced_by_a_snapshot() {
    for since in [json!("0000000a-8"), json!(8)] {
        let mut player = Player::joined();
        player.hear(json!({ "type": "resume", "payload": { "since": since } })).said();
        let snapshot = Followed::Snapshot {
            position: position(20),
            snapshot: Ok(rollcall_wire::message::Message::new("{}")),
            reset: Some(Reset::OtherEpoch),
        };
        let said = player.followed(snapshot).said();
        assert_eq!((said.len(), &said[0]["payload"]["snapshot"]), (1, &json!(true)));
        assert_eq!(player.advance(200).types(), ["initial_stats"]);
    }
    let mut player = Player::joined();
    player.hear(json!({ "type": "resume", "payload": { "since": "never" } }));
    assert_eq!(player.advance(200).types(), ["initial_stats"]);
}

#[test]
fn g6_9_a_reader_that_lost_events_is_closed_with_1013_and_its_operations_still_count() {
    let mut player = Player::joined();
    player.hear(json!({ "type": "check_in", "member_id": "p1" })).said();
    assert_eq!(player.note(&Note::Lost(Reset::TooOld)).said()[0]["close"], 1013);
    assert_eq!(player.answer(Err(crate::player::broken())).types(), [""; 0]);
    player.hear(json!({ "type": "check_out", "check_in_id": "v1" }));
    assert_eq!(player.types(), ["submit"]);
}
