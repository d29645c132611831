//! `GET /health/`: how the program is, and what it depends on (G11.1).

use axum::{extract::State, http::StatusCode, response::Response};
use rollcall_core::time::Timestamp;
use serde::Serialize;

use super::answer::answer;
use crate::{
    api::{Api, health},
    clock,
};

#[derive(Serialize)]
struct Page {
    status: &'static str,
    timestamp: Timestamp,
    services: Services,
}

#[derive(Serialize)]
struct Services {
    database: &'static str,
    redis: &'static str,
}

pub(super) async fn show(State(api): State<Api>) -> Response {
    let (code, status): (StatusCode, _) = health::state(&api);
    // One node has no bus; that is nothing wrong.
    let services = Services { database: status, redis: "not configured" };
    answer(code, &Page { status, timestamp: clock::now(), services })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Gym, keys};
    use crate::api::testing::json_of;

    #[tokio::test]
    async fn g11_1_health_is_told_to_anybody_in_the_contracts_shape() {
        let gym = Gym::open().await;
        for (status, word) in [(503, "unhealthy"), (200, "healthy")] {
            let response = gym.house.ask("GET", "/health/", &[], None).await;
            assert_eq!(response.status(), status);
            let page = json_of(response).await;
            assert_eq!(keys(&page), ["services", "status", "timestamp"]);
            assert_eq!(page["status"], word);
            let services = serde_json::json!({"database": word, "redis": "not configured"});
            assert_eq!(page["services"], services);
            gym.house.api.health.probe().await;
        }
    }
}
