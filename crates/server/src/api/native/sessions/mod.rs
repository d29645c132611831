//! `/v1/sessions`.

mod current;
mod end;
mod list;
mod refresh;
mod sign_in;
mod tokens;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{api::Api, arriving::UNSIGNED_BYTES_MAX};

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list::list, sign_in::sign_in))
        .routes(routes!(refresh::refresh))
        .routes(routes!(current::sign_out))
        .routes(routes!(end::end))
        .layer(DefaultBodyLimit::max(UNSIGNED_BYTES_MAX))
}
