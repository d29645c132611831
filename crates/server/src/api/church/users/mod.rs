//! `/api/users/me/preferences` (8.7).

mod preferences;

use axum::{
    Router,
    routing::{get, post},
};

use super::Here;

pub(super) fn router() -> Router<Here> {
    Router::new()
        .route("/api/users/me/preferences", get(preferences::show).post(preferences::save))
        .route("/api/users/me/preferences/batch", post(preferences::save_all))
}
