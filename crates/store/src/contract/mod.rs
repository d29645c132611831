//! What every store must do, as tests that any store can be put through: see [`store_contract!`].
//!
//! A test gets `open`, which opens the same place again at each call.

mod answers;
mod load;
mod log;
mod rows;

use std::sync::Arc;

pub use answers::{
    a_batch_keeps_what_it_can, a_repeat_gets_the_first_answer,
    an_answer_is_forgotten_after_its_time, an_answer_outlives_a_restart,
    same_id_of_another_hand_is_another_command,
};
pub use load::{
    a_tenant_is_loaded_once_or_replaced, an_unsound_file_changes_nothing,
    unknown_tenants_are_told_apart,
};
pub use log::{
    a_look_does_not_move, a_room_is_a_filter, offsets_have_no_holes, tenants_do_not_meet,
};
use rollcall_core::{
    command::{Ask, By, Command},
    decide::Answer,
    desk::PersonRef,
    facts::{Facts, Row},
    id::{AccountId, CommandId, GatheringId, PersonId, TenantId},
    people::{Account, Family, Gathering, GatheringKind, Group, Person, Role, Settings, Tenant},
    position::Epoch,
    rejection::Rejection,
    sheet::{MarkChange, MergeRule, Status},
    time::{Date, Timestamp, Zone},
};
pub use rows::{
    a_second_check_in_loses_the_race, logins_follow_their_accounts, numbers_are_never_used_twice,
    questions_are_answered_in_their_order, rows_equal_a_rebuild, secrets_are_found_by_key_alone,
    what_is_written_is_read,
};

use crate::{Store, Verdict, View};

/// Opens the same place again.
pub type Open<'o> = &'o dyn Fn() -> Box<dyn Store>;

/// Makes one `#[test]` per rule of the contract. The block gives a closure that opens one fresh
/// place, again and again: `store_contract!(memory, { let s = …; move || Box::new(s.clone()) });`
#[macro_export]
macro_rules! store_contract {
    ($name:ident, $place:block) => {
        $crate::store_contract!(@tests $name, $place,
            offsets_have_no_holes, a_room_is_a_filter, a_look_does_not_move, tenants_do_not_meet,
            a_repeat_gets_the_first_answer, an_answer_outlives_a_restart,
            an_answer_is_forgotten_after_its_time, same_id_of_another_hand_is_another_command,
            a_batch_keeps_what_it_can, a_tenant_is_loaded_once_or_replaced,
            an_unsound_file_changes_nothing, unknown_tenants_are_told_apart,
            a_second_check_in_loses_the_race, rows_equal_a_rebuild, what_is_written_is_read,
            questions_are_answered_in_their_order, logins_follow_their_accounts,
            numbers_are_never_used_twice, secrets_are_found_by_key_alone,
        );
    };
    (@tests $name:ident, $place:block, $($test:ident),+ $(,)?) => {
        mod $name {
            use super::*;
            $(
                #[test]
                fn $test() {
                    let open = $place;
                    $crate::contract::$test(&|| Box::new(open()));
                }
            )+
        }
    };
}

/// The instant at which the contract's worlds begin.
const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn tenant() -> TenantId {
    TenantId::new("t")
}

fn date(day: i8) -> Date {
    Date::new(2026, 11, day).expect("a day of November")
}

/// A small world: an admin, a taker of marks, three persons, a service and a headcount.
fn world() -> Vec<Row> {
    let account = |id: &str, role| {
        Row::Account(Arc::new(Account {
            gatherings: vec![GatheringId::new("1")],
            ..account(id, role)
        }))
    };
    let mut rows = vec![
        Row::Tenant(Arc::new(Tenant {
            id: tenant(),
            name: "Grace Church".into(),
            time_zone: Zone::utc(),
            settings: Settings::default(),
        })),
        account("ann", Role::Admin),
        account("ben", Role::AttendanceTaker),
        Row::Password(AccountId::new("ann"), "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA".into()),
        Row::Family(Arc::new(family("1"))),
        Row::Group(Arc::new(group("c1"))),
        Row::Gathering(Arc::new(gathering("1", GatheringKind::Standard))),
        Row::Gathering(Arc::new(gathering("2", GatheringKind::Headcount))),
    ];
    rows.extend((1..=3).map(|n| Row::Person(Arc::new(person(n)))));
    rows
}

