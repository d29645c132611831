//! Sections 3 and 7: requests in every spelling, and their answers.

use rollcall_core::{
    event::Event,
    rejection::{Refusal, Rejection},
};
use rollcall_wire::conversation::Conversation;
use serde_json::{Value, json};

use crate::player::{Player, broken, checked_in, checked_out, committed, rejected};

fn submitted(frame: Value) -> Value {
    Player::joined().hear(frame).said().remove(0)
}

#[test]
fn g3_2_and_g3_3_every_spelling_is_one_request() {
    let uuid = "0b7e0000-0000-4000-8000-00000000000a";
    let frames = [
        json!({ "type": "check_in", "payload": { "memberId": uuid } }),
        json!({ "type": "check_in", "data": { "member_id": format!(" {uuid} ") } }),
        json!({ "type": "check_in", "payload": null, "data": { "memberId": uuid } }),
        json!({ "type": "check_in", "payload": "x", "data": 1, "member_id": uuid }),
        json!({ "type": "check_in", "payload": { "memberId": uuid, "member_id": "other" } }),
    ];
    let want = json!({ "code": uuid });
    for frame in frames {
        assert_eq!(submitted(frame.clone())["submit"]["data"]["person"], want, "{frame}");
    }
    let code = submitted(json!({ "type": "check_in", "memberId": "GYM0001" }));
    assert_eq!(code["submit"]["data"]["person"], json!({ "code": "GYM0001" }));
    let upper = submitted(json!({ "type": "check_in", "memberId": uuid.to_uppercase() }));
    assert_eq!(upper["submit"]["data"]["person"], json!({ "code": uuid.to_uppercase() }));
    for key in ["checkInId", "check_in_id"] {
        let out = submitted(json!({ "type": "check_out", "data": { key: uuid.to_uppercase() } }));
        assert_eq!(out["submit"]["data"]["visit"], uuid.to_uppercase(), "as it was written");
    }
}

#[test]
fn g7_6_and_g7_7_an_id_that_cannot_be_is_answered_without_a_lookup() {
    for id in [json!(null), json!(7), json!(""), json!("  "), json!("a\u{0}b"), json!([])] {
        for (kind, key, text, code) in [
            ("check_in", "memberId", "Member not found", "member_not_found"),
            ("check_out", "checkInId", "Check-in not found or already checked out", "not_open"),
        ] {
            let said = submitted(json!({ "type": kind, "payload": { key: id } }));
            assert_eq!(said["type"], format!("{kind}_error"), "{id}");
            assert_eq!((&said["payload"]["error"], &said["message"]), (&json!(text), &json!(text)));
            assert_eq!(said["payload"]["code"], code);
        }
    }
}

#[test]
fn g7_9_and_g7_10_a_field_that_is_no_text_is_named_with_its_limit() {
    for (field, limit) in [("location", "100"), ("notes", "2000")] {
        let said = submitted(json!({ "type": "check_in", "memberId": "GYM1", field: 7 }));
        assert_eq!(said["payload"]["code"], "invalid");
        let text = said["message"].as_str().unwrap();
        assert!(text.starts_with(field) && text.contains(limit), "{text}");
        let absent = submitted(json!({ "type": "check_in", "memberId": "GYM1", field: null }));
        assert_eq!(absent["submit"]["data"][field], Value::Null);
    }
}

#[test]
fn g7_11_the_clients_time_and_whether_it_waited_go_along() {
    for (time, queued) in [
        (json!("2026-11-21T07:00:00.000Z"), true),
        (json!("2026-11-21T08:00:00+01:00"), false),
        (json!(1_795_244_400_000_i64), true),
    ] {
        let frame =
            json!({ "type": "check_in", "memberId": "A1", "timestamp": time, "queued": queued });
        let claim = &submitted(frame)["submit"]["data"]["claim"];
        assert_eq!(*claim, json!({ "at": "2026-11-21T07:00:00.000Z", "queued": queued }));
    }
    let frame = json!({ "type": "check_in", "memberId": "A1", "timestamp": "yesterday" });
    assert_eq!(submitted(frame)["submit"]["data"]["claim"], Value::Null);
}

#[test]
fn g3_6_a_request_id_goes_along_and_comes_back() {
    let mut player = Player::joined();
    player.hear(json!({ "type": "check_in", "payload": { "memberId": "A1", "requestId": "r1" } }));
    assert_eq!(player.said()[0]["id"], "check_in:r1");
    let said = player.answer(Err(broken())).said().remove(0);
    assert_eq!((&said["requestId"], &said["payload"]["requestId"]), (&json!("r1"), &json!("r1")));
    let said = submitted(json!({ "type": "check_out", "checkInId": "v1", "requestId": "r1" }));
    assert_eq!(said["id"], "check_out:r1", "another operation is another request");
    let long = "x".repeat(65);
    let said = submitted(json!({ "type": "check_in", "memberId": "A1", "requestId": long }));
    assert_eq!(said["id"], Value::Null);
}

fn answer_to(kind: &str, verdict: Result<Event, Refusal>) -> Value {
    let mut player = Player::joined();
    player.hear(json!({ "type": kind, "memberId": "A1", "checkInId": "v1" })).said();
    let now = player.now;
    player.answer(verdict.map(|event| vec![committed(11, now, event)])).said().remove(0)
}

