//! Decides `ReplaceVisitor`: somebody at the door turns out to be somebody else (church 8.15).

use std::sync::Arc;

use super::{
    add::{announce_visitors, markable, refresh_if_new},
    add_visitors::{check_visitors, enter, put_on_sheet},
    sheet_people,
};
use crate::{
    decide::{Decision, Situation},
    event::{Event, VisitorNews},
    facts::required,
    id::{GatheringId, PersonId},
    overlay::Draft,
    people::{Family, Newcomer, Person, PersonKind, check_newcomers, new_family},
    rejection::{Refusal, Rejection},
    time::Date,
};

pub(crate) fn replace_visitor(
    at: &Situation<'_>,
    gathering: &GatheringId,
    date: Date,
    id: &PersonId,
    people: &[Newcomer],
    kind: PersonKind,
    family_name: Option<&str>,
) -> Result<Decision, Refusal> {
    let found = markable(at, gathering)?;
    check_visitors(kind, family_name, None)?;
    let mut names = check_newcomers(people)?;
    let person = visitor(at, id)?;
    let before = sheet_people(at.facts, &found, date, at.now)?;
    let mut draft = Draft::new(at);
    let family = family_of(&mut draft, &person, kind, family_name, &names[0].1)?;
    // The person stays who it is, so that what was marked for it stays as well.
    let (first_name, last_name, child) = names.remove(0);
    let known = Person {
        first_name,
        last_name,
        child,
        kind,
        family: Some(family.id.clone()),
        updated_at: Some(at.now),
        version: person.version + 1,
        ..(*person).clone()
    };
    draft.push(Event::PersonChanged { person: Arc::new(known), created: false });
    let mut all = vec![id.clone()];
    for names in names {
        all.push(enter(&mut draft, names, kind, &family)?);
    }
    put_on_sheet(&mut draft, &found, date, &all)?;
    let named = Some((family.id.clone(), family.name.clone()));
    announce_visitors(&mut draft, gathering, date, VisitorNews::FamilyChanged, named)?;
    refresh_if_new(&mut draft, gathering, date, &before)?;
    Ok(draft.done())
}

/// The visitor of that id.
pub(super) fn visitor(at: &Situation<'_>, id: &PersonId) -> Result<Arc<Person>, Refusal> {
    let person = at.facts.person(id)?.filter(|person| person.kind.visits());
    Ok(person.ok_or_else(|| Rejection::not_found("visitor", id))?)
}

/// The visitor's family under its new name and kind; a new one if there was none.
fn family_of(
    draft: &mut Draft<'_>,
    person: &Person,
    kind: PersonKind,
    name: Option<&str>,
    last_name: &str,
) -> Result<Arc<Family>, Refusal> {
    let family = match &person.family {
        Some(id) => {
            let family = required(draft.at().facts.family(id)?, "family", id)?;
            let name = name.map_or_else(|| family.name.clone(), str::to_owned);
            Arc::new(Family { name, kind, ..(*family).clone() })
        }
        None => {
            let name = name.map_or_else(|| format!("{last_name} Family"), str::to_owned);
            new_family(&draft.at(), name, kind, None)?
        }
    };
    draft.push(Event::FamilyChanged(family.clone()));
    Ok(family)
}
