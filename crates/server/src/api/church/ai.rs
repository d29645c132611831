//! `GET /api/ai/status` (8.7).

use axum::{Router, response::Response, routing::get};
use serde_json::json;

use super::{Here, caller::Caller};

pub(super) fn router() -> Router<Here> {
    Router::new().route("/api/ai/status", get(status))
}

/// There is none here; the app asks at its start.
async fn status(caller: Caller) -> Response {
    caller.says(&json!({"configured": false, "provider": null}))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church};

    #[tokio::test]
    async fn church_8_7_there_is_no_assistant() {
        let house = church().await;
        let said = house.by("3", "GET", "/api/ai/status", None).await;
        let wanted = json!({"configured": false, "provider": null, "church_id": CHURCH});
        assert_eq!(said, (200, wanted));
    }
}