fn account(id: &str, role: Role) -> Account {
    Account {
        id: AccountId::new(id),
        email: Some(format!("{}@Example.org", id.to_uppercase())),
        username: Some(id.into()),
        mobile: None,
        first_name: id.into(),
        last_name: String::new(),
        role,
        extra_role: None,
        active: true,
        person: None,
        gatherings: Vec::new(),
        groups: Vec::new(),
        number: None,
        department: None,
        created_at: None,
    }
}

fn person(number: u32) -> Person {
    Person {
        id: PersonId::new(number.to_string()),
        number: Some(format!("GYM{number:04}")),
        first_name: format!("Person {number}"),
        family: (number < 3).then(|| "1".into()),
        group: (number > 1).then(|| "c1".into()),
        ..Person::default()
    }
}

fn family(id: &str) -> Family {
    Family {
        id: id.into(),
        name: "Smith".into(),
        kind: Default::default(),
        notes: None,
        last_attended: None,
        created_at: None,
    }
}

fn group(id: &str) -> Group {
    Group {
        id: id.into(),
        name: "Class 10A".into(),
        code: None,
        teachers: Vec::new(),
        homeroom_teacher: None,
        academic_year: None,
        semester: None,
    }
}

fn gathering(id: &str, kind: GatheringKind) -> Gathering {
    Gathering {
        id: id.into(),
        name: "Sunday Service".into(),
        description: None,
        code: None,
        kind,
        group: None,
        teacher: None,
        frequency: None,
        day_of_week: None,
        days_of_week: Vec::new(),
        date: None,
        until: None,
        start: None,
        end: None,
        opens: None,
        closes: None,
        opens_minutes_before: None,
        late_after_seconds: None,
        location: None,
        roster: Vec::new(),
        kiosk: false,
        headcount_mode: Default::default(),
        active: true,
        kiosk_message: None,
        created_at: None,
    }
}

/// The place opened with the small world in it.
fn opened(open: Open<'_>) -> Box<dyn Store> {
    let store = open();
    store.load(&tenant(), Epoch(7), world(), false, NOW).expect("the world is loaded");
    store
}

fn ask(by: &str, id: Option<&str>, command: Command) -> Ask {
    Ask {
        tenant: tenant(),
        by: By::Account(AccountId::new(by)),
        id: id.map(CommandId::new),
        command,
        fresh: format!("fresh-{}", id.unwrap_or("0")),
    }
}

fn marking(day: i8, person: &str, status: Status) -> Command {
    Command::MarkSheet {
        gathering: GatheringId::new("1"),
        date: date(day),
        changes: vec![MarkChange::of(PersonId::new(person), status)],
        rule: MergeRule::Native,
    }
}

fn check_in(person: &str) -> Command {
    Command::CheckIn {
        person: PersonRef::Id(PersonId::new(person)),
        location: None,
        notes: None,
        claim: None,
    }
}

/// Commits one command.
fn commit(store: &dyn Store, ask: Ask) -> Verdict {
    commit_at(store, ask, NOW)
}

fn commit_at(store: &dyn Store, ask: Ask, now: Timestamp) -> Verdict {
    let mut verdicts = store.commit(&[ask], now).expect("the store works");
    assert_eq!(verdicts.len(), 1, "one command, one verdict");
    verdicts.remove(0)
}

/// Commits one command that the rules allow.
fn done(store: &dyn Store, ask: Ask) -> Answer {
    commit(store, ask).expect("the rules allow it")
}

/// The rules' reason for a no.
fn rejection(verdict: Verdict) -> Rejection {
    match verdict {
        Err(rollcall_core::rejection::Refusal::Rejected(rejection)) => rejection,
        other => unreachable!("the rules should have said no, but: {other:?}"),
    }
}

/// What a look at the tenant tells.
fn seen<T>(store: &dyn Store, look: impl Fn(&dyn View) -> T) -> T {
    let mut told = None;
    let there = store.look(&tenant(), &mut |view| {
        told = Some(look(view));
        Ok(())
    });
    assert!(there.expect("the store works"), "the tenant is there");
    told.expect("the look was taken")
}

fn rows_of(facts: &dyn Facts, query: &rollcall_core::facts::Query) -> Vec<Row> {
    facts.rows(query).expect("the store works")
}
