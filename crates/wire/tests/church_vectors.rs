//! Plays `vectors/church/*.json`: what sockets say, and byte for byte what they are told.
//!
//! A step is an object: `socket` (default `a`) with `open` (a token or null), `in`, `out`, `drop`
//! (the transport breaks), or `command` with `by` (another hand), `advance_ms`, `restart`.
//! `UPDATE_VECTORS=1` writes the `out` steps anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it found by panicking")]

#[path = "church/play.rs"]
mod play;
#[path = "church/sockets.rs"]
mod sockets;
#[path = "church/world.rs"]
mod world;

use std::{fs, path::Path};

use proptest::prelude::{Strategy, prop_oneof, proptest};
use serde_json::{Value, json};

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/church"))
}

#[test]
fn church_vectors_play_as_written() {
    let mut cases = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let mut case: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let wanted = case.clone();
        play::play(&mut case);
        if updating() {
            fs::write(&path, serde_json::to_string_pretty(&case).unwrap() + "\n").unwrap();
        } else {
            let differing = steps(&case).zip(steps(&wanted)).find(|(got, want)| got != want);
            assert!(differing.is_none(), "{}: {differing:#?}", path.display());
        }
        cases += 1;
    }
    assert!(cases >= 6, "only {cases} cases");
}

#[expect(clippy::disallowed_methods, reason = "the task that writes vectors asks so, no setting")]
fn updating() -> bool {
    std::env::var("UPDATE_VECTORS").is_ok_and(|value| value == "1")
}

fn steps(case: &Value) -> impl Iterator<Item = &Value> {
    case["steps"].as_array().unwrap().iter()
}

#[test]
fn church_2_16_no_event_ends_in_a_text_but_an_offset_and_2_10_no_41() {
    let mut packets = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let case: Value =
            serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap()).unwrap();
        for said in steps(&case).filter_map(|step| step["out"].as_array()).flatten() {
            let said = said.as_str().unwrap();
            assert!(!said.starts_with("41"), "{said}");
            let Some(event) = said.strip_prefix("42") else { continue };
            let parts: Vec<Value> = serde_json::from_str(event).unwrap();
            let last = parts.last().unwrap();
            let offset = last.as_str().map(str::parse::<rollcall_core::position::Position>);
            assert!(last.is_object() || matches!(offset, Some(Ok(_))), "{said}");
            packets += 1;
        }
    }
    assert!(packets > 80, "only {packets} packets");
}

#[test]
fn s2_20_after_a_failed_recovery_own_sheets_come_anew_and_no_others() {
    let mark = |gathering: &str, person: &str| {
        json!({"type": "mark_sheet", "data": {"gathering": gathering, "date": "2025-01-21",
            "changes": [{"person": person, "status": "present"}]}})
    };
    let lost = r#"0{"pid":"lost","offset":"0000001f-0"}"#;
    let mut case = json!({"steps": [
        {"by": "2", "command": mark("1", "10")},
        {"by": "1", "command": mark("3", "10")},
        {"by": "1", "command": mark("1", "11")},
        {"open": "1"},
        {"in": lost, "out": []},
        {"advance_ms": 300, "out": []},
        {"advance_ms": 100, "out": []},
        {"advance_ms": 2_000, "out": []},
        {"open": "2", "socket": "b"},
        {"in": lost, "socket": "b", "out": []},
        {"advance_ms": 2_000, "socket": "b", "out": []},
        {"open": "3", "socket": "c"},
        {"in": lost, "socket": "c", "out": []},
        {"advance_ms": 2_000, "socket": "c", "out": []},
        {"open": "1"},
        {"in": "0", "out": []},
        {"advance_ms": 2_000, "out": []},
    ]});
    play::play(&mut case);
    let said = |step: usize| case["steps"][step]["out"].as_array().unwrap().clone();
    assert_eq!(said(5), [] as [Value; 0], "the page does not listen yet (2.18)");
    let refreshed = |said: Vec<Value>| -> Vec<i64> {
        let sheet = |text: &Value| {
            let event = text.as_str().unwrap().strip_prefix("42").unwrap();
            let event: Vec<Value> = serde_json::from_str(event).unwrap();
            assert_eq!((&event[0], event.len()), (&json!("attendance_update"), 2), "no offset");
            assert_eq!(event[1]["type"], "full_refresh");
            assert!(event[1]["visitors"].is_array());
            assert_eq!(event[1]["attendanceList"][0]["present"], true);
            event[1]["gatheringId"].as_i64().unwrap()
        };
        said.iter().map(sheet).collect()
    };
    assert_eq!(refreshed(said(6)), [1, 3], "each sheet that Ada wrote on, the latest first");
    assert_eq!(refreshed(said(7)), [] as [i64; 0], "once");
    assert_eq!(refreshed(said(10)), [1], "Ben's own");
    assert_eq!(refreshed(said(13)), [] as [i64; 0], "Tom wrote on none");
    assert_eq!(refreshed(said(16)), [] as [i64; 0], "a new client needs none");
}

proptest! {
    #[test]
    fn church_2_8_whatever_a_client_says_it_is_answered_or_closed(
        lines in proptest::collection::vec(line(), 1..40),
    ) {
        let steps: Vec<Value> = std::iter::once(json!({"open": "1"}))
            .chain([json!({"in": "0", "out": []})])
            .chain(lines.iter().map(|line| json!({"in": line, "out": []})))
            .collect();
        play::play(&mut json!({"steps": steps}));
    }
}

fn line() -> impl Strategy<Value = String> {
    const EVENTS: [&str; 12] = [
        "join_attendance",
        "leave_attendance",
        "record_attendance",
        "load_attendance",
        "update_headcount",
        "record_kiosk_action",
        "kiosk:selection_changed",
        "test_message",
        "join_test_room",
        "test_room_message",
        "ping",
        "nothing",
    ];
    const PAYLOADS: [&str; 8] = [
        "null",
        "[]",
        "\"x\"",
        r#"{"gatheringId":1,"date":"2025-01-21"}"#,
        r#"{"gatheringId":1,"date":"2025-01-21","records":[{"individualId":10,"present":true},7]}"#,
        r#"{"gatheringId":2,"date":"2025-01-21","headcount":3}"#,
        r#"{"gatheringId":1,"date":"2025-01-21","individualIds":[10],"action":"checkin"}"#,
        r#"{"roomName":"lab","message":"x"}"#,
    ];
    prop_oneof![
        9 => (proptest::sample::select(&EVENTS), proptest::sample::select(&PAYLOADS))
            .prop_map(|(event, payload)| format!("2[\"{event}\",{payload}]")),
        1 => "[0-6]\\PC{0,20}",
    ]
}
