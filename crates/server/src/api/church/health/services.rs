//! `GET /health/services` (9.3).

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::api::church::Here;

/// What works beyond the program itself: there is no way to send mails or texts.
pub(super) async fn services(State(Here { api, .. }): State<Here>) -> Json<Value> {
    let settings = &api.config.church;
    Json(json!({
        "status": "limited",
        "externalServices": {"crazytel": false, "brevo": false},
        "environment": settings.environment(),
        "features": {
            "authentication": true,
            "sms": false,
            "email": false,
            "websockets": true,
            "development": settings.development,
        },
        "notes": ["No mail or text sender is configured."],
    }))
}

#[cfg(test)]
mod tests {
    use crate::api::{
        church::testing::{church, keys, these},
        testing::json_of,
    };

    #[tokio::test]
    async fn church_9_3_services_are_named() {
        let house = church().await;
        let page = json_of(house.ask("GET", "/health/services", &[], None).await).await;
        assert_eq!(keys(&page), these("status externalServices environment features notes"));
        let features = "authentication sms email websockets development";
        assert_eq!(keys(&page["features"]), these(features));
        assert_eq!(keys(&page["externalServices"]), these("crazytel brevo"));
    }
}
