//! What holds for every sequence of calls: no panic, one answer a request, a small idle member.

use std::{mem::size_of, sync::Arc};

use proptest::prelude::*;
use rollcall_core::{
    audience::Keys,
    decide::Answer,
    live::Reset,
    people::Account,
    position::{Epoch, Offset, Position},
    rejection::{Refusal, Rejection},
    room::Room,
    time::Timestamp,
};
use serde_json::{Value, json};

use super::{COMMANDS_MAX, MALFORMED_MAX, Native};
use crate::{
    conversation::{
        Conversation, Effect, Followed, Framing, From, Identity, Moment, Note, Opening, Outbox,
        SignInRefusal, Ticket,
    },
    message::Message,
};

const NOW: Timestamp = Timestamp::from_millis(1_000_000);
const HEAD: Position = Position { epoch: Epoch(7), offset: Offset(40) };

fn moment() -> Moment {
    Moment { now: NOW, stats: None }
}

fn opening(framing: Framing) -> Opening {
    Opening { framing, token: None, rooms: Vec::new(), after: None }
}

fn identity(id: &str, role: &str) -> Arc<Identity> {
    let account: Account =
        serde_json::from_value(json!({ "id": id, "role": role, "person": "p1" })).unwrap();
    Arc::new(Identity {
        tenant: "t1".into(),
        keys: Keys::of(&account, &[]),
        account: Arc::new(account),
        session: None,
        expires_at: NOW.plus_ms(60_000),
    })
}

