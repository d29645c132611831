//! Rows: what events leave behind, found by key, alias and question.

use std::sync::Arc;

use rollcall_core::{
    command::{Ask, By, Command, List},
    desk::PersonRef,
    event::Event,
    facts::{Alias, Key, Query, Row, Series},
    id::{AccountId, GatheringId, VisitId},
    people::Session,
    position::Offset,
    sheet::Status::{Absent, Present, Sick},
    time::Timestamp,
};
use serde_json::{Value, json};

use super::{
    NOW, Open, ask, check_in, commit, commit_at, date, done, marking, opened, rejection, rows_of,
    seen,
};
use crate::{Store, check::check, kept::Kept};

fn change(list: List, id: &str, fields: Value) -> Command {
    let Value::Object(fields) = fields else { unreachable!("fields are an object") };
    Command::Change { list, id: Some(id.into()), fields, expect: Default::default(), seen: None }
}

fn remove(list: List, id: &str) -> Command {
    Command::Remove { list, id: id.into() }
}

fn session(id: &str, minute: i64) -> Command {
    Command::StartSession(Session {
        id: id.into(),
        account: "ann".into(),
        started_at: NOW.plus_ms(minute * 60_000),
        expires_at: NOW.plus_ms(86_400_000),
        revoked_at: None,
    })
}

fn count(account: &str, count: u32) -> Ask {
    let gathering = GatheringId::new("2");
    let mode = Some(rollcall_core::people::HeadcountMode::Combined);
    let counter = Some(AccountId::new(account));
    ask("ann", None, Command::CountHeads { gathering, date: date(3), count, mode, counter })
}

fn document(kind: &str, id: &str) -> Command {
    let data = json!({"score": 8.7, "note": "ünï", "list": [1, null]});
    let Value::Object(data) = data else { unreachable!("data is an object") };
    Command::PutDocument { kind: kind.into(), id: Some(id.into()), data, seen: None }
}

/// One of each thing that can happen, some of it twice, some of it undone.
fn a_busy_week(store: &dyn Store) {
    let commands = [
        session("s1", 1),
        session("s3", 2),
        session("s2", 2),
        Command::EndSessions { account: "ann".into(), session: Some("s1".into()) },
        Command::SetPassword { account: "ben".into(), hash: "$argon2id$other".into() },
        change(List::Tenant, "t", json!({"name": "Grace"})),
        change(List::People, "10", json!({"first_name": "Ten", "number": "GYM0010"})),
        change(List::People, "2", json!({"family": null, "notes": "moved"})),
        change(List::Families, "9", json!({"name": "Jones"})),
        change(List::Groups, "a1", json!({"name": "1A"})),
        change(List::Gatherings, "0b", json!({"name": "Choir", "kind": "class"})),
        change(List::Accounts, "cy", json!({"role": "staff", "email": "Cy@example.org"})),
        marking(2, "3", Present),
        marking(2, "1", Absent),
        marking(1, "1", Present),
        marking(1, "1", Sick),
        document("grade", "g2"),
        document("grade", "g1"),
        document("exam", "g3"),
        document("exam", "g4"),
        Command::RemoveDocument { kind: "exam".into(), id: "g4".into() },
        remove(List::People, "10"),
        remove(List::Families, "9"),
        remove(List::Groups, "a1"),
        remove(List::Gatherings, "0b"),
        remove(List::Accounts, "cy"),
    ];
    for command in commands {
        done(store, ask("ann", None, command));
    }
    done(store, count("ben", 3));
    done(store, count("ann", 140));
    for (minute, person) in [(5, "1"), (3, "2"), (5, "3")] {
        let now = NOW.plus_ms(minute * 60_000);
        let mut ask = ask("ann", None, check_in(person));
        ask.fresh = format!("visit-{person}");
        commit_at(store, ask, now).expect("nobody is in yet");
    }
    let out = Command::CheckOut { visit: "visit-1".into(), notes: None, claim: None };
    let later = NOW.plus_ms(600_000);
    commit_at(store, ask("ann", None, out), later).expect("person 1 is in");
}

/// The rows are exactly those that the log makes, before and after a restart.
pub fn rows_equal_a_rebuild(open: Open<'_>) {
    let store = opened(open);
    a_busy_week(&*store);
    let report = check(&*store, &super::tenant()).expect("the store works");
    let report = report.expect("the tenant is there");
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.events, report.position.offset.0);
    drop(store);
    let store = open();
    let again = check(&*store, &super::tenant()).expect("the store works");
    assert_eq!(again, Some(report));
}

