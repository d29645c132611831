//! `PATCH /v1/tenant`.

use rollcall_core::{command::List, facts::Key};
use serde_json::{Map, Value};

use crate::api::native::{
    hand::Hand,
    input::Body,
    lists::{self, Answered},
};

/// Lays the fields over the tenant (RFC 7396): its name, zone and settings.
#[utoipa::path(patch, path = "/v1/tenant", operation_id = "change_tenant", tag = "tenant", request_body = Object,
    responses((status = 200, description = "The tenant as it stands now", body = Object)))]
pub(super) async fn change(hand: Hand, Body(fields): Body<Map<String, Value>>) -> Answered {
    let id = hand.caller.who.tenant.to_string();
    lists::change(hand, List::Tenant, Key::Tenant, id, fields, None).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn an_administrator_changes_the_tenant() {
        let house = House::open().await;
        let fields = |zone: &str| Some(json!({ "time_zone": zone }));
        let (status, tenant) = house.by("admin", "PATCH", "/v1/tenant", fields("Asia/Tokyo")).await;
        assert_eq!((status, &tenant["time_zone"]), (200, &"Asia/Tokyo".into()));
        assert_eq!(house.by("admin", "PATCH", "/v1/tenant", fields("Mars")).await.0, 400);
        assert_eq!(house.by("desk", "PATCH", "/v1/tenant", fields("UTC")).await.0, 403);
    }
}
