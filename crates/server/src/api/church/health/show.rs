//! `GET /health` (9.1): 200 only while the program's own probe works.

use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};

use crate::{api::church::Here, clock};

/// How the program is.
pub(super) async fn show(State(Here { api, .. }): State<Here>) -> (StatusCode, Json<Value>) {
    let (code, status) = if api.health.is_well() {
        (StatusCode::OK, "OK")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "ERROR")
    };
    let page = json!({
        "status": status,
        "timestamp": clock::now(),
        "environment": api.config.church.environment(),
        "version": env!("CARGO_PKG_VERSION"),
    });
    (code, Json(page))
}

#[cfg(test)]
mod tests {
    use crate::api::{
        church::testing::{church, keys, these},
        testing::json_of,
    };

    #[tokio::test]
    async fn church_9_1_health_is_earned_by_a_probe() {
        let house = church().await;
        assert_eq!(house.ask("GET", "/health", &[], None).await.status(), 503);
        house.api.health.probe().await;
        let response = house.ask("GET", "/health", &[], None).await;
        assert_eq!(response.status(), 200);
        let page = json_of(response).await;
        assert_eq!(keys(&page), these("status timestamp environment version"));
        assert_eq!((&page["status"], &page["environment"]), (&"OK".into(), &"production".into()));
    }
}
