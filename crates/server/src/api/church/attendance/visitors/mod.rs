//! `/api/attendance/…/visitors…` (8.9, 8.14 to 8.16).

mod add;
mod all;
mod recent;
mod remove;
mod replace;

use axum::{
    Router,
    routing::{get, post, put},
};
use rollcall_core::people::PersonKind;
use rollcall_wire::church::shape::visitor_kind_named;

use super::{super::Here, people_of, visitors_after};
use crate::api::church::input::Body;

pub(super) fn router() -> Router<Here> {
    Router::new()
        .route("/api/attendance/visitors/all", get(all::all))
        .route("/api/attendance/{g}/visitors/recent", get(recent::recent))
        .route("/api/attendance/{g}/{d}/visitors", post(add::add))
        .route(
            "/api/attendance/{g}/{d}/visitors/{id}",
            put(replace::replace).delete(remove::remove),
        )
}

/// The kind that `visitorType` names; visitors from nearby if it names none.
fn kind(body: &Body) -> PersonKind {
    let named = body.text("visitorType").and_then(visitor_kind_named);
    named.unwrap_or(PersonKind::LocalVisitor)
}
