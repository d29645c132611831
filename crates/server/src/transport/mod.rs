//! Transports carry bytes: sockets in, conversations out. What the bytes mean is not their affair.

pub mod door;
pub mod engineio;
mod http;
mod live;
mod poll;
mod refused;
mod route;
mod sse;
mod upgrade;
mod websocket;

use axum::{Router, routing::get};
pub use live::Live;
use rollcall_wire::Dialect;

/// What a dialect has live over HTTP: its one-way transports, and its WebSocket's addresses for
/// connections that HTTP has used before. Engine.IO's are an entrance's own.
pub fn routes(dialect: Dialect) -> Router {
    let routes = match dialect {
        Dialect::Native => Router::new()
            .route("/v1/live", get(upgrade::upgrade))
            .route("/v1/live/events", get(sse::events))
            .route("/v1/live/poll", get(poll::poll)),
        Dialect::Gym => Router::new()
            .route("/ws/checkins", get(upgrade::upgrade))
            .route("/ws/checkins/", get(upgrade::upgrade))
            .route("/ws/checkins/{*rest}", get(upgrade::upgrade)),
        Dialect::Church => Router::new(),
    };
    routes.method_not_allowed_fallback(refused::no_such_method)
}
