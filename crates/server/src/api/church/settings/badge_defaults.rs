//! `GET /api/settings/badge-defaults` (8.7).

use axum::response::Response;
use serde_json::json;

use crate::api::church::caller::Caller;

/// No church has badges of its own: the app takes its usual ones.
pub(super) async fn show(caller: Caller) -> Response {
    caller.says(&json!({"settings": {
        "default_badge_text": null,
        "child_flair_color": null,
        "default_child_badge_icon": null,
        "default_adult_badge_text": null,
        "default_adult_badge_color": null,
        "default_adult_badge_icon": null,
    }}))
}

#[cfg(test)]
mod tests {
    use crate::api::church::testing::{church, keys, these};

    #[tokio::test]
    async fn church_8_7_badges_have_their_six_settings() {
        let house = church().await;
        let (_, said) = house.by("3", "GET", "/api/settings/badge-defaults", None).await;
        let names = "default_badge_text child_flair_color default_child_badge_icon
            default_adult_badge_text default_adult_badge_color default_adult_badge_icon";
        assert_eq!(keys(&said["settings"]), these(names));
    }
}
