//! `GET /v1/desk/stats`.

use axum::Json;
use rollcall_core::{facts::Facts, people::Permission};
use serde_json::json;

use crate::{
    api::native::{caller::Caller, lists::Answered},
    clock, control,
};

/// The desk's statistics: the computation behind every screen, of now.
#[utoipa::path(get, path = "/v1/desk/stats", operation_id = "desk_stats", tag = "desk",
    responses((status = 200, description = "`currently_in`, `today_total`, `average_stay_minutes`", body = Object)))]
pub(super) async fn stats(caller: Caller) -> Answered {
    caller.allow(Permission::ReadDesk, "see the desk's statistics")?;
    let now = clock::now();
    caller
        .look(move |_, view| {
            let facts: &dyn Facts = view;
            Ok(Json(json!(control::tally(facts, facts.zone()?, now)?.stats())))
        })
        .await
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn g7_15_who_is_in_is_counted() {
        let house = House::open().await;
        house.check_in("p1").await;
        let (status, said) = house.by("desk", "GET", "/v1/desk/stats", None).await;
        assert_eq!(
            (status, &said["currently_in"], &said["today_total"]),
            (200, &1.into(), &1.into())
        );
        assert_eq!(house.by("bo", "GET", "/v1/desk/stats", None).await.0, 403);
    }
}
