//! The latest date on which somebody was there: it only ever grows (church 7.9).

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    decide::Situation,
    event::{Event, Marked},
    people::{Family, Person},
    rejection::Fault,
    time::Date,
};

/// Tells of everybody who was never there on a later date than this.
pub(super) fn attended(
    at: &Situation<'_>,
    date: Date,
    applied: &[Marked],
) -> Result<Option<Event>, Fault> {
    let mut people = BTreeMap::new();
    for marked in applied.iter().filter(|m| m.mark.status.attends()) {
        if let Some(person) = at.facts.person(&marked.mark.person)?
            && person.last_attended < Some(date)
        {
            let later = Person { last_attended: Some(date), ..(*person).clone() };
            people.insert(later.id.clone(), Arc::new(later));
        }
    }
    let people: Vec<_> = people.into_values().collect();
    Ok((!people.is_empty()).then_some(Event::Attended { people, families: Vec::new() }))
}

/// Tells that a family was put on a sheet of that date, if never on a later one.
pub(super) fn family_attended(family: &Family, date: Date) -> Option<Event> {
    let later = || Arc::new(Family { last_attended: Some(date), ..family.clone() });
    (family.last_attended < Some(date))
        .then(|| Event::Attended { people: Vec::new(), families: vec![later()] })
}
