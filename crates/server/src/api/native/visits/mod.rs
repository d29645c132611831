//! `/v1/visits`.

mod check_in;
mod check_out;
mod list;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::Api;

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list::list, check_in::check_in))
        .routes(routes!(check_out::check_out))
}
