//! `/api/admin/`: numbers for the office, and changes to many members at once.

mod bulk_member_action;
mod stats;

use axum::{
    Router,
    routing::{get, post},
};

use super::member_stats;
use crate::api::Api;

pub(super) fn router() -> Router<Api> {
    Router::new()
        .route("/stats", get(stats::show))
        .route("/bulk-member-action", post(bulk_member_action::act))
        .route("/member-stats", get(member_stats::show))
}
