//! Whom past visits are of once the person is no longer kept: the visits stay, with the name.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    decide::Situation,
    document::Document,
    event::Event,
    facts::Facts,
    id::{DocumentId, DocumentKind, PersonId},
    people::{Person, PersonCard},
    rejection::{Fault, Refusal},
};

/// The kind of document that holds what past visits show of a person who was removed.
pub const FORMER_PERSON: &str = "former_person";

/// What is written down of a person who is being removed; nothing of one who never came.
pub(crate) fn remember(at: &Situation<'_>, person: &Person) -> Result<Option<Event>, Refusal> {
    if at.facts.visits_of(&person.id, 1)?.is_empty() {
        return Ok(None);
    }
    // No more than a name and a number: whoever left has no plan and wants no mail.
    let card = PersonCard { email: None, membership: None, ..person.card() };
    let Ok(Value::Object(data)) = serde_json::to_value(card) else {
        return Err(Fault("a person's card is no object".into()).into());
    };
    let (kind, id) = (DocumentKind::new(FORMER_PERSON), DocumentId::new(person.id.as_str()));
    // Whoever came back and leaves again has one already.
    let current = at.facts.document(&kind, &id)?;
    let former = Document::after(current.as_deref(), (kind, id), data, at);
    Ok(Some(Event::DocumentChanged(Arc::new(former))))
}

/// What a visit shows of a person: as the person stands, else as the person was when removed.
///
/// # Errors
/// The store broke.
pub fn card_of(facts: &dyn Facts, person: &PersonId) -> Result<Option<PersonCard>, Fault> {
    if let Some(person) = facts.person(person)? {
        return Ok(Some(person.card()));
    }
    let id = DocumentId::new(person.as_str());
    let former = facts.document(&DocumentKind::new(FORMER_PERSON), &id)?;
    Ok(former.and_then(|former| card(&former)))
}

/// Everybody who was removed and whose visits stay.
///
/// # Errors
/// The store broke.
pub fn former_people(facts: &dyn Facts) -> Result<Vec<PersonCard>, Fault> {
    let former = facts.documents(&DocumentKind::new(FORMER_PERSON))?;
    Ok(former.iter().filter_map(|former| card(former)).collect())
}

fn card(former: &Document) -> Option<PersonCard> {
    serde_json::from_value(Value::Object(former.data.clone())).ok()
}
