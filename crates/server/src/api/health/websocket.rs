//! `GET /health/websocket`: the live side in numbers; no names, for anybody may ask.

use axum::{Json, extract::State, http::StatusCode};
use rollcall_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{Api, metrics},
    clock,
};

/// The live side in numbers.
#[derive(Serialize, ToSchema)]
pub(super) struct LiveHealth {
    /// `healthy` or `unhealthy`.
    status: &'static str,
    /// The server's clock.
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
    /// Open connections.
    connections: i64,
    /// Of these, signed in.
    signed_in: i64,
    /// Rooms with a member, counted on each shard.
    rooms: i64,
    /// Events told to clients since the start.
    deliveries: u64,
    /// Threads that serve connections.
    shards: usize,
}

/// The live side in numbers.
#[utoipa::path(get, path = "/health/websocket", tag = "health", security(()), responses(
    (status = 200, description = "The program's own probe works", body = LiveHealth),
    (status = 503, description = "It does not", body = LiveHealth),
))]
pub(super) async fn websocket(State(api): State<Api>) -> (StatusCode, Json<LiveHealth>) {
    let (code, status) = super::state(&api);
    let totals = metrics::totals(&api.control.hub);
    let page = LiveHealth {
        status,
        timestamp: clock::now(),
        connections: totals.connections,
        signed_in: totals.signed_in,
        rooms: totals.rooms,
        deliveries: totals.deliveries,
        shards: api.control.hub.len(),
    };
    (code, Json(page))
}

#[cfg(test)]
mod tests {
    use crate::api::testing::{House, json_of};

    #[tokio::test]
    async fn the_live_side_is_told_in_numbers() {
        let house = House::open().await;
        house.api.health.probe().await;
        let response = house.ask("GET", "/health/websocket", &[], None).await;
        assert_eq!(response.status(), 200);
        let page = json_of(response).await;
        assert_eq!((&page["connections"], &page["shards"]), (&0.into(), &0.into()));
    }
}
