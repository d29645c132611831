//! Decides `AddToSheet`, `AddFamilyToSheet` and `AddRegulars`: people come onto a sheet.

use std::{collections::HashSet, sync::Arc};

use super::{
    MarkChange, MergeRule, Sheet, SheetPeople, Status, attended::family_attended, mark,
    mark::opened, sheet_people, snapshot::roster_row,
};
use crate::{
    decide::{Decision, Situation},
    event::{Event, VisitorNews},
    facts::required,
    id::{FamilyId, GatheringId, PersonId},
    overlay::Draft,
    people::{
        Gathering, Newcomer, Permission, PersonKind, check_newcomers, new_person, with_roster,
    },
    rejection::{Fault, Refusal, Rejection},
    time::Date,
};

pub(crate) fn add_to_sheet(
    at: &Situation<'_>,
    gathering: &GatheringId,
    date: Date,
    people: &[PersonId],
) -> Result<Decision, Refusal> {
    let found = markable(at, gathering)?;
    let mut draft = Draft::new(at);
    let mut visitors = Vec::new();
    for id in people {
        let person = required(at.facts.person(id)?, "person", id)?;
        if person.kind.visits() {
            visitors.push(id.clone());
        }
    }
    let before = sheet_people(at.facts, &found, date, at.now)?;
    add_present(&mut draft, &found, date, people, &visitors)?;
    refresh_if_new(&mut draft, gathering, date, &before)?;
    Ok(draft.done())
}

/// Puts visitors on the roster, for only there are they found again next time, and marks people.
fn add_present(
    draft: &mut Draft<'_>,
    gathering: &Gathering,
    date: Date,
    people: &[PersonId],
    visitors: &[PersonId],
) -> Result<(), Refusal> {
    with_roster(gathering, visitors, &[]).into_iter().for_each(|event| draft.push(event));
    let present = |person: &PersonId| MarkChange::of(person.clone(), Status::Present);
    let changes: Vec<_> = people.iter().map(present).collect();
    let marked = mark(&draft.at(), &gathering.id, date, &changes, MergeRule::Church)?;
    draft.extend(marked);
    Ok(())
}

pub(crate) fn add_family_to_sheet(
    at: &Situation<'_>,
    gathering: &GatheringId,
    date: Date,
    family: &FamilyId,
) -> Result<Decision, Refusal> {
    let found = markable(at, gathering)?;
    let family = at
        .facts
        .family(family)?
        .filter(|f| f.kind.visits())
        .ok_or_else(|| Rejection::not_found("visitor family", family))?;
    let active = at.facts.active_people_of_family(&family.id)?;
    let people: Vec<_> = active.iter().map(|person| person.id.clone()).collect();
    let before = sheet_people(at.facts, &found, date, at.now)?;
    let mut draft = Draft::new(at);
    add_present(&mut draft, &found, date, &people, &people)?;
    family_attended(&family, date).into_iter().for_each(|event| draft.push(event));
    let named = Some((family.id.clone(), family.name.clone()));
    announce_visitors(&mut draft, gathering, date, VisitorNews::FamilyAdded, named)?;
    refresh_if_new(&mut draft, gathering, date, &before)?;
    Ok(draft.done())
}

pub(crate) fn add_regulars(
    at: &Situation<'_>,
    gathering: &GatheringId,
    date: Date,
    people: &[Newcomer],
) -> Result<Decision, Refusal> {
    let found = markable(at, gathering)?;
    let names = check_newcomers(people)?;
    let before = sheet_people(at.facts, &found, date, at.now)?;
    let mut draft = Draft::new(at);
    let mut added = Vec::new();
    for names in names {
        let person = new_person(&draft.at(), names, PersonKind::Regular, None)?;
        added.push(person.id.clone());
        draft.push(Event::PersonChanged { person, created: true });
    }
    with_roster(&found, &added, &[]).into_iter().for_each(|event| draft.push(event));
    // A sheet that has taken its roster would otherwise not show them once its day is over.
    if let Some(sheet) = before.sheet.as_ref().filter(|sheet| sheet.roster_taken) {
        let row = |id: &PersonId| Arc::new(roster_row(at, id.clone(), PersonKind::Regular));
        let marks = added.iter().map(row).collect();
        draft.push(Event::RosterTaken { sheet: sheet.clone(), marks });
    }
    refresh_if_new(&mut draft, gathering, date, &before)?;
    Ok(draft.done())
}

/// The gathering, if the hand may mark its sheets.
pub(super) fn markable(
    at: &Situation<'_>,
    gathering: &GatheringId,
) -> Result<Arc<Gathering>, Refusal> {
    let found = required(at.facts.gathering(gathering)?, "gathering", gathering)?;
    at.allow_at(Permission::MarkSheets, &found, "mark this sheet")?;
    Ok(found)
}

/// The sheet as it is, or its first row.
pub(super) fn sheet_of(
    at: &Situation<'_>,
    gathering: &Gathering,
    date: Date,
) -> Result<Sheet, Fault> {
    if let Some(sheet) = at.facts.sheet(&gathering.id, date)? {
        return Ok((*sheet).clone());
    }
    let opened = opened(at, gathering, date)?;
    opened.ok_or_else(|| Fault("a sheet vanished within one transaction".into()))
}

fn people_after(
    draft: &Draft<'_>,
    gathering: &GatheringId,
    date: Date,
) -> Result<SheetPeople, Refusal> {
    let at = draft.at();
    let found = required(at.facts.gathering(gathering)?, "gathering", gathering)?;
    Ok(sheet_people(at.facts, &found, date, at.now)?)
}

/// Tells of all visitors as they are after the command, before anybody's mark is told.
pub(super) fn announce_visitors(
    draft: &mut Draft<'_>,
    gathering: &GatheringId,
    date: Date,
    news: VisitorNews,
    family: Option<(FamilyId, String)>,
) -> Result<(), Refusal> {
    let visitors = people_after(draft, gathering, date)?.visitors;
    let gathering = gathering.clone();
    draft.announce(Event::VisitorsListed { gathering, date, news, family, visitors });
    Ok(())
}

/// Tells everybody's list anew if somebody is on the sheet who was not (church 8.18).
pub(super) fn refresh_if_new(
    draft: &mut Draft<'_>,
    gathering: &GatheringId,
    date: Date,
    before: &SheetPeople,
) -> Result<(), Refusal> {
    let after = people_after(draft, gathering, date)?;
    let known: HashSet<_> = ids(before).collect();
    if ids(&after).any(|person| !known.contains(person)) {
        let SheetPeople { regulars, visitors, .. } = after;
        let gathering = gathering.clone();
        draft.push(Event::PeopleListed { gathering, date, regulars, visitors });
    }
    Ok(())
}

fn ids(people: &SheetPeople) -> impl Iterator<Item = &PersonId> {
    people.regulars.iter().chain(&people.visitors).map(|entry| &entry.person)
}
