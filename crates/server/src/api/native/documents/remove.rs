//! `DELETE /v1/documents/{kind}/{id}`.

use axum::http::StatusCode;
use rollcall_core::{
    command::Command,
    id::{DocumentId, DocumentKind},
};

use crate::api::native::{hand::Hand, input::InPath, lists::Answered};

/// Takes a document away.
#[utoipa::path(delete, path = "/v1/documents/{kind}/{id}", operation_id = "remove_document", tag = "documents",
    params(("kind" = String, Path), ("id" = String, Path)),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn remove(
    hand: Hand,
    InPath((kind, id)): InPath<(DocumentKind, DocumentId)>,
) -> Answered<StatusCode> {
    hand.put(Command::RemoveDocument { kind, id }).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn what_is_removed_is_gone_and_only_some_may_remove_it() {
        let house = House::open().await;
        let path = "/v1/documents/grade/d1";
        assert_eq!(house.by("desk", "DELETE", path, None).await.0, 403);
        assert_eq!(house.by("admin", "DELETE", path, None).await.0, 204);
        assert_eq!(house.by("admin", "DELETE", path, None).await.0, 404);
    }
}
