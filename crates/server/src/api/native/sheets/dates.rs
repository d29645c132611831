//! `GET /v1/sheets/{gathering}`.

use axum::Json;
use rollcall_core::{facts::Facts, id::GatheringId};
use serde_json::json;

use crate::api::native::{caller::Caller, input::InPath, lists::Answered};

/// The dates on which a gathering has a sheet, newest first.
#[utoipa::path(get, path = "/v1/sheets/{gathering}", operation_id = "list_sheets", tag = "sheets",
    params(("gathering" = String, Path)),
    responses((status = 200, description = "`sheets`, each as the event `sheet_changed` carries one", body = Object)))]
pub(super) async fn dates(caller: Caller, InPath(id): InPath<GatheringId>) -> Answered {
    caller
        .look(move |caller, view| {
            caller.gathering(view, &id)?;
            let facts: &dyn Facts = view;
            Ok(Json(json!({ "sheets": facts.sheets(&id)? })))
        })
        .await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn a_gathering_tells_its_dates_to_those_who_see_it() {
        let house = House::open().await;
        let changes = json!({"changes": [{"person": "p1", "status": "present"}]});
        for date in ["2026-11-15", "2026-11-21"] {
            let path = format!("/v1/sheets/g1/{date}/marks");
            assert_eq!(house.by("taker", "POST", &path, Some(changes.clone())).await.0, 200);
        }
        let (status, said) = house.by("taker", "GET", "/v1/sheets/g1", None).await;
        assert_eq!((status, &said["sheets"][0]["date"]), (200, &"2026-11-21".into()));
        assert_eq!(house.by("taker", "GET", "/v1/sheets/g2", None).await.0, 403);
        assert_eq!(house.by("taker", "GET", "/v1/sheets/g9", None).await.0, 404);
    }
}