#[test]
fn g4_2_a_success_carries_the_visit_in_both_spellings() {
    let said = answer_to("check_in", Ok(checked_in("v1", Some("lapsed"))));
    assert_eq!(said["type"], "check_in_success");
    assert_eq!(
        said["payload"],
        json!({
            "id": "v1",
            "member": {
                "id": "p1", "full_name": "Ann Example", "fullName": "Ann Example",
                "membership_type": "Gold", "membership_number": "GYM0001", "email": ""
            },
            "check_in_time": "2026-11-21T08:00:00.000Z", "check_out_time": null,
            "checkInTime": "2026-11-21T08:00:00.000Z", "checkOutTime": null,
            "status": "checked_in", "location": "Reception", "notes": "", "warning": "lapsed"
        })
    );
    let said = answer_to("check_out", Ok(checked_out("v1")));
    assert_eq!(said["type"], "check_out_success");
    assert_eq!(said["payload"]["status"], "checked_out");
    assert_eq!(said["payload"]["check_out_time"], "2026-11-21T08:45:30.000Z");
    assert_eq!(said["payload"]["duration_minutes"], 46);
}

#[test]
fn g7_5_to_g7_13_every_no_has_its_words_and_code() {
    let Event::CheckedIn { visit, person, .. } = checked_in("v9", None) else { unreachable!() };
    let already = Rejection::AlreadyCheckedIn { visit: Box::new(visit), person: Box::new(person) };
    let forbidden = || Rejection::Forbidden { account: "7".into(), what: "check in".into() };
    let may_not = "You do not have permission to perform this action";
    let lapsed = Rejection::Membership { person: "p1".into(), why: "Ann's has expired".into() };
    let long = || Rejection::invalid("notes", "must be at most 2000 characters");
    let not_open = || Rejection::NotCheckedIn { visit: None };
    let cases = [
        (
            "check_in",
            rejected(Rejection::not_found("person", "A1")),
            "member_not_found",
            "Member not found",
        ),
        ("check_in", rejected(already), "already_checked_in", "Ann Example is already checked in"),
        ("check_in", rejected(forbidden()), "forbidden", may_not),
        ("check_in", rejected(lapsed), "membership", "Ann's has expired"),
        ("check_in", rejected(long()), "invalid", "notes must be at most 2000 characters"),
        ("check_in", broken(), "internal", "Internal server error during check-in"),
        ("check_in", Refusal::Overloaded, "internal", "Internal server error during check-in"),
        (
            "check_out",
            rejected(not_open()),
            "not_open",
            "Check-in not found or already checked out",
        ),
        ("check_out", rejected(forbidden()), "forbidden", may_not),
        ("check_out", broken(), "internal", "Internal server error during check-out"),
    ];
    for (kind, refusal, code, text) in cases {
        let said = answer_to(kind, Err(refusal));
        assert_eq!(said["type"], format!("{kind}_error"));
        assert_eq!((&said["message"], &said["payload"]["error"]), (&json!(text), &json!(text)));
        assert_eq!((&said["code"], &said["payload"]["code"]), (&json!(code), &json!(code)));
        let open = &said["payload"]["checkIn"]["id"];
        assert_eq!(*open, if code == "already_checked_in" { json!("v9") } else { Value::Null });
    }
}

#[test]
fn g3_7_bad_frames_are_named_and_never_close() {
    let cases = [
        ("", "Invalid JSON format"),
        ("{\"type\":", "Invalid JSON format"),
        ("[1,", "Invalid JSON format"),
        ("[]", "Invalid message format"),
        ("null", "Invalid message format"),
        ("{}", "Invalid message format"),
        ("{\"type\":7}", "Invalid message format"),
        ("{\"type\":null}", "Invalid message format"),
    ];
    let mut player = Player::joined();
    for (text, error) in cases {
        let said = player.hear_text(text).said();
        let want = json!({ "type": "error", "message": error, "payload": { "message": error } });
        assert_eq!(said, [want], "{text}");
    }
    let deep = format!("{{\"type\":\"x\",\"a\":{}1{}}}", "[".repeat(9_000), "]".repeat(9_000));
    assert_eq!(player.hear_text(&deep).types(), [""; 0], "skipped, however deep");
    player.call(|gym, at, out| gym.binary(b"{\"type\":\"ping\"}", at, out));
    player.call(|gym, at, out| gym.binary(&[0xff], at, out));
    let said = player.said();
    assert_eq!(
        (&said[0]["type"], &said[1]["message"]),
        (&json!("pong"), &json!("Invalid JSON format"))
    );
}

#[test]
fn g3_3_what_clients_send_for_themselves_is_ignored() {
    let mut player = Player::joined();
    for kind in ["notification", "member_update", "check_in_update", "something_else"] {
        player.hear(json!({ "type": kind, "payload": { "a": 1 } }));
    }
    assert_eq!(player.advance(2_000).types(), [""; 0]);
    assert_eq!(player.hear(json!({ "type": "reconnect" })).types(), [""; 0]);
    assert_eq!(player.advance(100).types(), ["initial_stats"]);
}

#[test]
fn g6_1_heartbeat_and_ping_are_answered() {
    let mut player = Player::joined();
    player.hear(json!({ "type": "heartbeat", "timestamp": 1 })).hear(json!({ "type": "ping" }));
    let time = player.now.to_string();
    let ack = json!({ "type": "heartbeat_ack", "timestamp": time });
    let pong = json!({ "type": "pong", "timestamp": time, "payload": { "timestamp": time } });
    assert_eq!(player.said(), [ack, pong]);
}
