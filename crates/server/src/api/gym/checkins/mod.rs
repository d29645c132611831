//! `/api/checkins/`: visits at the desk, and the addresses that older clients know them by
//! (G8.8 to G8.11).

mod check_out;
mod create;
mod history;
mod list;
mod mine;
mod read;
mod recent;
mod selection;
mod stats;

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use axum::{
    Router,
    routing::{get, post},
};
use rollcall_core::{
    decide::Answer as Kept,
    desk::{self, Stats, Visit},
    event::Event,
    facts::Facts,
    id::PersonId,
    people::{Person, PersonCard},
    rejection::Fault,
    time::Timestamp,
};
use rollcall_wire::gym::shape::{self, VisitShape};

use super::{
    answer::{Answer, answer},
    refused::Refused,
};
use crate::{api::Api, control};

/// Visits of an answer that has no pages: a year of a small gym.
pub(super) const BARE_VISITS_MAX: usize = 10_000;

pub(super) fn router() -> Router<Api> {
    Router::new()
        .route("/", get(list::list).post(create::create))
        .route("/history", get(history::history))
        .route("/my_checkins", get(mine::list))
        .route("/recent", get(recent::list))
        .route("/stats", get(stats::show))
        .route("/{id}", get(read::read))
        .route("/{id}/checkout", post(check_out::check_out))
}

/// The same under the name that some generations use (G8.11); its list has pages.
pub(super) fn alias_router() -> Router<Api> {
    Router::new()
        .route("/", get(history::history).post(create::create))
        .route("/history", get(history::history))
        .route("/stats", get(stats::show))
        .route("/{id}", get(read::read))
        .route("/{id}/check-out", post(check_out::check_out))
}

/// A visit with the person it is of.
pub(super) struct Shown {
    visit: Arc<Visit>,
    person: Arc<PersonCard>,
}

/// Visits with their persons, each person looked up once.
pub(super) fn shown(facts: &dyn Facts, visits: Vec<Arc<Visit>>) -> Result<Vec<Shown>, Fault> {
    let mut people = HashMap::<PersonId, Arc<PersonCard>>::new();
    let mut shown = Vec::with_capacity(visits.len());
    for visit in visits {
        let person = match people.entry(visit.person.clone()) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(free) => free.insert(Arc::new(card(facts, &visit.person)?)).clone(),
        };
        shown.push(Shown { visit, person });
    }
    Ok(shown)
}

/// What a visit shows of a person; the id alone of one who was removed without leaving a name.
fn card(facts: &dyn Facts, id: &PersonId) -> Result<PersonCard, Fault> {
    let nameless = || Person { id: id.clone(), ..Person::default() }.card();
    Ok(desk::card_of(facts, id)?.unwrap_or_else(nameless))
}

pub(super) fn shapes(shown: &[Shown], now: Timestamp) -> Vec<VisitShape<'_>> {
    shown.iter().map(|each| shape::visit(&each.visit, &each.person, now)).collect()
}

/// The desk's statistics: the one function behind every screen (G7.16).
pub(super) fn desk_stats(facts: &dyn Facts, now: Timestamp) -> Result<Stats, Fault> {
    Ok(control::tally(facts, facts.zone()?, now)?.stats())
}

/// The answer to a kept check-in or check-out.
fn done(status: axum::http::StatusCode, kept: &Kept, now: Timestamp) -> Answer {
    let shape = kept.events.iter().find_map(|committed| match &committed.event {
        Event::CheckedIn { visit, person, warning } => {
            Some(shape::visit(visit, person, now).warned(warning.as_deref()))
        }
        Event::CheckedOut { visit, person } => Some(shape::visit(visit, person, now)),
        _ => None,
    });
    let no_event = || Fault("a step at the desk left no event".into());
    Ok(answer(status, &shape.ok_or_else(|| Refused::from(no_event()))?))
}
