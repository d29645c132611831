//! `/api/individuals` (8.21).

mod archive;
mod change;
mod enrol;
mod list;
mod make;

use axum::{
    Router,
    routing::{get, post, put},
};
use rollcall_wire::church::{read, shape::kind_named};
use serde_json::{Map, Value, json};

use super::{
    Here,
    input::Body,
    refused::{Answered, Refused},
};

pub(super) fn router() -> Router<Here> {
    Router::new()
        .route("/api/individuals", get(list::list).post(make::make))
        .route("/api/individuals/{id}", put(change::change).delete(archive::archive))
        .route("/api/individuals/{id}/gatherings/{g}", post(enrol::enrol).delete(enrol::dismiss))
}

/// The fields of a person that a body names.
fn fields(body: &Body) -> Answered<Map<String, Value>> {
    let mut fields = Map::new();
    for (name, field) in [("firstName", "first_name"), ("lastName", "last_name")] {
        if body.get(name).is_some() {
            let text = body.filled(name);
            let text = text.ok_or_else(|| Refused::bad("First name and last name are required"))?;
            fields.insert(field.into(), text.into());
        }
    }
    if let Some(family) = body.0.get("familyId") {
        let id = match family {
            Value::Null => Value::Null,
            id => json!(read::id(id).ok_or_else(|| Refused::bad("Invalid family"))?),
        };
        fields.insert("family".into(), id);
    }
    if let Some(child) = body.get("isChild") {
        fields.insert("child".into(), read::truthy(child).into());
    }
    if let Some(kind) = body.get("peopleType") {
        let kind = kind.as_str().and_then(kind_named);
        let kind = kind.ok_or_else(|| Refused::bad("Invalid people type"))?;
        fields.insert("kind".into(), json!(kind));
    }
    let mut badge = Map::new();
    for (name, field) in [("badgeText", "text"), ("badgeColor", "color"), ("badgeIcon", "icon")] {
        if let Some(said @ (Value::String(_) | Value::Null)) = body.0.get(name) {
            badge.insert(field.into(), said.clone());
        }
    }
    if !badge.is_empty() {
        fields.insert("badge".into(), Value::Object(badge));
    }
    Ok(fields)
}
