//! Decides `ChangeFamily`: a family's own properties, and its people's kind with it (church 8.21).

use std::sync::Arc;

use super::{Family, Permission, Person, PersonKind, add_family::check_family};
use crate::{
    decide::{Decision, Situation},
    event::Event,
    facts::required,
    id::FamilyId,
    rejection::Refusal,
};

pub(crate) fn change_family(
    at: &Situation<'_>,
    id: &FamilyId,
    name: Option<&str>,
    kind: Option<PersonKind>,
    notes: Option<&str>,
) -> Result<Decision, Refusal> {
    at.allow(Permission::ChangePeople, "change a family")?;
    check_family(name, notes)?;
    let current = required(at.facts.family(id)?, "family", id)?;
    let next = Family {
        name: name.map_or_else(|| current.name.clone(), |name| name.trim().to_owned()),
        kind: kind.unwrap_or(current.kind),
        notes: notes.map(str::to_owned).or_else(|| current.notes.clone()),
        ..(*current).clone()
    };
    let mut decision = Decision::default();
    if next != *current {
        decision.events.push(Event::FamilyChanged(Arc::new(next)));
    }
    if let Some(kind) = kind {
        decision.events.extend(turned(at, id, kind)?);
    }
    Ok(decision)
}

fn turned(at: &Situation<'_>, family: &FamilyId, kind: PersonKind) -> Result<Vec<Event>, Refusal> {
    let people = at.facts.active_people_of_family(family)?;
    let turned = people.iter().filter(|person| person.kind != kind).map(|p| {
        let updated_at = Some(at.now);
        let person = Person { kind, updated_at, version: p.version + 1, ..(**p).clone() };
        Event::PersonChanged { person: Arc::new(person), created: false }
    });
    Ok(turned.collect())
}
