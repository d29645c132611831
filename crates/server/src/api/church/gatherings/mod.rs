//! `/api/gatherings` (8.8).

mod kiosk_settings;
mod list;
mod make;

use axum::{
    Router,
    routing::{get, patch},
};

use super::Here;

pub(super) fn router() -> Router<Here> {
    Router::new()
        .route("/api/gatherings", get(list::list).post(make::make))
        .route("/api/gatherings/{g}/kiosk-settings", patch(kiosk_settings::change))
}
