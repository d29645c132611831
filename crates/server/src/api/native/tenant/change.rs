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
    use rollcall_core::command::{By, Command, Expect, List};
    use serde_json::{Value, json};

    use crate::api::testing::{House, TENANT};

    #[tokio::test]
    async fn an_administrator_changes_the_tenant() {
        let house = House::open().await;
        let fields = |zone: &str| Some(json!({ "time_zone": zone }));
        let (status, tenant) = house.by("admin", "PATCH", "/v1/tenant", fields("Asia/Tokyo")).await;
        assert_eq!((status, &tenant["time_zone"]), (200, &"Asia/Tokyo".into()));
        assert_eq!(house.by("admin", "PATCH", "/v1/tenant", fields("Mars")).await.0, 400);
        assert_eq!(house.by("desk", "PATCH", "/v1/tenant", fields("UTC")).await.0, 403);
    }

    #[tokio::test]
    async fn g7_14_a_tenant_does_not_take_a_host_name() {
        let house = House::open().await;
        for (settings, status) in [
            (json!({"hosts": ["other.example"]}), 403),
            (json!({"hosts": []}), 200),
            (json!({"gym": {"auto_check_out_hours": 12}}), 200),
        ] {
            let body = json!({ "settings": settings });
            let (said, _) = house.by("admin", "PATCH", "/v1/tenant", Some(body)).await;
            assert_eq!(said, status, "{settings}");
        }
    }

    #[tokio::test]
    async fn church_8_2_a_church_does_not_decide_whether_it_is_approved() {
        let house = House::open().await;
        let church = |setting: &Value| Some(json!({"settings": {"church": setting}}));
        let operator = Command::Change {
            list: List::Tenant,
            id: Some(TENANT.to_owned()),
            fields: church(&json!({"approved": false})).unwrap().as_object().unwrap().clone(),
            expect: Expect::There,
            seen: None,
        };
        for (setting, status) in [
            (json!({"approved": false}), 403),
            (json!({"approved": true, "kiosk_rest": true}), 200),
            (json!(null), 200),
        ] {
            let body = church(&setting);
            let (said, _) = house.by("admin", "PATCH", "/v1/tenant", body).await;
            assert_eq!(said, status, "while approved: {setting}");
        }
        house.api.submit(&TENANT.into(), By::System, None, operator).await.unwrap();
        for (body, status) in [
            (church(&json!({"approved": true})), 403),
            // Back to the defaults would be approved as well.
            (church(&json!(null)), 403),
            (Some(json!({"settings": null})), 403),
            (church(&json!({"kiosk_rest": true})), 200),
            (Some(json!({"name": "Grace"})), 200),
        ] {
            let (said, _) = house.by("admin", "PATCH", "/v1/tenant", body.clone()).await;
            assert_eq!(said, status, "while pending: {body:?}");
        }
    }
}
