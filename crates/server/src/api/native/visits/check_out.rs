//! `POST /v1/visits/{id}/check-out`.

use axum::Json;
use rollcall_core::{command::Command, desk::Claim, id::VisitId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::check_in::visit;
use crate::api::native::{
    hand::Hand,
    input::{Body, InPath},
    lists::Answered,
};

/// Somebody goes. Everything may be left out, the body too.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckOut {
    /// Remarks, appended to those of the check-in.
    #[serde(default)]
    notes: Option<String>,
    /// The device's own time: `at`, `queued`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    claim: Option<Claim>,
}

/// Ends a visit.
#[utoipa::path(post, path = "/v1/visits/{id}/check-out", operation_id = "check_out", tag = "desk",
    params(("id" = String, Path)), request_body = CheckOut,
    responses(
        (status = 200, description = "`visit` and `person`, as the event `checked_out` carries them", body = Object),
        (status = 409, description = "The visit is not open: `detail.visit`"),
    ))]
pub(super) async fn check_out(
    hand: Hand,
    InPath(id): InPath<VisitId>,
    Body(CheckOut { notes, claim }): Body<CheckOut>,
) -> Answered {
    let answer = hand.put(Command::CheckOut { visit: id, notes, claim }).await?;
    Ok(Json(visit(&answer)?))
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn g7_7_a_visit_ends_once() {
        let house = House::open().await;
        let visit = house.check_in("p1").await;
        let path = format!("/v1/visits/{}/check-out", visit["visit"]["id"].as_str().unwrap());
        let (status, said) = house.by("desk", "POST", &path, None).await;
        assert_eq!(status, 200, "{said}");
        assert!(said["visit"]["check_out"].is_string());
        let (status, said) = house.by("desk", "POST", &path, None).await;
        assert_eq!((status, &said["error"]["code"]), (409, &"not_checked_in".into()));
    }
}
