//! What a sheet's room holds: the gathering, who is expected, the marks and the headcounts.

use std::{collections::HashMap, sync::Arc};

use rollcall_core::{
    event::Marked,
    facts::Facts,
    id::{GatheringId, PersonId},
    people::{Gathering, GatheringKind, Person, PersonKind, PersonStatus},
    rejection::Fault,
    sheet::{Headcount, Mark, Sheet as Kept},
    time::Date,
};
use serde::Serialize;

/// A gathering on a date, whether or not anything was written yet.
#[derive(Serialize)]
pub(super) struct Sheet {
    gathering: Brief,
    sheet: Option<Arc<Kept>>,
    roster: Vec<Expected>,
    marks: Vec<Marked>,
    headcounts: Vec<Arc<Headcount>>,
}

#[derive(Serialize)]
struct Brief {
    id: GatheringId,
    name: String,
    kind: GatheringKind,
}

#[derive(Serialize)]
struct Expected {
    id: PersonId,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    kind: PersonKind,
}

pub(super) fn look(facts: &dyn Facts, gathering: &Gathering, date: Date) -> Result<Sheet, Fault> {
    let roster = roster(facts, gathering)?;
    let known: HashMap<&PersonId, &Person> = roster.iter().map(|p| (&p.id, &**p)).collect();
    let mut marks = Vec::new();
    for mark in facts.marks(&gathering.id, date)? {
        marks.push(match known.get(&mark.person) {
            Some(person) => marked(mark, Some(person)),
            None => {
                let person = facts.person(&mark.person)?;
                marked(mark, person.as_deref())
            }
        });
    }
    Ok(Sheet {
        gathering: Brief {
            id: gathering.id.clone(),
            name: gathering.name.clone(),
            kind: gathering.kind,
        },
        sheet: facts.sheet(&gathering.id, date)?,
        marks,
        headcounts: facts.headcounts(&gathering.id, date)?,
        roster: roster.iter().map(|person| expected(person)).collect(),
    })
}

/// The gathering's own roster, or the active people of its group.
fn roster(facts: &dyn Facts, gathering: &Gathering) -> Result<Vec<Arc<Person>>, Fault> {
    if !gathering.roster.is_empty() {
        let people = gathering.roster.iter().filter_map(|id| facts.person(id).transpose());
        return people.collect();
    }
    let Some(group) = &gathering.group else {
        return Ok(Vec::new());
    };
    let mut people = facts.people_of_group(group)?;
    people.retain(|person| person.status == PersonStatus::Active);
    Ok(people)
}

fn expected(person: &Person) -> Expected {
    Expected {
        id: person.id.clone(),
        name: person.full_name(),
        number: person.number.clone(),
        kind: person.kind,
    }
}

/// As the `marked` event carries it, so that a client has one way to show a mark.
fn marked(mark: Arc<Mark>, person: Option<&Person>) -> Marked {
    Marked {
        mark,
        name: person.map(Person::full_name).unwrap_or_default(),
        number: person.and_then(|p| p.number.clone()),
        replaced: None,
    }
}
