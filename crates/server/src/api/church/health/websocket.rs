//! `GET /health/websocket` (9.2).

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use axum::{Json, extract::State, http::StatusCode};
use rollcall_core::{id::TenantId, room::Room};
use rollcall_wire::Dialect;
use serde_json::{Value, json};

use crate::{api::church::Here, clock, shard::Client};

/// How long the shards may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// The live side: open transports, who is there, and every room with a member.
pub(super) async fn websocket(State(Here { api, .. }): State<Here>) -> (StatusCode, Json<Value>) {
    let inspected = tokio::time::timeout(PATIENCE, api.control.hub.inspect()).await;
    let (code, status) = match (api.health.is_well(), &inspected) {
        (true, Ok(_)) => (StatusCode::OK, "OK"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "ERROR"),
    };
    let clients = inspected.into_iter().flatten().flat_map(|shard| shard.clients);
    let here: Vec<_> = clients.filter(|client| client.dialect == Dialect::Church).collect();
    let mut page = numbers(&here);
    page["status"] = json!(status);
    page["timestamp"] = json!(clock::now());
    (code, Json(page))
}

fn numbers(clients: &[Client]) -> Value {
    let accounts: HashSet<_> =
        clients.iter().filter_map(|client| client.account.as_ref()).collect();
    let mut rooms = BTreeMap::<String, usize>::new();
    for client in clients {
        let Some((church, _)) = &client.account else { continue };
        for room in &client.present_in {
            *rooms.entry(name(church, room)).or_default() += 1;
        }
    }
    let details =
        rooms.iter().map(|(room, connections)| json!({"room": room, "connections": connections}));
    json!({
        "totalConnections": clients.len(),
        "connectedUsers": accounts.len(),
        "activeRooms": rooms.len(),
        "roomDetails": details.collect::<Vec<_>>(),
    })
}

/// The app's name of a room (4.1). Test rooms of two churches are two rooms (5.16).
fn name(church: &TenantId, room: &Room) -> String {
    match room {
        Room::Sheet(gathering, date) => format!("attendance:{church}:{gathering}:{date}"),
        Room::Named(name) => format!("test:{church}:{name}"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{
        church::testing::{church, keys, these},
        testing::json_of,
    };

    #[tokio::test]
    async fn church_9_2_the_page_has_its_keys() {
        let house = church().await;
        house.api.health.probe().await;
        let response = house.ask("GET", "/health/websocket", &[], None).await;
        assert_eq!(response.status(), 200);
        let page = json_of(response).await;
        let names = "status totalConnections connectedUsers activeRooms roomDetails timestamp";
        assert_eq!(keys(&page), these(names));
    }

    #[test]
    fn church_9_2_one_account_on_two_devices_is_one() {
        let sheet: Room = "sheet/2025-01-21/3".parse().unwrap();
        let client = |church: &str, account: &str, rooms: &[&Room]| Client {
            dialect: Dialect::Church,
            account: Some((church.into(), account.into())),
            present_in: rooms.iter().map(|room| (*room).clone()).collect(),
        };
        let nobody = Client { dialect: Dialect::Church, account: None, present_in: Vec::new() };
        let page = numbers(&[
            client("1", "2", &[&sheet]),
            client("1", "2", &[&sheet, &Room::Named("a".into())]),
            client("2", "2", &[]),
            nobody,
        ]);
        let rooms = json!([
            {"room": "attendance:1:3:2025-01-21", "connections": 2},
            {"room": "test:1:a", "connections": 1},
        ]);
        let wanted = json!({"totalConnections": 4, "connectedUsers": 2, "activeRooms": 2,
            "roomDetails": rooms});
        assert_eq!(page, wanted);
    }
}
