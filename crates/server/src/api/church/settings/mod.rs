//! `/api/settings/…` (8.7).

mod badge_defaults;

use axum::{Router, routing::get};

use super::Here;

pub(super) fn router() -> Router<Here> {
    Router::new().route("/api/settings/badge-defaults", get(badge_defaults::show))
}
