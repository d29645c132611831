//! Batches of a client and the rate at which requests are worked off (G5.3, G10.2, G15.3).

use rollcall_wire::{conversation::Conversation, gym::BATCH_ITEMS_MAX};
use serde_json::{Value, json};

use crate::player::{Player, broken};

#[test]
fn g5_3_items_go_one_by_one_in_the_order_of_the_text() {
    let mut player = Player::joined();
    let text = r#"{"type":"batch","batches":{"ping":[null],"check_out":[{"checkInId":"v1"}],
        "check_in":[{"memberId":"A1"},{}],"batch":[{}],"heartbeat":7,"notification":[{"a":1}]}}"#;
    player.hear_text(text);
    assert_eq!(player.types(), ["pong", "submit"]);
    assert!(!player.gym.ready());
    assert_eq!(player.answer(Err(broken())).types(), ["check_out_error", "submit"]);
    assert_eq!(player.answer(Err(broken())).types(), ["check_in_error", "check_in_error"]);
    assert!(player.gym.ready());
    for body in ["payload", "data"] {
        player.hear(json!({ "type": "batch", body: { "batches": { "ping": [null, {}] } } }));
        assert_eq!(player.types(), ["pong", "pong"]);
    }
}

#[test]
fn g5_3_the_surplus_is_answered_and_not_executed() {
    let mut player = Player::joined();
    let pings = vec![Value::Null; BATCH_ITEMS_MAX + 7];
    let late = json!({ "memberId": "A1", "requestId": "r" });
    let text = format!(
        r#"{{"type":"batch","batches":{{"ping":{},"check_in":[{late},{{}}]}}}}"#,
        json!(pings)
    );
    let said = player.hear_text(&text).said();
    assert_eq!(said.len(), BATCH_ITEMS_MAX + 3);
    let rest = &said[BATCH_ITEMS_MAX..];
    assert_eq!(
        (&rest[0]["payload"]["code"], &rest[0]["requestId"]),
        (&json!("rate_limited"), &json!("r"))
    );
    assert_eq!((&rest[1]["type"], &rest[2]["type"]), (&json!("check_in_error"), &json!("error")));
}

#[test]
fn g10_2_excess_frames_are_refused_once_a_second_and_never_close() {
    let mut player = Player::joined();
    for _ in 0..1_500 {
        player.hear(json!({ "type": "ping" }));
    }
    let said = player.said();
    assert_eq!(said.len(), 1_001);
    assert_eq!(
        (&said[1_000]["message"], &said[1_000]["retry"]),
        (&json!("Rate limit exceeded"), &json!(true))
    );
    player.advance(1_000).said();
    assert_eq!(player.hear(json!({ "type": "ping" })).types(), ["pong"]);
}

#[test]
fn g10_2_operations_are_never_refused_for_their_rate_but_slowed() {
    let mut player = Player::joined();
    let mut answered = 0;
    let began = player.now;
    while answered < 1_400 {
        if player.gym.ready() {
            player.hear(json!({ "type": "check_in", "memberId": "A1" }));
        } else if player.tickets.is_empty() {
            player.advance(1);
        }
        if !player.tickets.is_empty() {
            player.answer(Err(broken()));
            answered += 1;
        }
    }
    let took_ms = player.now.since_ms(began);
    assert!((1_900..2_100).contains(&took_ms), "{took_ms}");
    assert!(player.types().iter().all(|kind| kind != "error"));
}
