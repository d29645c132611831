//! `DELETE /v1/groups/{id}`.

use axum::http::StatusCode;
use rollcall_core::command::List;

use crate::api::native::{
    hand::Hand,
    input::InPath,
    lists::{self, Answered},
};

/// Removes a group. Refused as `in_use` while something needs it.
#[utoipa::path(delete, path = "/v1/groups/{id}", operation_id = "remove_group", tag = "groups",
    params(("id" = String, Path)),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn remove(hand: Hand, InPath(id): InPath<String>) -> Answered<StatusCode> {
    lists::remove(hand, List::Groups, id).await
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn what_is_removed_is_gone_and_only_some_may_remove_it() {
        let house = House::open().await;
        let path = "/v1/groups/c1";
        assert_eq!(house.by("bo", "DELETE", path, None).await.0, 403);
        assert_eq!(house.by("admin", "DELETE", path, None).await.0, 204);
        assert_eq!(house.by("admin", "DELETE", path, None).await.0, 404);
    }
}
