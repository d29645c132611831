//! The fields of a request's body: a JSON object whose every field may be missing.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
};
use rollcall_core::id::CommandId;
use serde_json::{Map, Value};

use super::refused::Refused;
use crate::arriving::is_too_slow;

/// A JSON object; an empty body is an empty one.
#[derive(Debug)]
pub(super) struct Fields(Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Refused::TooLarge,
            _ if is_too_slow(&rejection) => Refused::TooSlow,
            _ => Refused::Malformed("The body ended early."),
        })?;
        if bytes.trim_ascii().is_empty() {
            return Ok(Self(Map::new()));
        }
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(Refused::Malformed("The body must be a JSON object.")),
            Err(_) => Err(Refused::Malformed("The body is not JSON.")),
        }
    }
}

impl Fields {
    /// The field, unless it is absent or `null`.
    pub(super) fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    /// Whether the field is there, be it `null`.
    pub(super) fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// The text of a field.
    pub(super) fn text(&self, field: &str) -> Result<Option<&str>, Refused> {
        match self.get(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refused::Field(field.into(), "must be text".into())),
        }
    }

    /// A text that must be there and not blank.
    pub(super) fn required(&self, field: &str) -> Result<&str, Refused> {
        let text = self.text(field)?.filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| Refused::missing(field))
    }

    /// What names something: the first of these fields that is a text or a number.
    pub(super) fn name(&self, fields: &[&str]) -> Option<String> {
        fields.iter().find_map(|field| match self.get(field)? {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    /// The client's own id for a write, by which a repeat is known (G3.6); one that cannot be an
    /// id counts as absent.
    pub(super) fn request_id(&self) -> Option<CommandId> {
        const CHARS_MAX: usize = 64;
        let id = self.get("requestId")?.as_str().filter(|id| id.chars().count() <= CHARS_MAX)?;
        CommandId::parse("requestId", id).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &'static str) -> Result<Fields, Refused> {
        let request = Request::new(body.into());
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(Fields::from_request(request, &()))
    }

    #[test]
    fn a_body_is_an_object_or_nothing() {
        assert!(read("").unwrap().0.is_empty() && read(" \n").unwrap().0.is_empty());
        assert_eq!(read(r#"{"a":1}"#).unwrap().0.len(), 1);
        for bad in ["[]", "7", "null", "{", "a=1"] {
            assert!(matches!(read(bad), Err(Refused::Malformed(_))), "{bad}");
        }
    }

    #[test]
    fn g8_10_a_member_is_named_by_text_or_number_under_any_of_its_names() {
        let named = |body| read(body).unwrap().name(&["member", "memberId", "member_id"]);
        assert_eq!(named(r#"{"member":" GYM1 "}"#).as_deref(), Some("GYM1"));
        assert_eq!(named(r#"{"member_id":7}"#).as_deref(), Some("7"));
        assert_eq!(named(r#"{"member":null,"memberId":"x"}"#).as_deref(), Some("x"));
        assert_eq!(named(r#"{"member":{},"member_id":""}"#), None);
    }
}
