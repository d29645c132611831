//! Decides `CheckIn` and `CheckOut` (gym section 7).

use std::sync::Arc;

use super::{Claim, PersonRef, Visit, in_any_case};
use crate::{
    decide::{Decision, Situation},
    event::Event,
    facts::required,
    id::{PersonId, VisitId},
    limits,
    people::{EntryPolicy, Permission, Person, PersonStatus, Tenant},
    rejection::{Fault, Refusal, Rejection},
    text,
    time::Timestamp,
};

/// What a visit's place is called when nobody named it (gym G7.9).
const NO_LOCATION: &str = "Unknown";

pub(crate) fn check_in(
    at: &Situation<'_>,
    person: &PersonRef,
    location: Option<&str>,
    notes: Option<&str>,
    claim: Option<Claim>,
) -> Result<Decision, Refusal> {
    at.allow(Permission::WorkDesk, "check people in")?;
    let tenant = required(at.facts.tenant()?, "tenant", &"")?;
    let location = location_of(&tenant, location)?;
    let notes = notes_of(notes)?;
    let person = who(at, person)?;
    if let Some(visit) = at.facts.open_visit(&person.id)? {
        let visit = Box::new((*visit).clone());
        let person = Box::new(person.card());
        return Err(Rejection::AlreadyCheckedIn { visit, person }.into());
    }
    let warning = entry(&tenant, &person, at.now)?;
    let previous = last_step(at, &person.id)?;
    let visit = Visit {
        id: VisitId::new(at.fresh),
        person: person.id.clone(),
        check_in: plausible(claim, previous, at.now),
        check_out: None,
        location,
        notes,
        by: at.by.account().cloned(),
        claimed_at: claim.map(|c| c.at),
    };
    Ok(Event::CheckedIn { visit, person: person.card(), warning }.into())
}

pub(crate) fn check_out(
    at: &Situation<'_>,
    id: &VisitId,
    notes: Option<&str>,
    claim: Option<Claim>,
) -> Result<Decision, Refusal> {
    at.allow(Permission::WorkDesk, "check people out")?;
    let notes = notes_of(notes)?;
    let Some(visit) = in_any_case(id.as_str(), |id| at.facts.visit(&VisitId::new(id)))? else {
        return Err(Rejection::NotCheckedIn { visit: None }.into());
    };
    if visit.check_out.is_some() {
        let visit = Some(Box::new((*visit).clone()));
        return Err(Rejection::NotCheckedIn { visit }.into());
    }
    let person = required(at.facts.person(&visit.person)?, "person", &visit.person)?;
    let check_out = plausible(claim, Some(visit.check_in), at.now).max(visit.check_in);
    let visit = Visit {
        check_out: Some(check_out),
        notes: appended(&visit.notes, &notes),
        claimed_at: claim.map(|c| c.at).or(visit.claimed_at),
        ..(*visit).clone()
    };
    Ok(Event::CheckedOut { visit, person: person.card() }.into())
}

fn who(at: &Situation<'_>, person: &PersonRef) -> Result<Arc<Person>, Refusal> {
    Ok(required(person.find(at.facts)?, "person", &person.as_str())?)
}

fn location_of(tenant: &Tenant, location: Option<&str>) -> Result<String, Rejection> {
    let location = text::line(location.unwrap_or_default());
    if location.chars().count() > limits::LOCATION_CHARS_MAX {
        return Err(Rejection::invalid("location", "must be at most 100 characters"));
    }
    if location.is_empty() {
        return Ok(NO_LOCATION.into());
    }
    let open = &tenant.settings.gym.locations;
    if !open.is_empty() && !open.contains(&location) {
        let why = format!("must be one of: {}", open.join(", "));
        return Err(Rejection::invalid("location", why));
    }
    Ok(location)
}

fn notes_of(notes: Option<&str>) -> Result<String, Rejection> {
    let notes = text::lines(notes.unwrap_or_default());
    if notes.chars().count() > limits::VISIT_NOTE_CHARS_MAX {
        return Err(Rejection::invalid("notes", "must be at most 2000 characters"));
    }
    Ok(notes)
}

/// Notes of a check-out never replace those of the check-in (gym G7.10).
fn appended(before: &str, notes: &str) -> String {
    match (before, notes) {
        (_, "") => before.to_owned(),
        ("", _) => format!("Check-out: {notes}"),
        _ => format!("{before}\nCheck-out: {notes}"),
    }
}

/// The entry policy's word on a person: a warning, or a refusal (gym G7.3).
fn entry(tenant: &Tenant, person: &Person, now: Timestamp) -> Result<Option<String>, Rejection> {
    let today = tenant.time_zone.date_of(now);
    let lapsed = person.membership.as_ref().is_some_and(|m| !m.counts_on(today));
    let name = person.full_name();
    let why = if person.status != PersonStatus::Active {
        format!("{name} is not an active member")
    } else if lapsed {
        format!("{name}'s membership has expired")
    } else {
        return Ok(None);
    };
    match tenant.settings.gym.entry_policy {
        EntryPolicy::Allow => Ok(None),
        EntryPolicy::Warn => Ok(Some(why)),
        EntryPolicy::Refuse => Err(Rejection::Membership { person: person.id.clone(), why }),
    }
}

/// When the person last came or went.
fn last_step(at: &Situation<'_>, person: &PersonId) -> Result<Option<Timestamp>, Fault> {
    let last = at.facts.visits_of(person, 1)?;
    Ok(last.first().map(|visit| visit.check_out.unwrap_or(visit.check_in)))
}

/// The claimed time if the step waited offline and the time can be true, else now (gym G7.11).
fn plausible(claim: Option<Claim>, previous: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let oldest = now.plus_ms(-limits::QUEUED_HOURS_MAX * 3_600_000);
    claim
        .filter(|c| c.queued && c.at <= now && c.at >= oldest)
        .map(|c| c.at)
        .filter(|at| previous.is_none_or(|before| *at >= before))
        .unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{facts::Row, overlay::Overlay};

    #[test]
    fn g3_4_a_code_is_a_number_else_an_id_in_any_letter_case() {
        let person = |(id, number): (&str, &str)| {
            let number = Some(number.into());
            Row::Person(Arc::new(Person { id: id.into(), number, ..Person::default() }))
        };
        let rows = [("ab-1", "GYM1"), ("2", "3"), ("3", "2"), ("CD-2", "GYM2")].map(person).into();
        let mut members = Overlay::default();
        members.apply(&Event::Imported { rows });
        for (code, id) in [
            ("GYM1", Some("ab-1")),
            ("AB-1", Some("ab-1")),
            ("2", Some("3")),
            ("4", None),
            ("CD-2", Some("CD-2")),
            ("cd-2", Some("CD-2")),
        ] {
            let found = PersonRef::Code(code.into()).find(&members).unwrap();
            assert_eq!(found.as_ref().map(|p| p.id.as_str()), id, "{code}");
        }
    }
}
