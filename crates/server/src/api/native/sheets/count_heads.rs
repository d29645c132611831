//! `POST /v1/sheets/{gathering}/{date}/headcounts`.

use axum::{Json, response::IntoResponse};
use rollcall_core::{
    command::Command,
    id::{AccountId, GatheringId},
    people::HeadcountMode,
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

/// How many heads somebody counted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Count {
    /// How many.
    #[schema(maximum = 100_000)]
    count: u32,
    /// How the sheet makes one number of several from now on.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "combined")]
    mode: Option<HeadcountMode>,
    /// Whose number, if not the caller's own.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    counter: Option<AccountId>,
}

/// Writes down how many heads the caller counted.
#[utoipa::path(post, path = "/v1/sheets/{gathering}/{date}/headcounts", operation_id = "count_heads", tag = "sheets",
    params(("gathering" = String, Path), ("date" = String, Path)), request_body = Count,
    responses((status = 200, description = "The live protocol's `answer`: `position`, `events`", body = Object)))]
pub(super) async fn count_heads(
    hand: Hand,
    InPath((gathering, date)): InPath<(GatheringId, Date)>,
    Body(Count { count, mode, counter }): Body<Count>,
) -> Answered<impl IntoResponse> {
    let answer = hand.put(Command::CountHeads { gathering, date, count, mode, counter }).await?;
    Ok(Json(rest::answer(None, &answer)).into_response())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn what_was_counted_stands_on_the_sheet() {
        let house = House::open().await;
        let path = "/v1/sheets/g2/2026-11-21/headcounts";
        let count = |count: u32| Some(json!({"count": count, "mode": "combined"}));
        let (status, said) = house.by("admin", "POST", path, count(41)).await;
        assert_eq!(status, 200, "{said}");
        let (_, sheet) = house.by("admin", "GET", "/v1/sheets/g2/2026-11-21", None).await;
        assert_eq!(sheet["headcounts"][0]["count"], 41);
        assert_eq!(house.by("admin", "POST", path, count(100_001)).await.0, 400);
        assert_eq!(house.by("taker", "POST", path, count(1)).await.0, 403);
    }
}