fn signed_in(role: &str) -> (Native, Outbox) {
    let (mut native, mut out) = (Native::new(opening(Framing::WebSocket)), Outbox::default());
    native.opened(&moment(), &mut out);
    native.text(r#"{"type":"sign_in","data":{"token":"t"}}"#, &moment(), &mut out);
    native.signed_in(Ok(identity("a1", role)), &moment(), &mut out);
    out.drain();
    (native, out)
}

/// What was sent, and what else was wanted, in order.
fn said(out: &mut Outbox) -> Vec<Value> {
    let spell = |effect| match effect {
        Effect::Send { message, .. } => serde_json::from_slice(&message.text()).unwrap(),
        Effect::SignIn { .. } => json!("sign_in"),
        Effect::Submit { ticket, .. } => json!({ "submit": ticket.0 }),
        Effect::Follow { ticket, from, .. } => {
            let from = match from {
                From::After(..) => "after",
                From::Snapshot(_) => "snapshot",
                From::Head => "head",
            };
            json!({ "follow": ticket.0, "from": from })
        }
        Effect::Unfollow(room) => json!({ "unfollow": room }),
        Effect::Attend { room, .. } => json!({ "attend": room }),
        Effect::Withdraw(room) => json!({ "withdraw": room }),
        Effect::Close { code, .. } => json!({ "close": code }),
        Effect::Look { .. } => json!("look"),
        _ => json!("of another dialect"),
    };
    out.drain().map(spell).collect()
}

fn codes(said: &[Value]) -> Vec<&str> {
    said.iter().filter_map(|each| each["data"]["code"].as_str()).collect()
}

fn follow(id: &str, rooms: &[&str]) -> String {
    json!({ "type": "follow", "data": { "id": id, "rooms": rooms } }).to_string()
}

fn check_in(id: usize) -> String {
    json!({ "type": "command", "data": { "id": format!("c{id}"), "command":
        { "type": "check_in", "data": { "person": { "id": "p1" } } } } })
    .to_string()
}

#[test]
fn ten_thousand_idle_connections_are_small() {
    assert!(size_of::<Native>() <= 256, "{} bytes", size_of::<Native>());
}

#[test]
fn the_rules_name_a_field_by_the_path_that_reading_names_it_by() {
    let (mut native, mut out) = signed_in("admin");
    native.text(&check_in(1), &moment(), &mut out);
    let all = said(&mut out);
    let ticket = Ticket(u32::try_from(all[0]["submit"].as_u64().unwrap()).unwrap());
    let refused = Refusal::from(Rejection::invalid("location", "is too long"));
    native.answered(ticket, &Err(refused), &moment(), &mut out);
    let error = &said(&mut out)[0]["data"];
    assert_eq!(error["field"], "command.data.location");
    assert_eq!(error["detail"]["field"], "command.data.location");
}

#[test]
fn the_sixty_fifth_command_waits_or_is_refused() {
    let (mut native, mut out) = signed_in("admin");
    for id in 0..COMMANDS_MAX {
        assert!(native.ready(), "command {id}");
        native.text(&check_in(id), &moment(), &mut out);
    }
    assert!(!native.ready());
    native.text(&check_in(COMMANDS_MAX), &moment(), &mut out);
    let all = said(&mut out);
    assert_eq!(codes(&all), ["too_many_commands"]);
    assert_eq!(all[COMMANDS_MAX]["data"]["id"], "c64");
    let answer = Answer { position: HEAD, events: vec![], marks: vec![], repeated: false };
    let ticket = Ticket(u32::try_from(all[0]["submit"].as_u64().unwrap()).unwrap());
    native.answered(ticket, &Ok(answer.clone()), &moment(), &mut out);
    assert!(native.ready());
    native.answered(ticket, &Ok(answer), &moment(), &mut out);
    assert_eq!(said(&mut out).len(), 1, "a ticket is answered once");
}

#[test]
fn a_refresh_with_another_account_ends_the_connection() {
    let (mut native, mut out) = signed_in("admin");
    native.text(r#"{"type":"sign_in","data":{"token":"t"}}"#, &moment(), &mut out);
    native.signed_in(Ok(identity("a2", "admin")), &moment(), &mut out);
    let all = said(&mut out);
    assert_eq!(codes(&all), ["other_account"]);
    assert_eq!(all.last(), Some(&json!({ "close": 4001 })));
    assert_eq!(native.wake_at(), None);
    assert!(native.ready(), "the transport must come upon the client's own close");
    native.text(r#"{"type":"ping"}"#, &moment(), &mut out);
    assert!(out.is_empty(), "what comes after the end is ignored");
}

#[test]
fn a_failed_refresh_leaves_the_old_sign_in() {
    let (mut native, mut out) = signed_in("admin");
    native.text(r#"{"type":"sign_in","data":{"token":"t"}}"#, &moment(), &mut out);
    assert_eq!(native.wake_at(), None, "no verdict on time while a token is checked");
    native.signed_in(Err(SignInRefusal::Expired), &moment(), &mut out);
    assert_eq!(codes(&said(&mut out)), ["token_expired"]);
    assert_eq!((native.ready(), native.wake_at()), (true, Some(NOW.plus_ms(60_000))));
}

#[test]
fn a_stale_cookie_does_not_prevent_a_first_message() {
    let brought = Opening { token: Some("old".into()), ..opening(Framing::WebSocket) };
    let (mut native, mut out) = (Native::new(brought), Outbox::default());
    native.opened(&moment(), &mut out);
    assert!(!native.ready());
    native.signed_in(Err(SignInRefusal::Expired), &moment(), &mut out);
    native.text(r#"{"type":"sign_in","data":{"token":"new"}}"#, &moment(), &mut out);
    native.signed_in(Ok(identity("a1", "admin")), &moment(), &mut out);
    let all = said(&mut out);
    assert_eq!(all.last().unwrap()["type"], "signed_in");
}

#[test]
fn twenty_malformed_texts_in_a_row_end_it_and_one_good_one_forgives() {
    let (mut native, mut out) = signed_in("admin");
    for _ in 1..MALFORMED_MAX {
        native.text("?", &moment(), &mut out);
    }
    native.text(r#"{"type":"ping"}"#, &moment(), &mut out);
    for _ in 1..MALFORMED_MAX {
        native.text("?", &moment(), &mut out);
    }
    assert!(native.ready());
    native.binary(&[0], &moment(), &mut out);
    assert_eq!(said(&mut out).last(), Some(&json!({ "close": 1008 })));
}

#[test]
fn g7_13_a_member_follows_the_desk_for_own_visits_and_is_not_seen_there() {
    let (mut native, mut out) = signed_in("member");
    let mut seen: Value = serde_json::from_str(&follow("1", &["desk"])).unwrap();
    seen["data"]["presence"] = true.into();
    native.text(&seen.to_string(), &moment(), &mut out);
    assert_eq!(codes(&said(&mut out)), ["forbidden"]);
    native.text(&follow("2", &["desk"]), &moment(), &mut out);
    assert_eq!(said(&mut out)[0]["from"], "snapshot");
}

#[test]
fn one_refused_room_refuses_the_whole_request() {
    for room in [
        "everything",
        "accounts",
        "people",
        "gatherings",
        "documents",
        "sheet",
        "documents/grade",
        "sheet/2026-01-01/g1",
    ] {
        let (mut native, mut out) = signed_in("member");
        native.text(&follow("1", &["desk", room]), &moment(), &mut out);
        let all = said(&mut out);
        assert_eq!((codes(&all), all.len()), (vec!["forbidden"], 1), "{room}");
        assert!(native.rooms.is_empty() && native.ready());
    }
}

#[test]
fn a_gap_while_a_follow_is_on_its_way_is_mended_after_it() {
    let (mut native, mut out) = signed_in("admin");
    native.text(&follow("1", &["desk"]), &moment(), &mut out);
    native.followed(Ticket(1), Followed::Live(HEAD), &moment(), &mut out);
    native.text(&follow("2", &["people"]), &moment(), &mut out);
    native.note(&Note::Lost(Reset::TooOld), &moment(), &mut out);
    out.drain();
    native.followed(Ticket(2), Followed::Fault, &moment(), &mut out);
    let all = said(&mut out);
    assert_eq!(codes(&all), ["fault"]);
    assert_eq!(all.last(), Some(&json!({ "follow": 3, "from": "snapshot" })));
    native.followed(Ticket(3), Followed::Fault, &moment(), &mut out);
    assert_eq!(said(&mut out).last(), Some(&json!({ "close": 1011 })));
}

#[test]
fn an_account_that_lost_its_right_is_taken_out_of_the_room() {
    let (mut native, mut out) = signed_in("admin");
    native.text(&follow("1", &["desk", "accounts"]), &moment(), &mut out);
    native.followed(Ticket(1), Followed::Live(HEAD), &moment(), &mut out);
    out.drain();
    native.note(&Note::Identity(identity("a1", "trainer")), &moment(), &mut out);
    let all = said(&mut out);
    assert_eq!((&all[0]["type"], codes(&all)), (&json!("signed_in"), vec!["forbidden"]));
    assert_eq!(all.last(), Some(&json!({ "unfollow": "accounts" })));
    assert_eq!(native.rooms.len(), 1);
}

/// One thing that can happen to a conversation.
#[derive(Clone, Debug)]
enum Step {
    Text(String),
    SignedIn(bool),
    Followed(u32, u8),
    Answered(u32),
    Lost,
    Woken,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let request = prop_oneof![
        Just(r#"{"type":"sign_in","data":{"token":"t"}}"#.to_owned()),
        (0..5_u8).prop_map(|id| follow(&format!("f{id}"), &["desk"])),
        (0..9_usize).prop_map(check_in),
        Just(r#"{"type":"unfollow","data":{"rooms":["desk"]}}"#.to_owned()),
        Just(r#"{"type":"edit","data":{"room":"desk","what":"x"}}"#.to_owned()),
        r#"[{}\[\]":,a-z0-9é]{0,30}"#,
        any::<String>(),
    ];
    let step = prop_oneof![
        6 => request.prop_map(Step::Text),
        2 => any::<bool>().prop_map(Step::SignedIn),
        3 => (0..12_u32, 0..5_u8).prop_map(|(ticket, how)| Step::Followed(ticket, how)),
        2 => (0..12_u32).prop_map(Step::Answered),
        1 => Just(Step::Lost),
        1 => Just(Step::Woken),
    ];
    proptest::collection::vec(step, 0..60)
}

fn take(native: &mut Native, step: Step, out: &mut Outbox) {
    let at = moment();
    match step {
        Step::Text(text) => native.text(&text, &at, out),
        Step::SignedIn(true) => native.signed_in(Ok(identity("a1", "admin")), &at, out),
        Step::SignedIn(false) => native.signed_in(Err(SignInRefusal::Invalid), &at, out),
        Step::Followed(ticket, how) => {
            native.followed(Ticket(ticket), outcome(how), &at, out);
        }
        Step::Answered(ticket) => {
            let no = Err(Rejection::not_found("person", "p1").into());
            native.answered(Ticket(ticket), &no, &at, out);
        }
        Step::Lost => native.note(&Note::Lost(Reset::TooOld), &at, out),
        Step::Woken => native.woken(&at, out),
    }
}

fn outcome(how: u8) -> Followed {
    let snapshot = |snapshot| Followed::Snapshot { position: HEAD, snapshot, reset: None };
    match how {
        0 => Followed::Live(HEAD),
        1 => Followed::Recovering(HEAD),
        2 => snapshot(Ok(Message::new(r#"{"type":"snapshot","data":{}}"#))),
        3 => snapshot(Err(Rejection::not_found("gathering", "g1"))),
        _ => Followed::Fault,
    }
}

/// The follow of the client's that waits for its answer.
fn awaited(native: &Native) -> Option<Ticket> {
    native.asked.as_ref().filter(|asked| asked.id.is_some()).map(|asked| asked.ticket)
}

fn names_a_follow(said: &Value) -> bool {
    said["data"]["id"].as_str().is_some_and(|id| id.starts_with('f'))
}

proptest! {
    /// Whatever happens in whatever order: no panic; a follow is put at most once at a time and
    /// each gets exactly one answer; after a close nothing more is said.
    #[test]
    fn every_follow_is_answered_exactly_once(steps in steps()) {
        let (mut native, mut out) = (Native::new(opening(Framing::WebSocket)), Outbox::default());
        native.opened(&moment(), &mut out);
        let (mut requests, mut answers, mut closed) = (0, 0, false);
        for step in steps {
            let asks = matches!(&step, Step::Text(text) if text.starts_with(r#"{"data":{"id":"f"#));
            let waits = awaited(&native).is_some();
            let settles = matches!(&step, Step::Followed(ticket, _)
                if awaited(&native) == Some(Ticket(*ticket)));
            requests += usize::from(asks && !closed);
            take(&mut native, step, &mut out);
            let all = said(&mut out);
            prop_assert!(!closed || all.is_empty());
            closed |= all.iter().any(|each| each.get("close").is_some());
            let named = all.iter().filter(|each| names_a_follow(each)).count();
            // The stand-in snapshot carries no id.
            let unnamed = settles && waits && all.iter().any(|each| each["type"] == "snapshot");
            answers += named + usize::from(unnamed);
        }
        let waiting = usize::from(awaited(&native).is_some());
        prop_assert!(closed || requests == answers + waiting, "{requests} {answers}");
    }

    #[test]
    fn no_text_upsets_a_conversation(text in any::<String>()) {
        let (mut native, mut out) = signed_in("admin");
        native.text(&text, &moment(), &mut out);
        prop_assert!(!out.is_empty());
    }
}

#[test]
fn a_room_named_twice_is_followed_once() {
    let (mut native, mut out) = signed_in("admin");
    native.text(&follow("1", &["desk", "desk"]), &moment(), &mut out);
    native.followed(Ticket(1), Followed::Live(HEAD), &moment(), &mut out);
    assert_eq!(native.rooms.iter().map(|place| &place.room).collect::<Vec<_>>(), [&Room::Desk]);
}

#[test]
fn every_example_of_the_page_is_spoken() {
    let page = include_str!("../../../../docs/protocol/native.md");
    let asked = ["sign_in", "follow", "unfollow", "command", "edit", "ping"];
    let mut seen = std::collections::BTreeSet::new();
    for block in page.split("```json\n").skip(1) {
        let text = block.split("\n```").next().unwrap();
        let example: Value = serde_json::from_str(text).unwrap();
        let kind = example["type"].as_str().unwrap().to_owned();
        if asked.contains(&kind.as_str()) {
            assert!(super::request::Request::read(text).is_ok(), "{text}");
        }
        seen.insert(kind);
    }
    assert!(asked.iter().all(|kind| seen.contains(*kind)) && seen.len() == 17, "{seen:?}");
}
