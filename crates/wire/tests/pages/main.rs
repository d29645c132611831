//! The pages of commands and events against the code: every name, field, example, right and room.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a page that is not true must fail"
)]

mod page;
mod world;

use std::collections::BTreeSet;

use page::{Section, expected_by, names, sections, table, ticked};
use rollcall_core::{
    audience::{Audience, Hearer},
    command::{Command, List},
    desk::Visit,
    document::Document,
    event::Event,
    limits,
    people::{
        Account, Family, Gathering, Group, Newcomer, Permission, Person, Role, Scope, Session,
        Tenant,
    },
    rejection::{Refusal, Rejection},
    sheet::{Headcount, Mark, MarkChange, Sheet},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const COMMANDS: &str = include_str!("../../../../docs/protocol/commands.md");
const EVENTS: &str = include_str!("../../../../docs/protocol/events.md");

fn commands() -> Vec<Section> {
    sections(COMMANDS)
}

fn events() -> Vec<Section> {
    sections(EVENTS).into_iter().filter(|section| section.title.starts_with('`')).collect()
}

fn sorted(sections: &[Section]) -> Vec<&'static str> {
    let names: BTreeSet<_> = sections.iter().map(Section::name).collect();
    names.into_iter().collect()
}

/// The spelling of a word that serde writes as one text.
fn spelt(word: impl serde::Serialize) -> String {
    serde_json::to_value(word).unwrap().as_str().unwrap().to_owned()
}

fn roles() -> Vec<(Role, Vec<&'static str>)> {
    let rows = table(COMMANDS, "role");
    rows.iter().map(|row| (Role::named(ticked(row[0])[0]).expect(row[0]), row.clone())).collect()
}

#[test]
fn every_command_has_a_section_with_its_fields_and_an_example() {
    let known = expected_by::<Command>(json!({ "type": "?", "data": {} }));
    assert_eq!(sorted(&commands()), known);
    for section in commands() {
        let wrong = json!({ "type": section.name(), "data": { "?": 1 } });
        assert_eq!(
            names(section.body, "field"),
            expected_by::<Command>(wrong),
            "{}",
            section.title
        );
        for example in section.examples() {
            assert_eq!(example["type"], section.name());
            let command = serde_json::from_value::<Command>(example.clone());
            assert!(command.is_ok(), "{example}: {command:?}");
        }
    }
    let wrong = || json!({ "?": 1 });
    assert_eq!(names(COMMANDS, "field of a change"), expected_by::<MarkChange>(wrong()));
    assert_eq!(names(COMMANDS, "field of a newcomer"), expected_by::<Newcomer>(wrong()));
}

#[test]
fn every_bound_is_the_one_that_is_kept() {
    let all = commands();
    for (command, field, max) in [
        ("mark_sheet", "changes", limits::MARKS_MAX),
        ("mark_sheet", "note", limits::NOTE_CHARS_MAX),
        ("count_heads", "count", limits::HEADCOUNT_MAX as usize),
        ("add_to_sheet", "people", limits::MARKS_MAX),
        ("add_regulars", "people", limits::NEWCOMERS_MAX),
        ("add_regulars", "last_name", limits::NEWCOMER_NAME_CHARS_MAX),
        ("add_visitors", "people", limits::NEWCOMERS_MAX),
        ("add_visitors", "family_name", limits::NAME_CHARS_MAX),
        ("add_visitors", "notes", limits::NOTE_CHARS_MAX),
        ("replace_visitor", "people", limits::NEWCOMERS_MAX),
        ("use_kiosk", "people", limits::KIOSK_PEOPLE_MAX),
        ("use_kiosk", "signer", limits::NAME_CHARS_MAX),
        ("check_in", "location", limits::LOCATION_CHARS_MAX),
        ("check_in", "notes", limits::VISIT_NOTE_CHARS_MAX),
        ("check_out", "notes", limits::VISIT_NOTE_CHARS_MAX),
        ("add_family", "name", limits::NAME_CHARS_MAX),
        ("add_family", "people", limits::NEWCOMERS_MAX),
        ("change_family", "notes", limits::NOTE_CHARS_MAX),
        ("put_document", "data", limits::DOCUMENT_BYTES_MAX / 1024),
        ("save_preferences", "values", limits::PREFERENCE_KEY_CHARS_MAX),
    ] {
        let section = all.iter().find(|section| section.name() == command).expect(command);
        let mut rows =
            section.body.lines().filter(|line| line.starts_with(&format!("| `{field}`")));
        let row = rows.next().expect(field).replace(',', "");
        let numbers = row.split(|c: char| !c.is_ascii_digit());
        assert!(numbers.into_iter().any(|number| number == max.to_string()), "{max}: {row}");
    }
}

#[test]
fn every_example_of_a_command_comes_to_the_events_that_its_section_names() {
    let all: BTreeSet<_> = events().iter().map(Section::name).collect();
    for section in commands() {
        for example in section.examples() {
            let row = listed(&section, &example);
            let named = row.as_ref().map_or(section.item("Events"), |row| row[2]);
            let mut named = ticked(named).into_iter().filter(|name| all.contains(name));
            let command = serde_json::from_value(example.clone()).unwrap();
            let decision = world::decided(Role::Admin, &["g1", "g2"], &command);
            let mut come: Vec<String> = decision
                .unwrap_or_else(|no| panic!("{example}: {no:?}"))
                .events
                .iter()
                .map(|event| spelt(&json!(event)["type"]))
                .collect();
            assert!(!come.is_empty(), "{example} changes nothing");
            come.dedup();
            for event in &come {
                assert!(named.any(|name| name == event), "{example}: {come:?} is not as named");
            }
        }
    }
}

