//! `/v1/…`: the native REST. A folder per resource, a file per endpoint.

#![expect(unused_qualifications, reason = "utoipa's attribute writes them")]

mod accounts;
mod caller;
mod commands;
mod desk;
mod documents;
mod families;
mod gatherings;
mod groups;
mod hand;
mod input;
mod lists;
mod log;
mod openapi;
mod people;
mod refused;
mod sessions;
mod sheets;
mod tenant;
mod visits;

use axum::Router;
pub(super) use openapi::document;
use utoipa_axum::{router::OpenApiRouter, routes};

use self::refused::Refused;
use super::{Api, health};

/// Every endpoint of a native listener.
pub(super) fn router(api: Api) -> Router {
    Router::from(described())
        .fallback(async || {
            let what_to_do = "GET /v1/openapi.json lists every path.";
            Refused::new("not_found", "there is nothing at this path", what_to_do)
        })
        .method_not_allowed_fallback(async || {
            let what_to_do = "GET /v1/openapi.json lists every method.";
            Refused::new("method_not_allowed", "this path has no such method", what_to_do)
        })
        .with_state(api)
}

/// The endpoints with their descriptions.
fn described() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(health::router())
        .merge(sessions::router())
        .merge(accounts::router())
        .merge(tenant::router())
        .merge(people::router())
        .merge(families::router())
        .merge(groups::router())
        .merge(gatherings::router())
        .merge(sheets::router())
        .merge(visits::router())
        .merge(desk::router())
        .merge(documents::router())
        .merge(log::router())
        .merge(commands::router())
        .routes(routes!(openapi::show))
}
