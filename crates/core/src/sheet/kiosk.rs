//! Decides `UseKiosk` and `ClearKiosk`: people come in or are fetched, and it is written down.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{MarkChange, MarkResult, MergeRule, Status, mark};
use crate::{
    decide::{Decision, Situation},
    document::Document,
    event::Event,
    facts::{Facts, Key, Row, required},
    id::{AccountId, DocumentId, DocumentKind, GatheringId, PersonId},
    limits,
    people::Permission,
    rejection::{Fault, Refusal, Rejection},
    time::{Date, Timestamp},
};

/// Milliseconds within which the same step of the same person by the same hand is a repeat
/// (church 7.11).
const REPEAT_MS: i64 = 60_000;

/// What is done at a kiosk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KioskStep {
    /// Somebody comes in.
    In,
    /// Somebody is fetched.
    Out,
}

/// One line of what was done at a sheet's kiosk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KioskEntry {
    /// Its number on the sheet, counted up from 1.
    pub number: u64,
    /// Who came in or was fetched.
    pub person: PersonId,
    /// Which of both.
    pub step: KioskStep,
    /// Who signed for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// Whose hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// The hand's name.
    #[serde(default)]
    pub by_name: String,
    /// When.
    pub at: Timestamp,
}

/// How kinds begin that hold entries or their dates.
const KIND_START: &str = "kiosk/";

/// The kind of document that holds the entries of one sheet.
fn entries_kind(gathering: &GatheringId, date: Date) -> DocumentKind {
    DocumentKind::new(format!("{KIND_START}{date}/{gathering}"))
}

/// The gathering whose entries or dates a kind of document holds, if it is such a kind.
pub(crate) fn kiosk_of(kind: &DocumentKind) -> Option<GatheringId> {
    let rest = kind.as_str().strip_prefix(KIND_START)?;
    let dated = rest.split_once('/').filter(|(date, _)| date.parse::<Date>().is_ok());
    Some(GatheringId::new(dated.map_or(rest, |(_, gathering)| gathering)))
}

/// The kind of document of which a gathering has one for each date with entries, the date its id.
#[must_use]
pub fn kiosk_dates_kind(gathering: &GatheringId) -> DocumentKind {
    DocumentKind::new(format!("{KIND_START}{gathering}"))
}

/// Digits enough that the order of ids is the order of numbers.
fn entry_id(number: u64) -> DocumentId {
    DocumentId::new(format!("{number:09}"))
}

impl KioskEntry {
    /// The rows that keep the entry, and that its date has one.
    #[must_use]
    pub fn rows(&self, gathering: &GatheringId, date: Date) -> Vec<Row> {
        let data = match json!(self) {
            Value::Object(data) => data,
            _ => Map::new(),
        };
        let row = |kind, id, data| {
            let (by, at) = (self.by.clone(), self.at);
            Row::Document(Document { kind, id, data, version: 1, by, at }.into())
        };
        let day = DocumentId::new(date.to_string());
        vec![
            row(entries_kind(gathering, date), entry_id(self.number), data),
            row(kiosk_dates_kind(gathering), day, Map::new()),
        ]
    }

    /// The keys of those rows, for the entries with these numbers.
    #[must_use]
    pub fn keys(gathering: &GatheringId, date: Date, numbers: &[u64]) -> Vec<Key> {
        let kind = entries_kind(gathering, date);
        let day = Key::Document(kiosk_dates_kind(gathering), DocumentId::new(date.to_string()));
        let entries = numbers.iter().map(|n| Key::Document(kind.clone(), entry_id(*n)));
        entries.chain([day]).collect()
    }
}

/// What was done at a sheet's kiosk, oldest first.
///
/// # Errors
/// The store broke.
pub fn kiosk_entries(
    facts: &dyn Facts,
    gathering: &GatheringId,
    date: Date,
) -> Result<Vec<KioskEntry>, Fault> {
    let documents = facts.documents(&entries_kind(gathering, date))?;
    let entries = documents.iter().map(|d| serde_json::from_value(Value::Object(d.data.clone())));
    entries.collect::<Result<_, _>>().map_err(|error| Fault(format!("a kiosk entry: {error}")))
}

