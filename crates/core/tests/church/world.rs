//! A small church: what is kept, and a hand that asks for things at a time.

use rollcall_core::{
    command::{Ask, By, Command},
    decide::{Decision, decide},
    event::Event,
    facts::{Facts, Row},
    overlay::Overlay,
    people::Gathering,
    rejection::{Refusal, Rejection},
    sheet::{MarkChange, MergeRule, SheetPeople, Status, sheet_people},
    time::{Date, Timestamp},
};
use serde_json::{Value, json};

/// Tuesday, 2025-01-21, 21:00 in Sydney.
pub const NOON_UTC: &str = "2025-01-21T10:00:00.000Z";

pub struct World {
    pub kept: Overlay<'static>,
    pub now: Timestamp,
}

pub fn rows(table: &str, rows: Value) -> Vec<Row> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| serde_json::from_value(json!({"table": table, "row": row})).unwrap()).collect()
}

impl World {
    pub fn new() -> Self {
        let mut world = Self { kept: Overlay::default(), now: NOON_UTC.parse().unwrap() };
        let person = |id: &str, first: &str, last: &str, kind: &str, family: Option<&str>| json!({"id": id, "first_name": first, "last_name": last, "kind": kind, "family": family});
        for (table, list) in [
            (
                "tenant",
                json!([{"id": "gra_4f09c2", "name": "Grace", "time_zone": "Australia/Sydney"}]),
            ),
            (
                "account",
                json!([
                {"id": "1", "email": "ada@x.org", "first_name": "Ada", "last_name": "Admin", "role": "admin"},
                {"id": "2", "email": "ben@x.org", "first_name": "Ben", "last_name": "Bell",
                 "role": "coordinator", "gatherings": ["1", "2"]},
                {"id": "3", "email": "tom@x.org", "first_name": "Tom", "last_name": "Take",
                 "role": "attendance_taker", "gatherings": ["1"]}]),
            ),
            (
                "family",
                json!([{"id": "1", "name": "Reed"},
                {"id": "2", "name": "Stone Family", "kind": "local_visitor"}]),
            ),
            (
                "person",
                json!([
                    person("10", "Ana", "Reed", "regular", Some("1")),
                    person("11", "bob", "Reed", "regular", Some("1")),
                    person("12", "Cy", "Abel", "regular", None),
                    person("20", "Kim", "Stone", "local_visitor", Some("2")),
                    person("21", "Lou", "Way", "traveller_visitor", None)
                ]),
            ),
            (
                "gathering",
                json!([
                {"id": "1", "name": "Sunday", "roster": ["10", "11", "12", "20", "21"]},
                {"id": "2", "name": "Street", "kind": "headcount"},
                {"id": "3", "name": "Youth", "roster": ["10"]}]),
            ),
        ] {
            world.kept.apply(&Event::Imported { rows: rows(table, list) });
        }
        world
    }

    pub fn ask(&mut self, by: &str, command: Command) -> Result<Decision, Refusal> {
        let ask = Ask {
            tenant: "gra_4f09c2".into(),
            by: By::Account(by.into()),
            id: None,
            command,
            fresh: "fresh".into(),
        };
        let decision = decide(&self.kept, &ask, self.now)?;
        decision.events.iter().for_each(|event| self.kept.apply(event));
        Ok(decision)
    }

    pub fn does(&mut self, by: &str, command: Command) -> Vec<Event> {
        self.ask(by, command).unwrap().events
    }

    pub fn refused(&mut self, by: &str, command: Command) -> Rejection {
        match self.ask(by, command) {
            Err(Refusal::Rejected(rejection)) => rejection,
            other => panic!("{other:?}"),
        }
    }

    pub fn marks(&mut self, by: &str, on: &str, people: &[&str], status: Status) -> Vec<Event> {
        self.does(by, mark("1", on, people, status))
    }

    pub fn gathering(&self, id: &str) -> Gathering {
        let facts: &dyn Facts = &self.kept;
        (*facts.gathering(&id.into()).unwrap().unwrap()).clone()
    }

    pub fn people(&self, on: &str) -> SheetPeople {
        sheet_people(&self.kept, &self.gathering("1"), date(on), self.now).unwrap()
    }

    /// Regulars and visitors of gathering 1, those present with a star.
    pub fn lists(&self, on: &str) -> (String, String) {
        let people = self.people(on);
        let text = |list: &[rollcall_core::sheet::Listed]| {
            let one = |e: &rollcall_core::sheet::Listed| {
                format!("{}{}", e.person, if e.present { "*" } else { "" })
            };
            list.iter().map(one).collect::<Vec<_>>().join(" ")
        };
        (text(&people.regulars), text(&people.visitors))
    }
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn mark(gathering: &str, on: &str, people: &[&str], status: Status) -> Command {
    let change = |person: &&str| MarkChange::of((*person).into(), status);
    Command::MarkSheet {
        gathering: gathering.into(),
        date: date(on),
        changes: people.iter().map(change).collect(),
        rule: MergeRule::Church,
    }
}

/// The names of events, in order.
pub fn names(events: &[Event]) -> Vec<String> {
    let name = |event: &Event| json!(event)["type"].as_str().unwrap().to_owned();
    events.iter().map(name).collect()
}
