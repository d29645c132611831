//! What the desk's room holds: who is in, who came today, and the statistics.

use std::{collections::HashMap, sync::Arc};

use rollcall_core::{
    desk::{self, Stats, Tally, Visit},
    facts::Facts,
    id::{PersonId, VisitId},
    people::{Account, Permission, PersonCard},
    rejection::Fault,
    time::{Timestamp, Zone},
};
use serde::Serialize;

/// Visits of today that are shown: what fits a screen with some scrolling.
const RECENT_MAX: usize = 100;

/// Visits of one person that are looked through for today's: nobody comes more often.
const OWN_MAX: usize = 20;

/// Visits of one day that are counted: beyond what a desk can do.
const TODAY_MAX: usize = 1_000_000;

/// The desk as one account may see it.
#[derive(Serialize)]
pub(super) struct Desk {
    /// Only for those who see the whole desk.
    #[serde(skip_serializing_if = "Option::is_none")]
    stats: Option<Stats>,
    open: Vec<Shown>,
    recent: Vec<Shown>,
}

/// A visit as the desk's events carry it.
#[derive(Serialize)]
struct Shown {
    visit: Arc<Visit>,
    person: Option<PersonCard>,
}

pub(super) fn look(facts: &dyn Facts, account: &Account, now: Timestamp) -> Result<Desk, Fault> {
    let zone = facts.zone()?;
    let start = zone.start_of(zone.date_of(now));
    if !account.may(Permission::ReadDesk) {
        return own(facts, account, start);
    }
    let open = facts.open_visits()?;
    let today = facts.visits_since(start, TODAY_MAX)?;
    let mut cards = Cards { facts, seen: HashMap::new() };
    let recent = today.iter().take(RECENT_MAX);
    Ok(Desk {
        stats: Some(stats(zone, now, &open, &today)),
        recent: recent.map(|visit| cards.show(visit)).collect::<Result<_, _>>()?,
        open: open.iter().map(|visit| cards.show(visit)).collect::<Result<_, _>>()?,
    })
}

/// What somebody without the desk's permission sees: the own visits.
fn own(facts: &dyn Facts, account: &Account, start: Timestamp) -> Result<Desk, Fault> {
    let Some(person) = &account.person else {
        return Ok(Desk { stats: None, open: Vec::new(), recent: Vec::new() });
    };
    let visits = facts.visits_of(person, OWN_MAX)?;
    let mut cards = Cards { facts, seen: HashMap::new() };
    let mut shown = |wanted: &dyn Fn(&Visit) -> bool| {
        let wanted = visits.iter().filter(|visit| wanted(visit));
        wanted.map(|visit| cards.show(visit)).collect::<Result<Vec<_>, _>>()
    };
    let open = shown(&|visit| visit.check_out.is_none())?;
    let recent = shown(&|visit| visit.check_in >= start)?;
    Ok(Desk { stats: None, open, recent })
}

/// All open visits and all of today, each counted once.
fn stats(zone: Zone, now: Timestamp, open: &[Arc<Visit>], today: &[Arc<Visit>]) -> Stats {
    let mut each: HashMap<&VisitId, &Visit> = HashMap::with_capacity(open.len() + today.len());
    each.extend(open.iter().chain(today).map(|visit| (&visit.id, &**visit)));
    Tally::recount(zone, now, each.into_values()).stats()
}

/// Reads each person once.
struct Cards<'a> {
    facts: &'a dyn Facts,
    seen: HashMap<PersonId, Option<PersonCard>>,
}

impl Cards<'_> {
    fn show(&mut self, visit: &Arc<Visit>) -> Result<Shown, Fault> {
        if !self.seen.contains_key(&visit.person) {
            let card = desk::card_of(self.facts, &visit.person)?;
            self.seen.insert(visit.person.clone(), card);
        }
        let person = self.seen.get(&visit.person).cloned().flatten();
        Ok(Shown { visit: visit.clone(), person })
    }
}
