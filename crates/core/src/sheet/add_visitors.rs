//! Decides `AddVisitors`: visitors come onto a sheet and the roster, not marked yet (church 8.14).

use std::sync::Arc;

use super::{
    Sheet,
    add::{announce_visitors, markable, refresh_if_new, sheet_of},
    sheet_people,
};
use crate::{
    decide::{Decision, Situation},
    event::{Event, VisitorNews},
    facts::required,
    id::{FamilyId, GatheringId, PersonId},
    limits,
    overlay::Draft,
    people::{
        Family, Gathering, Newcomer, Person, PersonKind, PersonStatus, check_newcomers, new_family,
        new_person, with_roster,
    },
    rejection::{Fault, Refusal, Rejection},
    time::Date,
};

#[expect(clippy::too_many_arguments, reason = "the fields of one command")]
pub(crate) fn add_visitors(
    at: &Situation<'_>,
    gathering: &GatheringId,
    date: Date,
    people: &[Newcomer],
    kind: PersonKind,
    family_name: Option<&str>,
    notes: Option<&str>,
    family: Option<&FamilyId>,
) -> Result<Decision, Refusal> {
    let found = markable(at, gathering)?;
    check_visitors(kind, family_name, notes)?;
    let names = check_newcomers(people)?;
    let before = sheet_people(at.facts, &found, date, at.now)?;
    let mut draft = Draft::new(at);
    let known = known_visitors(at, people)?;
    let family = match (family, known.iter().flatten().find_map(|p| p.family.clone())) {
        (Some(id), _) => required(at.facts.family(id)?, "family", id)?,
        (None, Some(id)) => required(at.facts.family(&id)?, "family", &id)?,
        (None, None) => {
            let name = family_name.map_or_else(|| format!("{} Family", names[0].1), str::to_owned);
            let family = new_family(at, name, kind, notes.map(str::to_owned))?;
            draft.push(Event::FamilyChanged(family.clone()));
            family
        }
    };
    let mut added = Vec::new();
    for (known, names) in known.into_iter().zip(names) {
        added.push(match known {
            Some(person) => person.id.clone(),
            None => enter(&mut draft, names, kind, &family)?,
        });
    }
    put_on_sheet(&mut draft, &found, date, &added)?;
    let named = Some((family.id.clone(), family.name.clone()));
    announce_visitors(&mut draft, gathering, date, VisitorNews::FamilyAdded, named)?;
    refresh_if_new(&mut draft, gathering, date, &before)?;
    Ok(draft.done())
}

/// Refuses what no visitor can be.
pub(super) fn check_visitors(
    kind: PersonKind,
    family_name: Option<&str>,
    notes: Option<&str>,
) -> Result<(), Rejection> {
    if !kind.visits() {
        return Err(Rejection::invalid("kind", "must be one of a visitor"));
    }
    if family_name.is_some_and(|name| name.chars().count() > limits::NAME_CHARS_MAX) {
        return Err(Rejection::invalid("family_name", "is longer than 200 characters"));
    }
    if notes.is_some_and(|notes| notes.chars().count() > limits::NOTE_CHARS_MAX) {
        return Err(Rejection::invalid("notes", "is longer than 5000 characters"));
    }
    Ok(())
}

/// For each newcomer the visitor of the same name, if there is one.
fn known_visitors(
    at: &Situation<'_>,
    people: &[Newcomer],
) -> Result<Vec<Option<Arc<Person>>>, Fault> {
    let known = at.facts.people()?;
    let same = |newcomer: &Newcomer, person: &Person| {
        let (first, last) = newcomer.names(0);
        newcomer.is_named()
            && person.kind.visits()
            && person.status == PersonStatus::Active
            && person.first_name.to_lowercase() == first.to_lowercase()
            && person.last_name.to_lowercase() == last.to_lowercase()
    };
    let find = |newcomer| known.iter().find(|person| same(newcomer, person)).cloned();
    Ok(people.iter().map(find).collect())
}

/// Enters one visitor.
pub(super) fn enter(
    draft: &mut Draft<'_>,
    names: (String, String, bool),
    kind: PersonKind,
    family: &Family,
) -> Result<PersonId, Fault> {
    let person = new_person(&draft.at(), names, kind, Some(family.id.clone()))?;
    let id = person.id.clone();
    draft.push(Event::PersonChanged { person, created: true });
    Ok(id)
}

/// Puts people on the roster and on the sheet, without a mark.
pub(super) fn put_on_sheet(
    draft: &mut Draft<'_>,
    gathering: &Gathering,
    date: Date,
    people: &[PersonId],
) -> Result<(), Fault> {
    with_roster(gathering, people, &[]).into_iter().for_each(|event| draft.push(event));
    let sheet = sheet_of(&draft.at(), gathering, date)?;
    let mut added = sheet.added.clone();
    added.extend(people.iter().filter(|person| !sheet.added.contains(person)).cloned());
    draft.push(Event::SheetChanged(Arc::new(Sheet { added, ..sheet })));
    Ok(())
}
