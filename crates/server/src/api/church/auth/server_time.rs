//! `GET /api/auth/server-time` (8.5).

use axum::Json;
use serde_json::{Value, json};

use crate::clock;

/// The server's clock, by which the app corrects its own.
pub(super) async fn server_time() -> Json<Value> {
    let now = clock::now();
    Json(json!({"serverTime": now.millis(), "iso": now}))
}

#[cfg(test)]
mod tests {
    use crate::api::{
        church::testing::{church, keys, these},
        testing::json_of,
    };

    #[tokio::test]
    async fn church_8_5_the_clock_is_told_in_both_forms() {
        let house = church().await;
        let said = json_of(house.ask("GET", "/api/auth/server-time", &[], None).await).await;
        assert_eq!(keys(&said), these("serverTime iso"));
        assert!(said["iso"].as_str().unwrap().ends_with('Z'));
    }
}
