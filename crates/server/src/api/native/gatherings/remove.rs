//! `DELETE /v1/gatherings/{id}`.

use axum::http::StatusCode;
use rollcall_core::command::List;

use crate::api::native::{
    hand::Hand,
    input::InPath,
    lists::{self, Answered},
};

/// Removes a gathering.
#[utoipa::path(delete, path = "/v1/gatherings/{id}", operation_id = "remove_gathering", tag = "gatherings",
    params(("id" = String, Path)),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn remove(hand: Hand, InPath(id): InPath<String>) -> Answered<StatusCode> {
    lists::remove(hand, List::Gatherings, id).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn what_is_removed_is_gone_and_only_some_may_remove_it() {
        let house = House::open().await;
        let path = "/v1/gatherings/g2";
        assert_eq!(house.by("taker", "DELETE", path, None).await.0, 403);
        assert_eq!(house.by("admin", "DELETE", path, None).await.0, 204);
        assert_eq!(house.by("admin", "DELETE", path, None).await.0, 404);
    }

    #[tokio::test]
    async fn whoever_is_assigned_to_some_gatherings_removes_no_other() {
        let house = House::open().await;
        let role = Some(json!({"role": "coordinator"}));
        assert_eq!(house.by("admin", "PATCH", "/v1/accounts/taker", role).await.0, 200);
        assert_eq!(house.by("taker", "DELETE", "/v1/gatherings/g2", None).await.0, 403);
        assert_eq!(house.by("taker", "DELETE", "/v1/gatherings/g1", None).await.0, 204);
    }
}
