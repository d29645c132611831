//! Decides `PutDocument` and `RemoveDocument`.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Document, is_reserved};
use crate::{
    decide::{Decision, Situation},
    event::Event,
    facts::required,
    id::{DocumentId, DocumentKind},
    limits,
    people::Permission,
    rejection::{Refusal, Rejection},
};

pub(crate) fn put_document(
    at: &Situation<'_>,
    kind: &DocumentKind,
    id: Option<&DocumentId>,
    data: &Map<String, Value>,
    seen: Option<u32>,
) -> Result<Decision, Refusal> {
    at.allow(Permission::ChangeDocuments, "change documents")?;
    check_kind(kind)?;
    DocumentKind::parse("kind", kind.as_str())?;
    if let Some(id) = id {
        DocumentId::parse("id", id.as_str())?;
    }
    if serde_json::to_string(data).is_ok_and(|text| text.len() > limits::DOCUMENT_BYTES_MAX) {
        return Err(Rejection::invalid("data", "is larger than 256 KiB").into());
    }
    let id = id.cloned().unwrap_or_else(|| DocumentId::new(at.fresh));
    let current = at.facts.document(kind, &id)?;
    let version = current.as_ref().map_or(0, |d| d.version);
    if let Some(seen) = seen.filter(|seen| *seen != version) {
        let what = format!("{kind} {id}");
        return Err(Rejection::Stale { what, seen, version, mark: None }.into());
    }
    if current.as_ref().is_some_and(|d| d.data == *data) {
        return Ok(Decision::default());
    }
    let document = Document::after(current.as_deref(), (kind.clone(), id), data.clone(), at);
    Ok(Event::DocumentChanged(Arc::new(document)).into())
}

pub(crate) fn remove_document(
    at: &Situation<'_>,
    kind: &DocumentKind,
    id: &DocumentId,
) -> Result<Decision, Refusal> {
    at.allow(Permission::ChangeDocuments, "remove documents")?;
    check_kind(kind)?;
    let document = required(at.facts.document(kind, id)?, kind.as_str(), id)?;
    Ok(Event::DocumentRemoved(document).into())
}

fn check_kind(kind: &DocumentKind) -> Result<(), Rejection> {
    if is_reserved(kind) {
        return Err(Rejection::invalid("kind", "is written by commands of its own"));
    }
    Ok(())
}
