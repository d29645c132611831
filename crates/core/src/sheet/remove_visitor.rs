//! Decides `RemoveVisitor`: a visitor goes off a sheet and the roster (church 8.16).

use std::sync::Arc;

use super::{
    MarkChange, MergeRule, Sheet, Status,
    add::{announce_visitors, markable},
    mark,
    replace_visitor::visitor,
};
use crate::{
    decide::{Decision, Situation},
    event::{Event, VisitorNews},
    facts::required,
    id::{GatheringId, PersonId},
    overlay::Draft,
    people::{Person, with_roster},
    rejection::{Fault, Refusal},
    time::Date,
};

pub(crate) fn remove_visitor(
    at: &Situation<'_>,
    gathering: &GatheringId,
    date: Date,
    person: &PersonId,
    whole_family: bool,
) -> Result<Decision, Refusal> {
    let found = markable(at, gathering)?;
    let sheet = required(at.facts.sheet(gathering, date)?, "sheet", &date)?;
    let person = visitor(at, person)?;
    let gone = leaving(at, &person, whole_family)?;
    let mut draft = Draft::new(at);
    let off: Vec<_> = gone.iter().collect();
    with_roster(&found, &[], &off).into_iter().for_each(|event| draft.push(event));
    let mut left = (*sheet).clone();
    left.added.retain(|person| !gone.contains(person));
    if left != *sheet {
        draft.push(Event::SheetChanged(Arc::new(Sheet { ..left })));
    }
    let mut changes = Vec::new();
    for person in gone {
        let there = at.facts.mark(gathering, date, &person)?;
        if there.is_some_and(|mark| mark.status.attends()) {
            changes.push(MarkChange::of(person, Status::Absent));
        }
    }
    let marked = mark(&draft.at(), gathering, date, &changes, MergeRule::Church)?;
    draft.extend(marked);
    announce_visitors(&mut draft, gathering, date, VisitorNews::Removed, None)?;
    Ok(draft.done())
}

/// The visitor, with all visitors of the family if they go together.
fn leaving(at: &Situation<'_>, person: &Person, whole: bool) -> Result<Vec<PersonId>, Fault> {
    let mut gone = vec![person.id.clone()];
    if let (true, Some(family)) = (whole, &person.family) {
        let mut others = at.facts.people_of_family(family)?;
        others.retain(|other| other.kind.visits() && other.id != person.id);
        gone.extend(others.iter().map(|other| other.id.clone()));
    }
    Ok(gone)
}
