//! `/health`: how the program is. A dialect with pages of its own serves those instead.

mod services;
mod show;
mod websocket;

use axum::http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Api;

/// The pages of listeners whose dialect has none of its own.
pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(show::show))
        .routes(routes!(websocket::websocket))
        .routes(routes!(services::services))
}

/// The status and word for how the program is, by its own probe.
pub(super) fn state(api: &Api) -> (StatusCode, &'static str) {
    if api.health.is_well() {
        (StatusCode::OK, "healthy")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "unhealthy")
    }
}
