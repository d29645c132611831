//! `GET /v1/tenant`.

use rollcall_core::facts::Key;

use crate::api::native::{
    caller::Caller,
    lists::{self, Answered},
};

/// The tenant: its name, zone and settings.
#[utoipa::path(get, path = "/v1/tenant", operation_id = "show_tenant", tag = "tenant",
    responses((status = 200, description = "The tenant, as the event `tenant_changed` carries it", body = Object)))]
pub(super) async fn show(caller: Caller) -> Answered {
    let id = caller.who.tenant.to_string();
    lists::show(caller, Key::Tenant, "tenant", id).await
}

#[cfg(test)]
mod tests {
    use crate::api::testing::{House, TENANT};

    #[tokio::test]
    async fn everybody_who_is_signed_in_sees_the_tenant() {
        let house = House::open().await;
        let (status, tenant) = house.by("bo", "GET", "/v1/tenant", None).await;
        assert_eq!((status, &tenant["id"]), (200, &TENANT.into()));
        assert_eq!(house.ask("GET", "/v1/tenant", &[], None).await.status(), 401);
    }
}