/// Every question is answered in the order that it promises.
pub fn questions_are_answered_in_their_order(open: Open<'_>) {
    let store = opened(open);
    a_busy_week(&*store);
    let ids = |query: Query| {
        seen(&*store, |view| rows_of(view, &query).iter().map(id_of).collect::<Vec<_>>())
    };
    let one = || GatheringId::new("1");
    let since = NOW.plus_ms(4 * 60_000);
    let always = || Timestamp::from_millis(i64::MIN)..Timestamp::from_millis(i64::MAX);
    for (span, count) in [(always(), 3), (always().start..since, 1), (since..always().end, 2)] {
        let counted = seen(&*store, |view| view.visits_count(&span).expect("the store works"));
        assert_eq!(counted, count, "{span:?}");
    }
    for (query, wanted) in [
        (Query::Accounts, vec!["ann", "ben"]),
        (Query::Sessions("ann".into()), vec!["s3", "s2"]),
        (Query::Sessions("ben".into()), vec![]),
        (Query::People, vec!["1", "2", "3"]),
        (Query::PeopleOfFamily("1".into()), vec!["1"]),
        (Query::PeopleOfGroup("c1".into()), vec!["2", "3"]),
        (Query::Families, vec!["1"]),
        (Query::Groups, vec!["c1"]),
        (Query::Gatherings, vec!["1", "2"]),
        (Query::Sheets(one()), vec!["1/2026-11-02", "1/2026-11-01"]),
        (Query::AllSheets, vec!["1/2026-11-01", "1/2026-11-02", "2/2026-11-03"]),
        (Query::Marks(one(), date(2)), vec!["1", "3"]),
        (Query::Marks(one(), date(3)), vec![]),
        (Query::Headcounts("2".into(), date(3)), vec!["ann", "ben"]),
        (Query::OpenVisits, vec!["visit-3", "visit-2"]),
        (Query::VisitsIn(since..Timestamp::MAX, 9), vec!["visit-3", "visit-1"]),
        (Query::VisitsIn(since..Timestamp::MAX, 1), vec!["visit-3"]),
        (Query::VisitsOf("1".into(), 9), vec!["visit-1"]),
        (Query::VisitsIn(always(), 9), vec!["visit-3", "visit-1", "visit-2"]),
        (Query::VisitsIn(always(), 2), vec!["visit-3", "visit-1"]),
        (Query::VisitsIn(always().start..since, 9), vec!["visit-2"]),
        (Query::VisitsIn(since..since, 9), vec![]),
        (Query::Documents("grade".into()), vec!["g1", "g2"]),
        (Query::AllDocuments, vec!["g3", "g1", "g2"]),
    ] {
        assert_eq!(ids(query.clone()), wanted, "{query:?}");
    }
    let (rows, kept) = seen(&*store, |view| {
        let mut kept = Kept::default();
        let page = view.log(Offset(0), 999, None).expect("the log is read");
        let changes = page.events.iter().flat_map(|event| Event::changes(&event.event));
        kept.apply(changes).expect("the log is sound");
        (view.everything().expect("the store works"), kept)
    });
    let wanted: Vec<_> = kept.iter().map(|(_, row)| row.clone()).collect();
    assert_eq!(rows, wanted, "everything, by key");
}

fn id_of(row: &Row) -> String {
    match row {
        Row::Tenant(t) => t.id.to_string(),
        Row::Account(a) => a.id.to_string(),
        Row::Password(account, _) => account.to_string(),
        Row::Session(s) => s.id.to_string(),
        Row::Person(p) => p.id.to_string(),
        Row::Family(f) => f.id.to_string(),
        Row::Group(g) => g.id.to_string(),
        Row::Gathering(g) => g.id.to_string(),
        Row::Sheet(s) => format!("{}/{}", s.gathering, s.date),
        Row::Mark(_, _, m) => m.person.to_string(),
        Row::Headcount(_, _, h) => h.by.to_string(),
        Row::Visit(v) => v.id.to_string(),
        Row::Document(d) => d.id.to_string(),
    }
}

/// Later commands of a batch and looks after it read what was written; so does the next start.
pub fn what_is_written_is_read(open: Open<'_>) {
    let store = opened(open);
    let make = change(List::People, "4", json!({"first_name": "Fay", "number": "N4"}));
    let come = Command::CheckIn {
        person: PersonRef::Number("N4".into()),
        location: None,
        notes: None,
        claim: None,
    };
    let mut out =
        ask("ann", None, Command::CheckOut { visit: VisitId::new("v"), notes: None, claim: None });
    let mut come = ask("ann", None, come);
    come.fresh = "v".into();
    let batch = [ask("ann", None, make), come.clone(), out.clone()];
    for verdict in store.commit(&batch, NOW).expect("the store works") {
        verdict.expect("each builds on the one before");
    }
    come.fresh = "w".into();
    out.command = Command::CheckOut { visit: VisitId::new("w"), notes: None, claim: None };
    drop(store);
    let store = open();
    done(&*store, come);
    let open_visit = Alias::OpenVisit("4".into());
    let found = seen(&*store, |view| view.find(&open_visit).expect("the store works"));
    assert_eq!(found.as_ref().map(id_of).as_deref(), Some("w"));
    done(&*store, out);
    seen(&*store, |view| {
        assert_eq!(view.find(&open_visit).expect("the store works"), None);
        let key = Key::Visit(VisitId::new("v"));
        assert!(view.row(&key).expect("the store works").is_some());
    });
}