/// The row of the table of lists that an example of `change` is about.
fn listed(section: &Section, example: &Value) -> Option<Vec<&'static str>> {
    let list = example["data"]["list"].as_str().filter(|_| section.name() == "change")?;
    let rows = table(COMMANDS, "list");
    Some(rows.into_iter().find(|row| ticked(row[0]) == [list]).expect(list))
}

/// Who may ask what an example asks, in the page's words.
fn who_may(section: &Section, example: &Value) -> &'static str {
    let list: Option<List> = serde_json::from_value(example["data"]["list"].clone()).ok();
    let Some(list) = list else { return section.item("May") };
    let rows = table(COMMANDS, "list");
    rows.iter().find(|row| ticked(row[0]) == [spelt(list)]).expect("a row")[1]
}

#[test]
fn the_rights_that_a_section_names_are_those_that_are_asked_for() {
    let forbidden = |role, gatherings: &[&str], command: &Command| {
        let decision = world::decided(role, gatherings, command);
        matches!(decision, Err(Refusal::Rejected(Rejection::Forbidden { .. })))
    };
    for section in commands() {
        for example in section.examples() {
            let who = who_may(&section, &example);
            let needed = ticked(who).first().copied();
            let command = serde_json::from_value(example.clone()).unwrap();
            for (role, _) in roles() {
                let may = needed.is_none_or(|p| role.permissions().iter().any(|q| spelt(q) == p));
                let found = forbidden(role, &["g1", "g2"], &command);
                assert_eq!(found, !may, "{role:?} {example}");
                if may && role.scope() == Scope::Assigned {
                    let elsewhere = forbidden(role, &[], &command);
                    assert_eq!(elsewhere, who.contains("at the gathering"), "{role:?} {example}");
                }
            }
        }
    }
}

#[test]
fn the_table_of_roles_is_the_one_that_is_asked() {
    let known = serde_json::from_value::<Role>("?".into()).unwrap_err().to_string();
    let (_, known) = known.split_once("expected one of ").unwrap();
    assert_eq!(roles().len(), known.split(", ").count());
    for (role, row) in roles() {
        let permissions: Vec<_> = role.permissions().iter().map(spelt).collect();
        assert_eq!(ticked(row[1]), permissions, "{role:?}");
        let seen = match (role.may(Permission::ReadSheets), role.scope()) {
            (false, _) => "none",
            (true, Scope::All) => "all",
            (true, Scope::Assigned) => "assigned",
        };
        assert_eq!(row[2], seen, "{role:?}");
    }
}

#[test]
fn every_event_has_a_section_with_an_example_as_it_is_written() {
    let mut known = expected_by::<Event>(json!({ "type": "?", "data": {} }));
    known.retain(|name| !["password_set", "imported"].contains(&name.as_str()));
    assert_eq!(sorted(&events()), known);
    for example in events().iter().flat_map(Section::examples) {
        let event: Event = serde_json::from_value(example.clone()).expect("an event");
        assert_eq!(json!(event), example);
    }
}

#[test]
fn every_event_is_in_the_room_and_for_those_that_the_page_names() {
    let rows = table(EVENTS, "event");
    assert_eq!(rows.len(), events().len());
    for section in events() {
        let row = rows.iter().find(|row| ticked(row[0]) == [section.name()]).expect(section.title);
        let event: Event = serde_json::from_value(section.examples().remove(0)).unwrap();
        let room = event.room().to_string();
        let first = |room: &str| room.split('/').next().map(str::to_owned);
        assert_eq!(first(&room), first(ticked(row[1])[0]), "{}", section.title);
        let hearers = row[2].split(';').next().unwrap();
        assert_eq!(hearers, in_words(&event.audience()), "{}", section.title);
    }
    assert!(Event::Imported { rows: Vec::new() }.audience().0.is_empty());
}

fn in_words(audience: &Audience) -> String {
    let word = |hearer: &Hearer| match hearer {
        Hearer::Everyone => Some("everyone".to_owned()),
        Hearer::May(permission) => Some(format!("`{}`", spelt(permission))),
        Hearer::AllGatherings => Some("who sees the gathering".to_owned()),
        Hearer::Gathering(_) => None,
        Hearer::Account(_) => Some("the account".to_owned()),
        Hearer::Person(_) => Some("the person".to_owned()),
    };
    audience.0.iter().filter_map(word).collect::<Vec<_>>().join(", ")
}

#[test]
fn every_thing_in_events_has_all_of_its_fields() {
    fn check<T: DeserializeOwned>(title: &str) {
        let all = sections(EVENTS);
        let section = all.iter().find(|section| section.title == title).expect(title);
        assert_eq!(names(section.body, "field"), expected_by::<T>(json!({ "?": 1 })), "{title}");
    }
    check::<Sheet>("Sheet");
    check::<Mark>("Mark");
    check::<Headcount>("Headcount");
    check::<Visit>("Visit");
    check::<Person>("Person");
    check::<Family>("Family");
    check::<Group>("Group");
    check::<Gathering>("Gathering");
    check::<Document>("Document");
    check::<Tenant>("Tenant");
    check::<Account>("Account");
    check::<Session>("Session");
}
