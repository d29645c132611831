//! `/v1/tenant`.

mod change;
mod show;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::Api;

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(show::show, change::change))
}
