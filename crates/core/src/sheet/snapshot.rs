//! The roster of the day, written onto a sheet with its first present mark (church 7.7), so that
//! later changes of the roster leave the past as it was.

use std::{collections::HashSet, sync::Arc};

use super::{Mark, Sheet, Status, mark::opened, roster::expected};
use crate::{
    decide::Situation,
    event::{Event, Marked},
    id::PersonId,
    people::{Gathering, GatheringKind, PersonKind},
    rejection::Fault,
    time::Date,
};

/// What happens to the sheet itself when `applied` is written on it: it comes into being, or
/// takes its roster, or nothing.
pub(super) fn sheet_event(
    at: &Situation<'_>,
    gathering: &Gathering,
    date: Date,
    applied: &[Marked],
) -> Result<Option<Event>, Fault> {
    let opened = opened(at, gathering, date)?.map(Arc::new);
    let Some(sheet) = opened.clone().or(at.facts.sheet(&gathering.id, date)?) else {
        return Ok(None);
    };
    let due = !sheet.roster_taken
        && gathering.kind == GatheringKind::Standard
        && date <= at.facts.zone()?.date_of(at.now)
        && applied.iter().any(|m| m.mark.status.attends());
    if !due {
        return Ok(opened.map(Event::SheetChanged));
    }
    let written = applied.iter().map(|m| m.mark.person.clone());
    let marks = absent(at, gathering, date, written.collect())?;
    let sheet = Arc::new(Sheet { roster_taken: true, ..(*sheet).clone() });
    Ok(Some(Event::RosterTaken { sheet, marks }))
}

/// Absent rows for everybody who is expected and has no row yet.
fn absent(
    at: &Situation<'_>,
    gathering: &Gathering,
    date: Date,
    mut written: HashSet<PersonId>,
) -> Result<Vec<Arc<Mark>>, Fault> {
    written.extend(at.facts.marks(&gathering.id, date)?.iter().map(|mark| mark.person.clone()));
    let missing = expected(at.facts, gathering)?.into_iter().filter(|p| !written.contains(&p.id));
    Ok(missing.map(|person| Arc::new(roster_row(at, person.id.clone(), person.kind))).collect())
}

/// A row that no hand has written (church 7.3e).
pub(super) fn roster_row(at: &Situation<'_>, person: PersonId, kind: PersonKind) -> Mark {
    Mark {
        person,
        status: Status::Absent,
        check_in: None,
        check_out: None,
        note: None,
        override_reason: None,
        kind,
        by: None,
        at: at.now,
        marked_at: None,
        from_roster: true,
        version: 1,
        recent: Vec::new(),
    }
}
