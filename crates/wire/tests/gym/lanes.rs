//! Section 4 and 5: what leaves when, and in which order.

use std::sync::Arc;

use rollcall_core::audience::{Audience, Hearer};
use rollcall_wire::{
    broadcast::Broadcast,
    conversation::{Note, Reach, Relay},
    gym,
};
use serde_json::{Value, json};

use crate::player::{Player, broadcast, checked_in, checked_out, committed, person_changed, stats};

const ALL_STATS: [&str; 3] = ["check_in_stats", "stats_update", "initial_stats"];

#[test]
fn g4_7_success_comes_before_the_own_broadcast() {
    let mut player = Player::joined();
    let event = broadcast(11, checked_in("v1", None));
    player.hear(json!({ "type": "check_in", "memberId": "A1" })).said();
    player.answer(Ok(vec![event.committed.clone()])).event(&event);
    assert_eq!(player.types(), ["check_in_success", "member_checked_in"]);
    assert_eq!(player.advance(99).types(), [""; 0]);
    let mut want = vec!["check_in_update", "activity_notification"];
    want.extend(ALL_STATS);
    assert_eq!(player.advance(1).types(), want);
    assert_eq!(player.advance(5_000).types(), [""; 0]);
}

#[test]
fn g4_5_an_update_is_the_union_of_what_its_readers_expect() {
    let mut player = Player::joined();
    let said = player.event(&broadcast(11, checked_out("v1"))).advance(100).said();
    assert_eq!((&said[0]["seq"], &said[0]["eventId"]), (&json!(11), &json!("0000001f-11")));
    let (visit, update) = (&said[0]["payload"], &said[1]["payload"]);
    assert_eq!(update["checkIn"], *visit);
    assert_eq!(update["type"], "check_out");
    assert_eq!(update["currentlyIn"], 11);
    for (key, value) in visit.as_object().unwrap() {
        assert_eq!(update[key], *value, "{key}");
    }
    let activity = &said[2]["payload"];
    assert_eq!(activity["type"], "member_activity");
    assert_eq!(activity["activity"], "check_out");
    assert_eq!(activity["duration_minutes"], 46);
}

#[test]
fn g4_9_and_g5_5_one_flush_has_one_order_and_batches_what_waits_in_numbers() {
    let mut player = Player::joined();
    player.event(&broadcast(11, checked_in("v1", Some("lapsed"))));
    player.event(&broadcast(12, person_changed(false)));
    player.event(&broadcast(13, checked_out("v1")));
    assert_eq!(player.types(), ["member_checked_in", "member_checked_out"]);
    let said = player.advance(100).said();
    let types: Vec<_> = said.iter().map(|frame| frame["type"].as_str().unwrap()).collect();
    let mut want = vec!["batch", "member_update", "notification"];
    want.extend(["activity_notification"; 2]);
    want.extend(ALL_STATS);
    assert_eq!(types, want);
    let items = &said[0]["payload"]["batches"]["check_in_update"];
    assert_eq!((&items[0]["type"], &items[1]["type"]), (&json!("check_in"), &json!("check_out")));
    assert_eq!((&items[0]["currentlyIn"], &items[1]["currentlyIn"]), (&json!(11), &json!(13)));
    assert_eq!(said[1]["payload"]["action"], "updated");
    assert_eq!(said[1]["payload"]["member"]["full_name"], "Ann <Example>");
    assert_eq!(said[2]["payload"]["level"], "warning");
    let stats: Vec<&Value> = said[5..].iter().map(|frame| &frame["payload"]).collect();
    assert!(stats.iter().all(|payload| *payload == stats[0]), "all three equal");
    assert_eq!(stats[0]["currentlyIn"], 13);
}

#[test]
fn g5_5_a_batch_holds_50_items_at_most() {
    let mut player = Player::joined();
    for offset in 11..=131 {
        player.event(&broadcast(offset, checked_in("v1", None)));
    }
    player.said();
    let said = player.advance(1_000).said();
    let sizes: Vec<_> = said
        .iter()
        .filter_map(|frame| frame["payload"]["batches"]["check_in_update"].as_array())
        .map(Vec::len)
        .collect();
    assert_eq!(sizes, [50, 50, 21]);
}

#[test]
fn g4_8_under_steady_load_the_deferred_lane_is_never_a_second_behind() {
    let mut player = Player::joined();
    let began = player.now;
    for offset in 11..40 {
        player.event(&broadcast(offset, checked_in("v1", None))).advance(50);
        if player.types().contains(&"batch".to_owned()) {
            return assert!((800..1_000).contains(&player.now.since_ms(began)));
        }
    }
    panic!("nothing was flushed");
}

