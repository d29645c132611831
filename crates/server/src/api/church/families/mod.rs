//! `/api/families` (8.21).

mod change;
mod list;
mod visitor;

use axum::{
    Router,
    routing::{get, post, put},
};

use super::Here;

pub(super) fn router() -> Router<Here> {
    Router::new()
        .route("/api/families", get(list::list))
        .route("/api/families/visitor", post(visitor::visitor))
        .route("/api/families/{id}", put(change::change))
}