pub(crate) fn use_kiosk(
    at: &Situation<'_>,
    gathering: &GatheringId,
    date: Date,
    people: &[PersonId],
    step: KioskStep,
    signer: Option<&str>,
) -> Result<Decision, Refusal> {
    let found = required(at.facts.gathering(gathering)?, "gathering", gathering)?;
    at.allow_at(Permission::MarkSheets, &found, "use this kiosk")?;
    check(people, signer)?;
    let mut known = Vec::new();
    for person in people {
        if !known.contains(&person) && at.facts.person(person)?.is_some() {
            known.push(person);
        }
    }
    if known.is_empty() {
        return Err(Rejection::not_found("person", &people[0]).into());
    }
    let mut decision = match step {
        KioskStep::In => {
            let present = |person: &PersonId| MarkChange::of(person.clone(), Status::Present);
            let changes: Vec<_> = people.iter().map(present).collect();
            mark(at, gathering, date, &changes, MergeRule::Church)?
        }
        KioskStep::Out => Decision { events: Vec::new(), marks: unknown(people, &known) },
    };
    let entries = entries(at, gathering, date, &known, step, signer)?;
    if !entries.is_empty() {
        let gathering = gathering.clone();
        decision.events.push(Event::KioskUsed { gathering, date, step, entries });
    }
    Ok(decision)
}

fn check(people: &[PersonId], signer: Option<&str>) -> Result<(), Rejection> {
    if people.is_empty() {
        return Err(Rejection::invalid("people", "must not be empty"));
    }
    if people.len() > limits::KIOSK_PEOPLE_MAX {
        let what = "people of one step at a kiosk".into();
        return Err(Rejection::TooMany { what, max: limits::KIOSK_PEOPLE_MAX });
    }
    if signer.is_some_and(|name| name.chars().count() > limits::NAME_CHARS_MAX) {
        return Err(Rejection::invalid("signer", "is longer than 200 characters"));
    }
    Ok(())
}

fn unknown(people: &[PersonId], known: &[&PersonId]) -> Vec<MarkResult> {
    let unknown = people.iter().filter(|person| !known.contains(person));
    unknown.map(|person| MarkResult::UnknownPerson { person: person.clone() }).collect()
}

/// What is worth writing down: everything but a repeat of a person's latest step.
fn entries(
    at: &Situation<'_>,
    gathering: &GatheringId,
    date: Date,
    people: &[&PersonId],
    step: KioskStep,
    signer: Option<&str>,
) -> Result<Vec<KioskEntry>, Refusal> {
    let before = kiosk_entries(at.facts, gathering, date)?;
    let mut number = before.last().map_or(0, |entry| entry.number);
    let latest: HashMap<_, _> = before.iter().map(|entry| (&entry.person, entry)).collect();
    let by = at.by.account();
    let by_name = at.account()?.map(|a| a.display_name()).unwrap_or_default();
    let repeats = |person: &PersonId| {
        latest.get(person).is_some_and(|last| {
            last.step == step && last.by.as_ref() == by && at.now.since_ms(last.at) < REPEAT_MS
        })
    };
    let new = people.iter().filter(|person| !repeats(person)).map(|person| {
        number += 1;
        KioskEntry {
            number,
            person: (*person).clone(),
            step,
            signer: signer.map(str::to_owned),
            by: by.cloned(),
            by_name: by_name.clone(),
            at: at.now,
        }
    });
    Ok(new.collect())
}

pub(crate) fn clear_kiosk(
    at: &Situation<'_>,
    gathering: &GatheringId,
    date: Date,
) -> Result<Decision, Refusal> {
    let found = required(at.facts.gathering(gathering)?, "gathering", gathering)?;
    at.allow_at(Permission::ManageAccounts, &found, "clear this kiosk's history")?;
    let entries = kiosk_entries(at.facts, gathering, date)?;
    if entries.is_empty() {
        return Ok(Decision::default());
    }
    let numbers = entries.iter().map(|entry| entry.number).collect();
    Ok(Event::KioskCleared { gathering: gathering.clone(), date, numbers }.into())
}