#[test]
fn g4_8_nothing_deferred_while_an_answer_is_owed() {
    let mut player = Player::joined();
    player.event(&broadcast(11, checked_in("v1", None))).said();
    player.hear(json!({ "type": "check_in", "memberId": "A1" })).said();
    assert_eq!(player.advance(500).types(), [""; 0]);
    let now = player.now;
    player.answer(Ok(vec![committed(12, now, checked_in("v2", None))])).said();
    assert!(player.advance(100).types().contains(&"check_in_update".to_owned()));
}

#[test]
fn what_many_hold_alike_is_encoded_once_and_what_one_holds_else_is_not_mixed_up() {
    let events: Vec<Arc<Broadcast>> =
        (11..14).map(|offset| broadcast(offset, checked_in("v1", None))).collect();
    let played = |events: &[&Arc<Broadcast>]| {
        let mut player = Player::joined();
        for event in events {
            player.event(event);
        }
        player.said();
        player.advance(100).said()[0].clone()
    };
    let [first, second, third] = [&events[0], &events[1], &events[2]];
    let all = played(&[first, second, third]);
    let some = played(&[first, third]);
    assert_eq!(all["payload"]["batches"]["check_in_update"].as_array().map(Vec::len), Some(3));
    assert_eq!(some["payload"]["batches"]["check_in_update"].as_array().map(Vec::len), Some(2));
    assert_eq!(played(&[first, second, third]), all);
}

#[test]
fn g7_16_midnight_brings_all_three_names_without_an_event() {
    let mut player = Player::joined();
    player.stats = Some(stats(1, 0));
    player.note(&Note::Stats(stats(1, 0)));
    assert_eq!(player.types(), [""; 0]);
    let said = player.advance(100).said();
    let types: Vec<_> = said.iter().map(|frame| frame["type"].as_str().unwrap()).collect();
    assert_eq!(types, ALL_STATS);
    assert_eq!(said[0]["payload"]["todayTotal"], 0);
}

#[test]
fn g4_11_a_full_lane_is_flushed_not_dropped() {
    let mut player = Player::joined();
    for offset in 0..1_200 {
        player.event(&broadcast(11 + offset, checked_in("v1", None)));
    }
    let said = player.advance(1_000).said();
    let updates: usize = said
        .iter()
        .filter_map(|frame| frame["payload"]["batches"]["check_in_update"].as_array())
        .map(Vec::len)
        .sum();
    assert_eq!(updates, 1_200);
}

/// A notice to those who run the gym.
fn notice(player: &Player, name: &str) -> Note {
    let message = gym::forgotten(name, &[name.to_owned()], player.now);
    let audience = Audience(vec![Hearer::Everyone]);
    Note::Relayed(Arc::new(Relay { reach: Reach::Tenant, audience, message }))
}

#[test]
fn g7_18_a_notice_goes_by_the_deferred_lane_in_its_place() {
    let mut player = Player::joined();
    let ann = notice(&player, "Ann");
    player.note(&ann);
    assert_eq!(player.types(), [""; 0], "it waits");
    player.event(&broadcast(11, checked_in("v1", None))).said();
    let mut want = vec!["check_in_update", "notification", "activity_notification"];
    want.extend(ALL_STATS);
    assert_eq!(player.advance(100).types(), want);
    // Beside another notification it is batched, whole.
    player.note(&ann);
    player.event(&broadcast(12, checked_in("v2", Some("lapsed")))).said();
    let said = player.advance(100).said();
    let items = said[0]["payload"]["batches"]["notification"].as_array().unwrap();
    assert_eq!((&items[0]["message"], &items[1]["id"]), (&json!("lapsed"), &json!("Ann")));
    assert_eq!(items[1]["level"], "warning");
}

#[test]
fn g7_18_no_notice_is_lost_and_a_stranger_gets_none() {
    let mut player = Player::joined();
    for name in ["Ann", "Ben"] {
        let told = notice(&player, name);
        player.note(&told);
    }
    assert_eq!(player.said()[0]["payload"]["id"], "Ann", "the first makes room");
    assert_eq!(player.advance(100).said()[0]["payload"]["id"], "Ben");
    let mut stranger = Player::open(None);
    stranger.note(&notice(&Player::joined(), "Ann"));
    assert_eq!(stranger.advance(5_000).types(), [""; 0]);
}
