//! `GET /health/db` (9.4).

use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};

use crate::api::church::Here;

/// Whether the store answers.
pub(super) async fn db(State(Here { api, .. }): State<Here>) -> (StatusCode, Json<Value>) {
    let asked = api.apart(|control| control.store.tenants()).await;
    if matches!(asked, Ok(Ok(_))) {
        return (StatusCode::OK, Json(json!({"status": "OK", "database": "connected"})));
    }
    let page = json!({"status": "ERROR", "database": "disconnected"});
    (StatusCode::INTERNAL_SERVER_ERROR, Json(page))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::{church::testing::church, testing::json_of};

    #[tokio::test]
    async fn church_9_4_the_store_answers() {
        let house = church().await;
        let page = json_of(house.ask("GET", "/health/db", &[], None).await).await;
        assert_eq!(page, json!({"status": "OK", "database": "connected"}));
    }
}
