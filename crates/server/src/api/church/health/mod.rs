//! `/health…` of a church listener (section 9). Anybody may ask.

mod db;
mod services;
mod show;
mod websocket;

use axum::{Router, routing::get};

use super::Here;

pub(super) fn router() -> Router<Here> {
    Router::new()
        .route("/health", get(show::show))
        .route("/health/websocket", get(websocket::websocket))
        .route("/health/services", get(services::services))
        .route("/health/db", get(db::db))
}
