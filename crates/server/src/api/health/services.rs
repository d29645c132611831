//! `GET /health/services`: what the program depends on, and each shard in numbers.

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode};
use rollcall_core::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{api::Api, clock, shard::Inspected};

/// How long the shards may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the program depends on.
#[derive(Serialize, ToSchema)]
pub(super) struct ServicesHealth {
    /// `healthy` or `unhealthy`.
    status: &'static str,
    /// The server's clock.
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
    /// Each service by itself.
    services: Services,
    /// Each thread that serves connections; absent if they did not answer in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    shards: Option<Vec<Shard>>,
}

/// Each service by itself.
#[derive(Serialize, ToSchema)]
struct Services {
    /// Whether the store writes and reads and the shards deliver.
    store: &'static str,
    /// Whether the shards answer.
    shards: &'static str,
}

/// One thread that serves connections.
#[derive(Serialize, ToSchema)]
struct Shard {
    /// Open connections.
    connections: usize,
    /// Accounts with a connection.
    accounts: usize,
    /// Rooms with a member.
    rooms: usize,
    /// Members of all rooms.
    members: usize,
    /// Members of the fullest room.
    members_most: usize,
}

impl From<Inspected> for Shard {
    fn from(found: Inspected) -> Self {
        let members = || found.rooms.iter().map(|(_, _, members)| *members);
        Self {
            connections: found.connections,
            accounts: found.accounts,
            rooms: found.rooms.len(),
            members: members().sum(),
            members_most: members().max().unwrap_or_default(),
        }
    }
}

/// What the program depends on.
#[utoipa::path(get, path = "/health/services", tag = "health", security(()), responses(
    (status = 200, description = "Everything works", body = ServicesHealth),
    (status = 503, description = "Something does not", body = ServicesHealth),
))]
pub(super) async fn services(State(api): State<Api>) -> (StatusCode, Json<ServicesHealth>) {
    let (mut code, mut status) = super::state(&api);
    let store = status;
    let shards = tokio::time::timeout(PATIENCE, api.control.hub.inspect()).await.ok();
    let answered = if shards.is_some() { "healthy" } else { "unhealthy" };
    if shards.is_none() {
        (code, status) = (StatusCode::SERVICE_UNAVAILABLE, "unhealthy");
    }
    let shards = shards.map(|shards| shards.into_iter().map(Shard::from).collect());
    let services = Services { store, shards: answered };
    (code, Json(ServicesHealth { status, timestamp: clock::now(), services, shards }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing::{House, json_of};

    #[tokio::test]
    async fn a_service_that_does_not_work_is_named() {
        let house = House::open().await;
        let page = json_of(house.ask("GET", "/health/services", &[], None).await).await;
        assert_eq!(page["services"]["store"], "unhealthy");
        assert_eq!(page["services"]["shards"], "healthy");
    }

    #[test]
    fn members_are_counted_over_all_rooms() {
        let room = |room: &str, members| ("t".into(), room.parse().unwrap(), members);
        let rooms = vec![room("desk", 3), room("people", 5)];
        let shard =
            Shard::from(Inspected { connections: 6, accounts: 4, rooms, clients: Vec::new() });
        assert_eq!((shard.rooms, shard.members, shard.members_most), (2, 8, 5));
    }
}
