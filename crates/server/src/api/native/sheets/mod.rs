//! `/v1/sheets`.

mod count_heads;
mod dates;
mod history;
mod mark;
mod show;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::Api;

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(dates::dates))
        .routes(routes!(show::show))
        .routes(routes!(mark::mark))
        .routes(routes!(history::history))
        .routes(routes!(count_heads::count_heads))
}
