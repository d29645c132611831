//! Section 2: tokens, joining, closing.

use rollcall_wire::{
    conversation::{Conversation, Followed, Note, SignInRefusal},
    gym::{Endpoint, Gym},
};
use serde_json::json;

use crate::player::{Player, TOKEN_MS, kind, stats};

#[test]
fn g2_8_a_url_token_joins_with_initial_stats_first() {
    let mut player = Player::open(Some(" good "));
    assert_eq!(player.said(), [json!({ "sign_in": "good" })]);
    assert!(!player.gym.ready());
    player.signed_in();
    assert_eq!(player.said(), [json!({ "follow": ["desk", "people"], "from": "head" })]);
    player.live(10);
    assert_eq!(player.types(), ["initial_stats"]);
    assert_eq!(player.advance(299).types(), [""; 0]);
    assert_eq!(player.advance(1).types(), ["auth_response", "connection_status"]);
}

#[test]
fn g2_9_and_g2_10_a_message_gets_three_frames_every_time() {
    let three = ["authentication_success", "initial_stats", "auth_response"];
    for (kind, body) in [("authenticate", "payload"), ("auth", "data")] {
        let mut player = Player::open(None);
        player.hear(json!({ "type": kind, body: { "token": "good" } })).signed_in().live(1);
        assert_eq!(player.types()[2..], three);
        player.hear(json!({ "type": kind, "token": "other" }));
        assert_eq!(player.said(), [json!({ "sign_in": "other" })]);
        assert_eq!(player.signed_in().types(), three);
        assert_eq!(player.advance(2_000).types(), [""; 0]);
    }
}

#[test]
fn g4_8_an_explicit_sign_in_cancels_the_pending_auth_response() {
    let mut player = Player::open(Some("good"));
    player.signed_in().live(1).advance(50);
    player.hear(json!({ "type": "authenticate", "data": { "token": "good" } })).signed_in().said();
    assert_eq!(player.advance(1_000).types(), ["connection_status"]);
}

#[test]
fn g2_11_refusal_is_three_frames_then_4001() {
    let cases = [
        (SignInRefusal::Invalid, "Invalid token"),
        (SignInRefusal::Account, "Invalid token"),
        (SignInRefusal::Revoked, "Invalid token"),
        (SignInRefusal::Expired, "Token expired"),
    ];
    for (why, reason) in cases {
        let mut player = Player::open(Some("bad"));
        player.said();
        assert_eq!(player.refused(why).said(), refusal(reason));
        assert_eq!(player.hear(json!({ "type": "ping" })).types(), [""; 0], "it is over");
    }
    for token in [json!({}), json!({ "token": "" }), json!({ "token": null })] {
        let mut player = Player::joined();
        player.hear(json!({ "type": "authenticate", "payload": token }));
        assert_eq!(player.said(), refusal("No token provided"));
    }
}

fn refusal(reason: &str) -> [serde_json::Value; 4] {
    let text = format!("Authentication required: {reason}");
    [
        json!({ "type": "error", "message": text, "payload": { "message": text } }),
        json!({ "type": "authentication_error", "message": reason, "payload": { "message": reason } }),
        json!({ "type": "auth_response", "payload": { "success": false, "message": reason } }),
        json!({ "close": 4001, "because": "authentication failed" }),
    ]
}

#[test]
fn g2_12_an_anonymous_socket_is_closed_4008_after_8_s() {
    let mut player = Player::open(None);
    player.advance(5_000).hear(json!({ "type": "heartbeat" })).hear(json!({ "type": "ping" }));
    assert_eq!(player.types(), ["heartbeat_ack", "pong"]);
    assert_eq!(player.advance(2_999).said(), Vec::<serde_json::Value>::new());
    let said = player.advance(1).said();
    assert_eq!(said, [json!({ "close": 4008, "because": "authentication timeout" })]);
}

#[test]
fn g2_13_anything_else_before_a_token_is_turned_away_with_4008() {
    let bad = [
        json!({ "type": "check_in", "member_id": "p1" }),
        json!({ "type": "batch", "batches": { "check_in": [{ "member_id": "p1" }] } }),
        json!({ "type": "batch", "batches": {} }),
        json!({ "type": "whatever" }),
        json!({ "kind": 1 }),
        json!({ "type": "reconnect" }),
    ];
    for frame in bad {
        let mut player = Player::open(None);
        let said = player.hear(frame.clone()).said();
        assert_eq!(said[0]["message"], "Authentication required", "{frame}");
        assert_eq!((said.len(), &said[1]["close"]), (2, &json!(4008)), "{frame}");
    }
    for text in ["", "[1]", "7", "null", "{", "\"ping\""] {
        let mut player = Player::open(None);
        assert_eq!(player.hear_text(text).types(), ["error"], "{text}");
        assert_eq!(player.hear(json!({ "type": "ping" })).types(), ["pong"], "{text}");
    }
}

