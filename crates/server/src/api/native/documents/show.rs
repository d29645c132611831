//! `GET /v1/documents/{kind}/{id}`.

use rollcall_core::{
    facts::Key,
    id::{DocumentId, DocumentKind},
    people::Permission,
};

use crate::api::native::{
    caller::Caller,
    input::InPath,
    lists::{self, Answered},
};

/// One document.
#[utoipa::path(get, path = "/v1/documents/{kind}/{id}", operation_id = "show_document", tag = "documents",
    params(("kind" = String, Path), ("id" = String, Path)),
    responses((status = 200, description = "`kind`, `id`, `data`, `version`, `by`, `at`", body = Object)))]
pub(super) async fn show(
    caller: Caller,
    InPath((kind, id)): InPath<(DocumentKind, DocumentId)>,
) -> Answered {
    caller.allow(Permission::ReadDocuments, "see documents")?;
    let shown = id.to_string();
    lists::show(caller, Key::Document(kind, id), "document", shown).await
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn a_document_is_shown_to_those_who_may_read_it() {
        let house = House::open().await;
        let (status, said) = house.by("desk", "GET", "/v1/documents/grade/d1", None).await;
        assert_eq!((status, &said["version"]), (200, &1.into()));
        assert_eq!(house.by("desk", "GET", "/v1/documents/grade/d9", None).await.0, 404);
        assert_eq!(house.by("bo", "GET", "/v1/documents/grade/d1", None).await.0, 403);
    }
}
