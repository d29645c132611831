//! `/v1/documents`.

mod list;
mod put;
mod remove;
mod show;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::Api;

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list::list)).routes(routes!(
        show::show,
        put::put,
        remove::remove
    ))
}
