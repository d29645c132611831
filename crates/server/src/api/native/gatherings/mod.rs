//! `/v1/gatherings`.

mod change;
mod list;
mod make;
mod remove;
mod show;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::Api;

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list::list, make::make)).routes(routes!(
        show::show,
        change::change,
        remove::remove
    ))
}
