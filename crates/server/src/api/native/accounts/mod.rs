//! `/v1/accounts`.

mod change;
mod end_sessions;
mod list;
mod make;
mod remove;
mod set_password;
mod show;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::api::Api;

pub(super) fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list::list, make::make))
        .routes(routes!(show::show, change::change, remove::remove))
        .routes(routes!(end_sessions::end_sessions))
        .routes(routes!(set_password::set_password))
}
