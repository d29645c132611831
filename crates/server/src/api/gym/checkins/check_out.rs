//! `POST checkins/{id}/checkout/`: check a member out (G8.10, G7.7).

use axum::{extract::State, http::StatusCode};
use rollcall_core::{command::Command, id::VisitId};

use super::{
    super::{answer::Answer, caller::Caller, fields::Fields, path_id::PathId, refused::Refused},
    done,
};
use crate::api::Api;

pub(super) async fn check_out(
    State(api): State<Api>,
    caller: Caller,
    PathId(id): PathId,
    body: Fields,
) -> Answer {
    let visit = VisitId::parse("id", &id).map_err(|_| Refused::NotFound)?;
    let notes = body.text("notes")?.map(str::to_owned);
    let check_out = Command::CheckOut { visit, notes, claim: None };
    let kept = caller.submit(&api, body.request_id(), check_out).await?;
    done(StatusCode::OK, &kept, caller.now)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::testing::{ANN, DAY_MS, Gym};

    #[tokio::test]
    async fn g8_10_a_visit_is_closed_once() {
        let gym = Gym::open().await;
        gym.visit("v1", ANN, 3 * DAY_MS, None).await;
        let path = "/api/checkins/v1/checkout/";
        let body = Some(json!({"notes": "Left a bag"}));
        let (status, visit) = gym.by("desk", "POST", path, body).await;
        assert_eq!(status, 200, "a visit of any age can be closed: {visit}");
        assert_eq!((&visit["id"], &visit["status"]), (&"v1".into(), &"checked_out".into()));
        assert_eq!(visit["notes"], "Check-out: Left a bag");
        assert!(visit["duration_minutes"].is_i64() && visit["check_out_time"].is_string());
        let (status, answer) = gym.by("desk", "POST", path, None).await;
        assert_eq!((status, answer), (400, json!({ "error": "Already checked out" })));
        assert_eq!(gym.by("desk", "POST", "/api/checkins/no/checkout/", None).await.0, 404);
    }

    #[tokio::test]
    async fn g3_4_an_id_that_a_file_holds_in_capitals_is_found_in_any_letter_case() {
        let gym = Gym::open().await;
        let id = "ABCDEF00-0000-4000-8000-00000000000A";
        gym.visit(id, ANN, DAY_MS, None).await;
        let lower = id.to_ascii_lowercase();
        assert_eq!(gym.read(&format!("/api/checkins/{lower}/")).await["id"], id);
        for (path, status) in [(id, 200), (&*lower, 400)] {
            let path = format!("/api/checkins/{path}/checkout/");
            let (answered, visit) = gym.by("desk", "POST", &path, None).await;
            assert_eq!(answered, status, "{path}: {visit}");
        }
    }

    #[tokio::test]
    async fn g3_6_an_id_that_was_a_check_ins_does_not_stand_in_the_way() {
        let gym = Gym::open().await;
        let body = json!({"member": "GYM0001", "requestId": "r1"});
        let (_, visit) = gym.by("desk", "POST", "/api/checkins/", Some(body)).await;
        let path = format!("/api/checkins/{}/checkout/", visit["id"].as_str().unwrap());
        for _ in 0..2 {
            let body = Some(json!({"requestId": "r1"}));
            let (status, visit) = gym.by("desk", "POST", &path, body).await;
            assert_eq!((status, &visit["status"]), (200, &"checked_out".into()), "{visit}");
        }
    }

    #[tokio::test]
    async fn g8_11_the_alias_checks_out_too() {
        let gym = Gym::open().await;
        let body = Some(json!({"member": "GYM0001"}));
        let (_, visit) = gym.by("desk", "POST", "/api/checkins", body).await;
        let id = visit["id"].as_str().unwrap().to_uppercase();
        let path = format!("/api/api/check-ins//{id}/check-out");
        assert_eq!(gym.by("desk", "POST", &path, None).await.0, 200);
    }
}
