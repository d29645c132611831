//! `GET /api/auth` (8.5).

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::codes::DEVELOPMENT;
use crate::api::church::Here;

/// How signing in works here. It is limited as long as nothing can send codes.
pub(super) async fn show(State(Here { api, .. }): State<Here>) -> Json<Value> {
    let settings = &api.config.church;
    let development = settings.development.then(|| {
        json!({"note": "Codes are not sent: every account signs in by this one.",
            "devCode": DEVELOPMENT})
    });
    Json(json!({
        "message": "Authentication service is running",
        "status": "limited",
        "environment": settings.environment(),
        "development": development,
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::{church::testing::church, testing::json_of};

    #[tokio::test]
    async fn church_8_5_a_real_installation_tells_no_code() {
        let house = church().await;
        let said = json_of(house.ask("GET", "/api/auth", &[], None).await).await;
        let wanted = json!({"message": "Authentication service is running", "status": "limited",
            "environment": "production", "development": null});
        assert_eq!(said, wanted);
    }
}
