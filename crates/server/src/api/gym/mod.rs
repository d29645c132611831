//! The gym dialect over REST (contract gym, section 8). The socket's shapes and its JSON writer
//! serve here too; every write goes through `submit`, so screens hear of it as of any other.

mod address;
mod admin;
mod answer;
mod auth;
mod caller;
mod checkins;
mod expiring_memberships;
mod fields;
mod health;
mod member_stats;
mod members;
mod path_id;
mod refused;
#[cfg(test)]
mod testing;

use axum::{Router, routing::get};
use tower::ServiceExt;

use self::refused::Refused;
use super::Api;

/// Every endpoint of the dialect, at any spelling of its address (G8.1).
pub(super) fn router(api: Api) -> Router {
    let endpoints = Router::new()
        .nest("/api/auth", auth::router())
        .nest("/api/members", members::router())
        .nest("/api/checkins", checkins::router())
        .nest("/api/check-ins", checkins::alias_router())
        .nest("/api/admin", admin::router())
        .route("/api/member-stats", get(member_stats::show))
        .route("/api/notifications/dashboard/expiring_memberships", get(expiring_memberships::list))
        .route("/health", get(health::show))
        .route("/api/health", get(health::show))
        .fallback(|| async { Refused::NotFound })
        .method_not_allowed_fallback(|| async { Refused::Method })
        .with_state(api);
    // The address is made plain before anything is looked up by it; a layer would come too late.
    Router::new().fallback_service(endpoints.map_request(address::made_plain))
}
