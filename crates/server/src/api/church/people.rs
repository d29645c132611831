//! People in answers: those who were entered, found or marked.

use rollcall_core::{
    decide::Answer,
    event::Event,
    facts::{Facts, required},
    id::PersonId,
    people::Person,
};
use rollcall_wire::church::shape::Number;
use serde_json::{Value, json};

use super::refused::Answered;

/// `{id, firstName, lastName}`.
pub(super) fn named(person: &Person) -> Value {
    json!({
        "id": Number(person.id.as_str()),
        "firstName": person.first_name,
        "lastName": person.last_name,
    })
}

/// The people whom a command entered, in order.
pub(super) fn entered(answer: &Answer) -> impl Iterator<Item = &Person> {
    answer.events.iter().filter_map(|committed| match &committed.event {
        Event::PersonChanged { person, created: true } => Some(&**person),
        _ => None,
    })
}

/// The person, who must be there.
pub(super) fn person(facts: &dyn Facts, id: &PersonId) -> Answered<std::sync::Arc<Person>> {
    Ok(required(facts.person(id)?, "person", id)?)
}
