//! `/api/members/`: the people of a gym (G8.5 to G8.7).

mod checkins;
mod create;
mod id_card;
mod list;
mod payments;
pub(super) mod photo;
mod read;
mod remove;
mod search;
mod update;
mod written;

use std::sync::Arc;

use axum::{Router, routing::get};
use rollcall_core::{
    decide::Answer as Kept, desk::in_any_case, event::Event, facts::Facts, id::PersonId,
    people::Person, rejection::Fault, time::Timestamp,
};
use rollcall_wire::gym::shape::{self, MemberItem};

use super::{caller::Caller, refused::Refused};
use crate::api::Api;

pub(super) fn router() -> Router<Api> {
    Router::new()
        .route("/", get(list::list).post(create::create))
        .route("/search", get(search::search))
        .route(
            "/{id}",
            get(read::read).put(update::update).patch(update::update).delete(remove::remove),
        )
        .route("/{id}/checkins", get(checkins::list))
        .route("/{id}/id_card", get(id_card::show))
        .route("/{id}/payments", get(payments::list))
        .route("/{id}/photo", photo::methods())
}

/// The member of that id, in any letter case.
pub(super) fn find(facts: &dyn Facts, id: &str) -> Result<Option<Arc<Person>>, Fault> {
    in_any_case(id, |id| facts.person(&PersonId::new(id)))
}

/// The member of that id, who must be there.
async fn member(api: &Api, caller: &Caller, id: String) -> Result<Arc<Person>, Refused> {
    let found = api.look(caller.tenant(), move |view| find(view, &id)).await?;
    found.ok_or(Refused::NotFound)
}

/// Every person of the tenant. A gym's people are its members, whatever kind an operator's file
/// gave them: each of them can be checked in.
pub(super) fn everybody(facts: &dyn Facts) -> Result<Vec<Arc<Person>>, Fault> {
    facts.people()
}

/// The person as a kept change left it.
fn changed(kept: &Kept) -> Option<&Arc<Person>> {
    kept.events.iter().find_map(|committed| match &committed.event {
        Event::PersonChanged { person, .. } => Some(person),
        _ => None,
    })
}

fn items(people: &[Arc<Person>], now: Timestamp) -> Vec<MemberItem<'_>> {
    people.iter().map(|person| shape::member_item(person, now)).collect()
}

/// Whether a text holds another that is in lower case, in any letter case.
pub(super) fn holds(text: &str, lower: &str) -> bool {
    text.to_lowercase().contains(lower)
}
