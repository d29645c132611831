//! `/api/auth/`: signing in, and who is signed in.

mod me;
mod token;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use crate::{api::Api, arriving::UNSIGNED_BYTES_MAX};

pub(super) fn router() -> Router<Api> {
    Router::new()
        .route("/me", get(me::show))
        .route("/token", post(token::obtain::obtain))
        .route("/token/refresh", post(token::refresh::refresh))
        .route("/token/verify", post(token::verify::verify))
        .layer(DefaultBodyLimit::max(UNSIGNED_BYTES_MAX))
}
