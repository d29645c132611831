//! `GET /v1/documents/{kind}`.

use axum::Json;
use rollcall_core::{facts::Facts, id::DocumentKind, people::Permission};
use serde_json::json;

use crate::api::native::{caller::Caller, input::InPath, lists::Answered};

/// Every document of a kind that the caller may see, by id.
#[utoipa::path(get, path = "/v1/documents/{kind}", operation_id = "list_documents", tag = "documents",
    params(("kind" = String, Path)),
    responses((status = 200, description = "`documents`, each as the event `document_changed` carries one", body = Object)))]
pub(super) async fn list(caller: Caller, InPath(kind): InPath<DocumentKind>) -> Answered {
    caller.allow(Permission::ReadDocuments, "see documents")?;
    caller
        .look(move |caller, view| {
            let facts: &dyn Facts = view;
            let mut documents = facts.documents(&kind)?;
            documents.retain(|document| caller.who.keys.hears(&document.audience()));
            Ok(Json(json!({ "documents": documents })))
        })
        .await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn documents_of_a_kind_are_for_those_who_may_read_them() {
        let house = House::open().await;
        let (status, said) = house.by("admin", "GET", "/v1/documents/grade", None).await;
        assert_eq!((status, &said["documents"][0]["data"]["value"]), (200, &2.into()));
        let (_, none) = house.by("admin", "GET", "/v1/documents/letter", None).await;
        assert_eq!(none["documents"], serde_json::json!([]));
        assert_eq!(house.by("taker", "GET", "/v1/documents/grade", None).await.0, 403);
    }

    #[tokio::test]
    async fn a_preference_is_shown_to_its_owner_alone() {
        let house = House::open().await;
        let command = json!({"type": "save_preferences", "data": {"values": {"k": {"a": 1}}}});
        let body = Some(json!({"id": "c-1", "command": command}));
        assert_eq!(house.by("desk", "POST", "/v1/commands", body).await.0, 200);
        for (account, count) in [("desk", 1), ("admin", 0)] {
            let (_, said) = house.by(account, "GET", "/v1/documents/preference", None).await;
            assert_eq!(said["documents"].as_array().unwrap().len(), count, "{account}");
        }
    }
}
