//! `GET /api/kiosk/status` (8.20).

use axum::response::Response;
use serde_json::json;

use super::is_on;
use crate::api::church::{caller::Caller, refused::Answered};

/// Whether the kiosk is switched on.
pub(super) async fn status(caller: Caller) -> Answered<Response> {
    Ok(caller.says(&json!({"enabled": is_on(&caller).await?})))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church, church_with_kiosk};

    #[tokio::test]
    async fn church_8_20_the_switch_is_told() {
        for (house, enabled) in [(church().await, false), (church_with_kiosk().await, true)] {
            let (_, said) = house.by("3", "GET", "/api/kiosk/status", None).await;
            assert_eq!(said, json!({"enabled": enabled, "church_id": CHURCH}));
        }
    }
}
