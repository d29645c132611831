//! Decides `AddFamily`: a family and its people at once (church 8.21).

use super::{Newcomer, Permission, PersonKind, check_newcomers, new_family, new_person};
use crate::{
    decide::{Decision, Situation},
    event::Event,
    limits,
    overlay::Draft,
    rejection::{Refusal, Rejection},
};

pub(crate) fn add_family(
    at: &Situation<'_>,
    name: &str,
    kind: PersonKind,
    notes: Option<&str>,
    people: &[Newcomer],
) -> Result<Decision, Refusal> {
    // Whoever stands at the door enters visitors: marking is enough of a right.
    at.allow(Permission::MarkSheets, "enter a family")?;
    check_family(Some(name), notes)?;
    let names = check_newcomers(people)?;
    let mut draft = Draft::new(at);
    let family = new_family(at, name.trim().to_owned(), kind, notes.map(str::to_owned))?;
    draft.push(Event::FamilyChanged(family.clone()));
    for names in names {
        let person = new_person(&draft.at(), names, kind, Some(family.id.clone()))?;
        draft.push(Event::PersonChanged { person, created: true });
    }
    Ok(draft.done())
}

/// Refuses a family's name or notes that cannot be.
pub(super) fn check_family(name: Option<&str>, notes: Option<&str>) -> Result<(), Rejection> {
    if name.is_some_and(|name| name.trim().is_empty()) {
        return Err(Rejection::invalid("name", "must not be empty"));
    }
    if name.is_some_and(|name| name.chars().count() > limits::NAME_CHARS_MAX) {
        return Err(Rejection::invalid("name", "is longer than 200 characters"));
    }
    if notes.is_some_and(|notes| notes.chars().count() > limits::NOTE_CHARS_MAX) {
        return Err(Rejection::invalid("notes", "is longer than 5000 characters"));
    }
    Ok(())
}
