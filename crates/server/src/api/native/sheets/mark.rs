//! `POST /v1/sheets/{gathering}/{date}/marks`.

use axum::{Json, response::IntoResponse};
use rollcall_core::{
    command::Command,
    id::GatheringId,
    sheet::{MarkChange, MergeRule},
    time::Date,
};
use rollcall_wire::native::rest;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::native::{
    hand::Hand,
    input::{Body, InPath},
    lists::Answered,
};

/// Who is marked, and how.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Changes {
    /// At most 1000: `person`, `status` (present, late, absent, excused, sick), and optionally
    /// `note`, `check_in`, `check_out`, `override_reason`, `seen` (version), `marked_at`.
    #[schema(value_type = Vec<Object>, max_items = 1_000)]
    changes: Vec<MarkChange>,
}

/// Marks people. Each change is judged on its own: its result says what became of it.
#[utoipa::path(post, path = "/v1/sheets/{gathering}/{date}/marks", operation_id = "mark_sheet", tag = "sheets",
    params(("gathering" = String, Path), ("date" = String, Path)), request_body = Changes,
    responses((status = 200, description = "The live protocol's `answer`: `position`, `events`, `marks` (one `outcome` per change)", body = Object)))]
pub(super) async fn mark(
    hand: Hand,
    InPath((gathering, date)): InPath<(GatheringId, Date)>,
    Body(Changes { changes }): Body<Changes>,
) -> Answered<impl IntoResponse> {
    let rule = MergeRule::Native;
    let answer = hand.put(Command::MarkSheet { gathering, date, changes, rule }).await?;
    Ok(Json(rest::answer(None, &answer)).into_response())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn each_change_of_a_batch_has_its_own_result() {
        let house = House::open().await;
        let path = "/v1/sheets/g1/2026-11-21/marks";
        let changes = json!({"changes": [
            {"person": "p1", "status": "present"},
            {"person": "nobody", "status": "late"},
        ]});
        let (status, said) = house.by("taker", "POST", path, Some(changes.clone())).await;
        assert_eq!(status, 200, "{said}");
        let outcomes: Vec<_> =
            said["marks"].as_array().unwrap().iter().map(|m| m["outcome"].clone()).collect();
        assert_eq!(outcomes, ["applied", "unknown_person"]);
        let other = "/v1/sheets/g2/2026-11-21/marks";
        assert_eq!(house.by("taker", "POST", other, Some(changes)).await.0, 403);
    }
}
