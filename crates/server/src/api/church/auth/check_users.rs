//! `GET /api/auth/check-users` (8.5).

use axum::Json;
use serde_json::{Value, json};

/// Whether anybody could sign in. A church comes with its accounts, so always.
pub(super) async fn check_users() -> Json<Value> {
    Json(json!({"hasUsers": true, "hasNonAdminUsers": true}))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::{church::testing::church, testing::json_of};

    #[tokio::test]
    async fn church_8_5_there_is_somebody() {
        let house = church().await;
        let response = house.ask("GET", "/api/auth/check-users", &[], None).await;
        let wanted = json!({"hasUsers": true, "hasNonAdminUsers": true});
        assert_eq!(json_of(response).await, wanted);
    }
}
