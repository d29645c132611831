//! `GET /health`: 200 only while the program's own probe works.

use axum::{Json, extract::State, http::StatusCode};
use rollcall_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{api::Api, clock};

/// How the program is.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// `healthy` or `unhealthy`.
    status: &'static str,
    /// The server's clock.
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
    /// The program's version.
    version: &'static str,
}

/// How the program is.
#[utoipa::path(get, path = "/health", tag = "health", security(()), responses(
    (status = 200, description = "A write, its delivery and a read worked a few seconds ago", body = Health),
    (status = 503, description = "They did not", body = Health),
))]
pub(super) async fn show(State(api): State<Api>) -> (StatusCode, Json<Health>) {
    let (code, status) = super::state(&api);
    let page = Health { status, timestamp: clock::now(), version: env!("CARGO_PKG_VERSION") };
    (code, Json(page))
}

#[cfg(test)]
mod tests {
    use crate::api::testing::{House, json_of};

    #[tokio::test]
    async fn health_is_earned_by_a_probe() {
        let house = House::open().await;
        let before = house.ask("GET", "/health", &[], None).await;
        assert_eq!(before.status(), 503);
        assert_eq!(json_of(before).await["status"], "unhealthy");
        house.api.health.probe().await;
        let after = house.ask("GET", "/health", &[], None).await;
        assert_eq!(after.status(), 200);
        assert_eq!(json_of(after).await["status"], "healthy");
    }
}
