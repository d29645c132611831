//! `POST /v1/visits`.

use axum::{Json, http::StatusCode};
use rollcall_core::{
    command::Command,
    decide::Answer,
    desk::{Claim, PersonRef},
    event::Event,
    rejection::Fault,
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::native::{hand::Hand, input::Body, lists::Answered};

/// Somebody comes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckIn {
    /// Who: `{"id": …}` or `{"number": …}`.
    #[schema(value_type = Object)]
    person: PersonRef,
    /// Where.
    #[serde(default)]
    location: Option<String>,
    /// Remarks.
    #[serde(default)]
    notes: Option<String>,
    /// The device's own time: `at`, `queued`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    claim: Option<Claim>,
}

/// Begins a visit.
#[utoipa::path(post, path = "/v1/visits", operation_id = "check_in", tag = "desk", request_body = CheckIn,
    responses(
        (status = 201, description = "`visit`, `person` and perhaps a `warning`, as the event `checked_in` carries them", body = Object),
        (status = 409, description = "The person is in already: `detail.visit`"),
    ))]
pub(super) async fn check_in(
    hand: Hand,
    Body(CheckIn { person, location, notes, claim }): Body<CheckIn>,
) -> Answered<(StatusCode, Json<Value>)> {
    let answer = hand.put(Command::CheckIn { person, location, notes, claim }).await?;
    Ok((StatusCode::CREATED, Json(visit(&answer)?)))
}

/// The visit of an answer, as its event carries it.
pub(super) fn visit(answer: &Answer) -> Result<Value, Fault> {
    let told = answer.events.iter().find_map(|committed| match &committed.event {
        Event::CheckedIn { visit, person, warning: None } | Event::CheckedOut { visit, person } => {
            Some(json!({ "visit": visit, "person": person }))
        }
        Event::CheckedIn { visit, person, warning } => {
            Some(json!({ "visit": visit, "person": person, "warning": warning }))
        }
        _ => None,
    });
    told.ok_or_else(|| Fault("a step at the desk left no event".into()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn g7_5_a_second_check_in_is_refused_with_the_visit_that_is_open() {
        let house = House::open().await;
        let first = house.check_in("p1").await;
        assert_eq!(first["person"]["number"], "M-1");
        let again = Some(json!({"person": {"number": "M-1"}}));
        let (status, said) = house.by("desk", "POST", "/v1/visits", again).await;
        assert_eq!((status, &said["error"]["code"]), (409, &"already_checked_in".into()));
        assert_eq!(said["error"]["detail"]["visit"]["id"], first["visit"]["id"]);
        let unknown = Some(json!({"person": {"number": "M-9"}}));
        assert_eq!(house.by("desk", "POST", "/v1/visits", unknown).await.0, 404);
        let own = Some(json!({"person": {"id": "p2"}}));
        assert_eq!(house.by("bo", "POST", "/v1/visits", own).await.0, 403);
    }
}
