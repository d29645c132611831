//! `GET /api/onboarding/status` (8.7).

use axum::{Router, response::Response, routing::get};
use serde_json::json;

use super::{Here, caller::Caller, refused::Answered};

pub(super) fn router() -> Router<Here> {
    Router::new().route("/api/onboarding/status", get(status))
}

/// A church that is here has been set up: it came by a tenant file.
async fn status(caller: Caller) -> Answered<Response> {
    caller.admin()?;
    Ok(caller.says(&json!({"completed": true, "settings": {}, "progress": null})))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church};

    #[tokio::test]
    async fn church_8_7_an_admin_finds_everything_set_up() {
        let house = church().await;
        let path = "/api/onboarding/status";
        let wanted =
            json!({"completed": true, "settings": {}, "progress": null, "church_id": CHURCH});
        assert_eq!(house.by("1", "GET", path, None).await, (200, wanted));
        assert_eq!(house.by("3", "GET", path, None).await.0, 403);
    }
}
