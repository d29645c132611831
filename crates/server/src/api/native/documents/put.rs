//! `PUT /v1/documents/{kind}/{id}`.

use axum::Json;
use rollcall_core::{
    command::Command,
    facts::Key,
    id::{DocumentId, DocumentKind},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::api::native::{
    hand::Hand,
    input::{Body, InPath},
    lists::{self, Answered},
};

/// A document's content.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Content {
    /// The complete content, at most 256 KiB.
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    /// The version the client saw, 0 for a new one; another one by now is refused as `stale`.
    /// Absent: whatever is there is replaced.
    #[serde(default)]
    seen: Option<u32>,
}

/// Writes a document whole.
#[utoipa::path(put, path = "/v1/documents/{kind}/{id}", operation_id = "put_document", tag = "documents",
    params(("kind" = String, Path), ("id" = String, Path)), request_body = Content,
    responses((status = 200, description = "The document as it stands now", body = Object)))]
pub(super) async fn put(
    hand: Hand,
    InPath((kind, id)): InPath<(String, String)>,
    Body(Content { data, seen }): Body<Content>,
) -> Answered {
    let (kind, id) = (DocumentKind::parse("kind", &kind)?, DocumentId::parse("id", &id)?);
    let key = Key::Document(kind.clone(), id.clone());
    let shown = id.to_string();
    let answer = hand.put(Command::PutDocument { kind, id: Some(id), data, seen }).await?;
    match lists::kept(&answer) {
        Some(row) => Ok(Json(lists::content(&row)?)),
        // It was so already.
        None => lists::show(hand.caller, key, "document", shown).await,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn a_document_is_written_whole_and_never_over_a_version_not_seen() {
        let house = House::open().await;
        let path = "/v1/documents/grade/d1";
        let put = |value: u32, seen: u32| Some(json!({"data": {"value": value}, "seen": seen}));
        let (status, said) = house.by("admin", "PUT", path, put(1, 1)).await;
        assert_eq!((status, &said["version"]), (200, &2.into()), "{said}");
        let (status, said) = house.by("admin", "PUT", path, put(3, 1)).await;
        assert_eq!((status, &said["error"]["code"]), (409, &"stale".into()));
        assert_eq!(house.by("desk", "PUT", path, put(3, 2)).await.0, 403);
    }

    #[tokio::test]
    async fn a_kind_that_commands_of_its_own_write_is_refused_and_so_is_an_id_that_is_none() {
        let house = House::open().await;
        let body = || Some(json!({"data": {"value": 1}}));
        for kind in ["preference", "former_person", "kiosk%2F2025-01-19%2Fg1", "kiosk%2Fg1"] {
            let path = format!("/v1/documents/{kind}/d1");
            for (method, body) in [("PUT", body()), ("DELETE", None)] {
                let (status, said) = house.by("admin", method, &path, body).await;
                assert_eq!((status, &said["error"]["field"]), (400, &"kind".into()), "{kind}");
            }
        }
        for (field, kind, id) in [("kind", "gra\nde", "d1"), ("id", "grade", "d\n1")] {
            let data = json!({"kind": kind, "id": id, "data": {}});
            let command = json!({"type": "put_document", "data": data});
            let body = Some(json!({"id": field, "command": command}));
            let (status, said) = house.by("admin", "POST", "/v1/commands", body).await;
            let named = said["error"]["field"].as_str().unwrap();
            assert!(status == 400 && named.ends_with(field), "{status} {field} {said}");
        }
    }
}