/// Of several hands that check one person in at once, one succeeds (gym G7.4).
pub fn a_second_check_in_loses_the_race(open: Open<'_>) {
    let store = opened(open);
    let outcomes = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..8)
            .map(|hand| {
                let store = &*store;
                let mut ask = ask("ann", None, check_in("1"));
                ask.fresh = format!("v{hand}");
                scope.spawn(move || commit(store, ask).is_ok())
            })
            .collect();
        hands.into_iter().map(|hand| hand.join().expect("no panic")).collect::<Vec<_>>()
    });
    assert_eq!(outcomes.iter().filter(|ok| **ok).count(), 1, "{outcomes:?}");
    assert_eq!(seen(&*store, |view| rows_of(view, &Query::OpenVisits)).len(), 1);
    // Even rows that no decision has judged cannot open a second visit.
    let visits = seen(&*store, |view| rows_of(view, &Query::OpenVisits));
    let Some(Row::Visit(visit)) = visits.first() else { unreachable!("somebody is in") };
    let second = Row::Visit(Arc::new(rollcall_core::desk::Visit {
        id: "forged".into(),
        ..(**visit).clone()
    }));
    let mut forged = ask("ann", Some("f"), Command::Import { rows: vec![second] });
    forged.by = By::System;
    let batch =
        [ask("ann", Some("2"), check_in("2")), forged, ask("ann", Some("3"), check_in("3"))];
    let verdicts = store.commit(&batch, NOW).expect("the others are kept");
    let kept: Vec<_> = verdicts.iter().map(Result::is_ok).collect();
    assert_eq!(kept, [true, false, true]);
    assert_eq!(seen(&*store, |view| rows_of(view, &Query::OpenVisits)).len(), 3);
    let report = check(&*store, &super::tenant()).expect("the store works");
    assert!(report.is_some_and(|report| report.is_sound()));
}

/// A login leads to its account in any letter case, and to nobody once it is given up.
pub fn logins_follow_their_accounts(open: Open<'_>) {
    let store = opened(open);
    let who = |login: &str| {
        let alias = Alias::Login(login.into());
        seen(&*store, |view| view.find(&alias).expect("the store works").as_ref().map(id_of))
    };
    for login in ["ann", "ANN", "ann@example.org", "Ann@EXAMPLE.org", " ann "] {
        assert_eq!(who(login).as_deref(), Some("ann"), "{login:?}");
    }
    assert_eq!((who("nobody"), who("")), (None, None));
    done(&*store, ask("ann", None, change(List::Accounts, "ben", json!({"username": "Benny"}))));
    assert_eq!((who("ben"), who("benny").as_deref()), (None, Some("ben")));
    done(&*store, ask("ann", None, remove(List::Accounts, "ben")));
    assert_eq!((who("benny"), who("ben@example.org")), (None, None));
    let number = |n: &str| {
        let alias = Alias::Number(n.into());
        seen(&*store, |view| view.find(&alias).expect("the store works").as_ref().map(id_of))
    };
    assert_eq!((number("GYM0002").as_deref(), number("gym0002")), (Some("2"), None));
}

/// A series goes on after its largest number, removed entries included.
pub fn numbers_are_never_used_twice(open: Open<'_>) {
    let store = opened(open);
    let next = |store: &dyn Store, series| {
        seen(store, |view| view.next_number(series).expect("the store works"))
    };
    assert_eq!(next(&*store, Series::Sheets), 1);
    assert_eq!(next(&*store, Series::People), 4);
    done(&*store, ask("ann", None, change(List::People, "17", json!({"first_name": "Q"}))));
    done(&*store, ask("ann", None, change(List::People, "p99", json!({"first_name": "P"}))));
    done(&*store, ask("ann", None, remove(List::People, "17")));
    done(&*store, ask("ann", None, marking(2, "1", Present)));
    done(&*store, ask("ann", None, marking(1, "1", Present)));
    drop(store);
    let store = open();
    let wanted =
        [(Series::People, 18), (Series::Sheets, 3), (Series::Families, 2), (Series::Gatherings, 3)];
    for (series, number) in wanted {
        assert_eq!(next(&*store, series), number, "{series:?}");
    }
    let second = seen(&*store, |view| view.find(&Alias::SheetNumber(2)).expect("it works"));
    assert_eq!(second.as_ref().map(id_of).as_deref(), Some("1/2026-11-01"));
}

/// A password's hash is kept apart from its account, found by its own key, and goes with it.
pub fn secrets_are_found_by_key_alone(open: Open<'_>) {
    let store = opened(open);
    let hash = "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$bmV1";
    let set = Command::SetPassword { account: "ben".into(), hash: hash.into() };
    done(&*store, ask("ann", None, set));
    let key = Key::Password("ben".into());
    seen(&*store, |view| {
        let row = view.row(&key).expect("the store works");
        assert_eq!(row, Some(Row::Password("ben".into(), hash.into())));
        let accounts = rows_of(view, &Query::Accounts);
        assert!(!format!("{accounts:?}").contains("argon2"), "{accounts:?}");
    });
    let set = Command::SetPassword { account: "nobody".into(), hash: hash.into() };
    assert_eq!(rejection(commit(&*store, ask("ann", None, set))).code(), "not_found");
    done(&*store, ask("ann", None, remove(List::Accounts, "ben")));
    seen(&*store, |view| assert_eq!(view.row(&key).expect("the store works"), None));
}
