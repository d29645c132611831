//! Decides `SavePreferences`: an account's own settings of its screens, one document a key.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::Document;
use crate::{
    decide::{Decision, Situation},
    event::Event,
    facts::required,
    id::{AccountId, DocumentId, DocumentKind},
    limits,
    rejection::{Refusal, Rejection},
};

/// The kind of document that holds a preference; delivered to its owner alone.
pub const PREFERENCE: &str = "preference";

/// The document that holds an account's preference of that key.
#[must_use]
pub fn preference_id(account: &AccountId, key: &str) -> DocumentId {
    DocumentId::new(format!("{account}/{key}"))
}

pub(crate) fn save_preferences(
    at: &Situation<'_>,
    values: &Map<String, Value>,
) -> Result<Decision, Refusal> {
    let owner = required(at.account()?, "account", &"system")?;
    let mut decision = Decision::default();
    for (key, value) in values {
        let (Value::Object(data), 1..=limits::PREFERENCE_KEY_CHARS_MAX) =
            (value, key.chars().count())
        else {
            let why = "must be an object under a key of 1 to 100 characters";
            return Err(Rejection::invalid("values", why).into());
        };
        if serde_json::to_string(data).is_ok_and(|text| text.len() > limits::DOCUMENT_BYTES_MAX) {
            return Err(Rejection::invalid("values", "holds one larger than 256 KiB").into());
        }
        let (kind, id) = (DocumentKind::new(PREFERENCE), preference_id(&owner.id, key));
        let current = at.facts.document(&kind, &id)?;
        if current.as_ref().is_some_and(|d| d.data == *data) {
            continue;
        }
        let next = Document::after(current.as_deref(), (kind, id), data.clone(), at);
        decision.events.push(Event::DocumentChanged(Arc::new(next)));
    }
    Ok(decision)
}