#[test]
fn g2_16_an_expired_token_or_a_disabled_account_ends_in_a_refusal() {
    let mut player = Player::joined();
    player.advance(TOKEN_MS);
    assert_eq!(player.said(), refusal("Token expired"));
    let mut player = Player::joined();
    player.note(&Note::SignedOut(SignInRefusal::Account));
    assert_eq!(player.said(), refusal("Invalid token"));
}

#[test]
fn g3_5_an_operation_under_way_is_answered_before_the_refusal() {
    let mut player = Player::joined();
    player.hear(json!({ "type": "check_in", "member_id": "p1" })).said();
    assert_eq!(player.note(&Note::SignedOut(SignInRefusal::Account)).types(), [""; 0]);
    assert_eq!(player.advance(TOKEN_MS).types(), [""; 0]);
    let said = player.answer(Err(crate::player::broken())).said();
    assert_eq!(kind(&said[0]), "check_in_error");
    assert_eq!(said[1..], refusal("Invalid token"));
}

#[test]
fn g7_17_unknown_statistics_are_said_to_be_and_sent_as_soon_as_possible() {
    let mut player = Player::open(Some("good"));
    player.stats = None;
    player.signed_in().said();
    let said = player.live(1).said();
    assert_eq!(said[0]["message"], "Failed to load initial statistics");
    assert_eq!(said[0]["retry"], true);
    player.advance(700).said();
    player.stats = Some(stats(1, 2));
    assert_eq!(player.advance(1_000).types(), ["initial_stats"]);
    assert_eq!(player.advance(5_000).types(), [""; 0]);
}

#[test]
fn g7_17_rooms_that_could_not_be_followed_are_tried_again() {
    let mut player = Player::open(Some("good"));
    player.signed_in().said();
    assert_eq!(player.followed(Followed::Fault).types(), ["error"]);
    player.advance(600);
    assert!(player.types().contains(&"follow".to_owned()));
    assert_eq!(player.live(5).types(), ["initial_stats"]);
}

#[test]
fn a_token_that_could_not_be_checked_brings_the_client_back() {
    let mut player = Player::open(Some("good"));
    let said = player.refused(SignInRefusal::Busy).said();
    assert_eq!((&said[1]["retry"], &said[2]["close"]), (&json!(true), &json!(1013)));
}

#[test]
fn g6_7_a_drain_finishes_flushes_closes_1012_and_still_executes() {
    let mut player = Player::joined();
    player.event(&crate::player::broadcast(11, crate::player::checked_out("v0"))).said();
    player.hear(json!({ "type": "check_in", "member_id": "p1" })).said();
    assert_eq!(player.note(&Note::Draining).types(), [""; 0]);
    let types = player.answer(Err(crate::player::broken())).types();
    assert_eq!(types[..2], ["check_in_error", "check_in_update"]);
    assert_eq!(types[types.len() - 2..], ["initial_stats", "close"]);
    player.hear(json!({ "type": "check_out", "check_in_id": "v1" }));
    assert_eq!(player.types(), ["submit"]);
    assert_eq!(player.answer(Err(crate::player::broken())).types(), [""; 0]);
}

#[test]
fn g6_7_a_drain_turns_strangers_away_and_executes_nothing_of_theirs() {
    let mut player = Player::open(None);
    assert_eq!(player.note(&Note::Draining).said()[0]["close"], 1012);
    player.hear(json!({ "type": "check_in", "member_id": "p1" }));
    assert_eq!(player.types(), [""; 0]);
}

#[test]
fn g6_5_an_idle_socket_costs_next_to_nothing() {
    assert!(size_of::<Gym>() <= 256, "{} bytes", size_of::<Gym>());
}

#[test]
fn g2_12_and_g4_8_the_operator_chooses_how_long_to_wait() {
    let endpoint = Endpoint { anonymous_ms_max: 10_000, quiet_ms: 150 };
    let mut player = Player::open_at(endpoint, None);
    assert_eq!(player.advance(9_999).types(), [""; 0]);
    assert_eq!(player.advance(1).said()[0]["close"], 4008);
    let mut player = Player::open_at(endpoint, Some("good"));
    player.signed_in().live(10).advance(1_000).said();
    player.call(|gym, at, out| gym.note(&Note::Stats(stats(1, 1)), at, out));
    assert_eq!(player.advance(149).types(), [""; 0]);
    assert_eq!(player.advance(1).types().len(), 3);
}
