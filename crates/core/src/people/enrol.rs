//! Decides `Enrol`: who is on a gathering's roster.

use std::sync::Arc;

use super::{Gathering, Permission};
use crate::{
    decide::{Decision, Situation},
    event::Event,
    facts::required,
    id::{GatheringId, PersonId},
    rejection::Refusal,
};

pub(crate) fn enrol(
    at: &Situation<'_>,
    gathering: &GatheringId,
    person: &PersonId,
    expected: bool,
) -> Result<Decision, Refusal> {
    let found = required(at.facts.gathering(gathering)?, "gathering", gathering)?;
    at.allow_at(Permission::ChangePeople, &found, "change this roster")?;
    required(at.facts.person(person)?, "person", person)?;
    let (on, off) = if expected { (vec![person.clone()], vec![]) } else { (vec![], vec![person]) };
    Ok(with_roster(&found, &on, &off).map(Decision::from).unwrap_or_default())
}

/// The gathering with some people on its roster and some off it; `None` if it is so already.
pub(crate) fn with_roster(
    gathering: &Gathering,
    on: &[PersonId],
    off: &[&PersonId],
) -> Option<Event> {
    let mut roster = gathering.roster.clone();
    roster.retain(|person| !off.contains(&person));
    for person in on {
        if !roster.contains(person) {
            roster.push(person.clone());
        }
    }
    let changed = roster != gathering.roster;
    changed.then(|| Event::GatheringChanged(Arc::new(Gathering { roster, ..gathering.clone() })))
}
