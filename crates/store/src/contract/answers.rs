//! Answers: every command can be sent again.

use rollcall_core::{
    command::{By, Command, List},
    limits::ANSWER_HOURS,
    position::Offset,
    rejection::Rejection,
    sheet::{
        MarkResult,
        Status::{Absent, Present},
    },
};

use super::{NOW, Open, ask, check_in, commit, commit_at, done, marking, opened, rejection, seen};

/// The first answer again, said to be one; nothing is kept twice.
pub fn a_repeat_gets_the_first_answer(open: Open<'_>) {
    let store = opened(open);
    let tap = ask("ben", Some("tap"), marking(1, "1", Present));
    let verdicts = store.commit(&[tap.clone(), tap.clone()], NOW).expect("the store works");
    let [Ok(first), Ok(second)] = &verdicts[..] else {
        unreachable!("both should be answered: {verdicts:?}")
    };
    assert!(!first.repeated && second.repeated, "{first:?} {second:?}");
    assert_eq!((&first.events, &first.marks), (&second.events, &second.marks));
    assert_eq!(first.events.len(), 2);
    let unknown = ask("ben", Some("unknown"), marking(1, "nobody", Present));
    done(&*store, unknown.clone());
    let again = done(&*store, unknown);
    assert!(again.repeated && again.events.is_empty(), "{again:?}");
    assert!(matches!(&again.marks[..], [MarkResult::UnknownPerson { .. }]), "{again:?}");
    assert_eq!(seen(&*store, |view| view.position()), first.position);
    // The program's own commands are remembered in the same way.
    let mut own = ask("ann", Some("own"), check_in("2"));
    own.by = By::System;
    assert!(!done(&*store, own.clone()).repeated);
    assert!(done(&*store, own).repeated);
}

/// A rejection is an answer too, even when the rules would say yes by now.
pub fn an_answer_outlives_a_restart(open: Open<'_>) {
    let store = opened(open);
    let tap = ask("ann", Some("tap"), marking(1, "1", Present));
    let first = done(&*store, tap.clone());
    let twice = ask("ann", Some("twice"), check_in("1"));
    let visit = done(&*store, ask("ann", None, check_in("1"))).events[0].clone();
    let no = rejection(commit(&*store, twice.clone()));
    assert_eq!(no.code(), "already_checked_in");
    let rollcall_core::event::Event::CheckedIn { visit, .. } = &visit.event else {
        unreachable!("a check-in is a check-in: {visit:?}")
    };
    let out = Command::CheckOut { visit: visit.id.clone(), notes: None, claim: None };
    let head = done(&*store, ask("ann", None, out)).position;
    drop(store);
    let store = open();
    assert_eq!(rejection(commit(&*store, twice)), no);
    let again = done(&*store, tap);
    assert!(again.repeated);
    assert_eq!(
        (again.position, again.events, again.marks),
        (first.position, first.events, first.marks)
    );
    assert_eq!(seen(&*store, |view| view.position()), head);
}

/// After [`ANSWER_HOURS`] the same id is a new command.
pub fn an_answer_is_forgotten_after_its_time(open: Open<'_>) {
    let store = opened(open);
    let remove = Command::Remove { list: List::Groups, id: "none".into() };
    let remove = ask("ann", Some("remove"), remove);
    let missing = rejection(commit(&*store, remove.clone()));
    assert!(matches!(missing, Rejection::NotFound { .. }), "{missing}");
    let make = Command::Change {
        list: List::Groups,
        id: Some("none".into()),
        fields: serde_json::from_str(r#"{"name":"10B"}"#).expect("an object"),
        expect: Default::default(),
        seen: None,
    };
    done(&*store, ask("ann", None, make));
    let kept_ms = ANSWER_HOURS * 3_600_000;
    let early = NOW.plus_ms(kept_ms - 1);
    assert_eq!(rejection(commit_at(&*store, remove.clone(), early)), missing);
    let late = commit_at(&*store, remove, NOW.plus_ms(kept_ms)).expect("it is new by now");
    assert!(!late.repeated);
    assert_eq!(late.events.len(), 1);
}

/// Ids are a client's own: another account's same id is another command.
pub fn same_id_of_another_hand_is_another_command(open: Open<'_>) {
    let store = opened(open);
    assert!(!done(&*store, ask("ann", Some("1"), marking(1, "1", Present))).repeated);
    assert!(!done(&*store, ask("ben", Some("1"), marking(1, "2", Absent))).repeated);
    assert!(done(&*store, ask("ben", Some("1"), marking(1, "3", Absent))).repeated);
}

/// One command's no leaves those before and after it as they are.
pub fn a_batch_keeps_what_it_can(open: Open<'_>) {
    let store = opened(open);
    let batch = [
        ask("ann", None, check_in("1")),
        ask("ann", None, check_in("1")),
        ask("ben", None, check_in("2")),
        ask("nobody", None, check_in("2")),
        ask("ann", None, check_in("2")),
    ];
    let verdicts = store.commit(&batch, NOW).expect("the store works");
    let codes: Vec<_> =
        verdicts.into_iter().map(|v| v.map(|a| a.position.offset).map_err(|_| ())).collect();
    assert_eq!(codes[0], Ok(Offset(2)));
    assert!(codes[1..4].iter().all(Result::is_err), "{codes:?}");
    assert_eq!(codes[4], Ok(Offset(3)));
    assert!(store.commit(&[], NOW).expect("nothing is no fault").is_empty());
}
