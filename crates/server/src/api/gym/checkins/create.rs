//! `POST checkins/`: check a member in (G8.10, G7.3 to G7.10).

use axum::{extract::State, http::StatusCode};
use rollcall_core::command::Command;
use rollcall_wire::gym::person_ref;

use super::{
    super::{answer::Answer, caller::Caller, fields::Fields, refused::Refused},
    done,
};
use crate::api::Api;

pub(super) async fn create(State(api): State<Api>, caller: Caller, body: Fields) -> Answer {
    let named = body.name(&["member", "memberId", "member_id"]);
    let named = named.ok_or_else(|| Refused::missing("member"))?;
    let check_in = Command::CheckIn {
        person: person_ref(&named).ok_or(Refused::NotFound)?,
        location: body.text("location")?.map(str::to_owned),
        notes: body.text("notes")?.map(str::to_owned),
        claim: None,
    };
    let kept = caller.submit(&api, body.request_id(), check_in).await?;
    done(StatusCode::CREATED, &kept, caller.now)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::testing::{ANN, Gym, keys};

    const PATH: &str = "/api/checkins/";

    #[tokio::test]
    async fn g8_10_a_member_is_checked_in_by_id_or_number_once() {
        let gym = Gym::open().await;
        for key in ["member", "memberId", "member_id"] {
            for name in [ANN.to_owned(), ANN.to_uppercase(), "GYM0001".to_owned()] {
                let body = json!({key: name, "location": " Reception ", "notes": "n"});
                let (status, visit) = gym.by("desk", "POST", PATH, Some(body.clone())).await;
                assert_eq!(status, 201, "{visit}");
                assert_eq!(
                    (&visit["status"], &visit["notes"]),
                    (&"checked_in".into(), &"n".into())
                );
                assert_eq!(visit["location"], "Reception");
                assert_eq!(visit["check_out_time"], json!(null));
                let (status, again) = gym.by("desk", "POST", PATH, Some(body)).await;
                let text = "Ann Maria Example is already checked in";
                assert_eq!((status, again), (400, json!({ "error": text })));
                let id = visit["id"].as_str().unwrap();
                assert_eq!(gym.read(&format!("{PATH}{id}/")).await, visit, "a read shows it");
                let out = format!("{PATH}{id}/checkout/");
                assert_eq!(gym.by("desk", "POST", &out, None).await.0, 200);
            }
        }
    }

    #[tokio::test]
    async fn g8_10_who_is_not_there_is_404_and_a_bad_field_is_named() {
        let gym = Gym::open().await;
        for (body, status, key) in [
            (json!({"member": "nobody"}), 404, "detail"),
            (json!({"member": "a\nb"}), 404, "detail"),
            (json!({"member": 123456}), 404, "detail"),
            (json!({}), 400, "member"),
            (json!({"member": null}), 400, "member"),
            (json!({"member": ANN, "location": "x".repeat(101)}), 400, "location"),
            (json!({"member": ANN, "location": 7}), 400, "location"),
            (json!({"member": ANN, "notes": "x".repeat(2_001)}), 400, "notes"),
        ] {
            let (got, answer) = gym.by("desk", "POST", PATH, Some(body.clone())).await;
            assert_eq!((got, keys(&answer)), (status, vec![key]), "{body}");
        }
        assert_eq!(gym.read("/api/checkins/stats/").await["currentlyIn"], 0);
    }

    #[tokio::test]
    async fn g7_3_an_inactive_member_comes_in_with_a_warning() {
        let gym = Gym::open().await;
        let (status, visit) =
            gym.by("desk", "POST", PATH, Some(json!({"member": "GYM0002"}))).await;
        assert_eq!(status, 201);
        assert!(visit["warning"].as_str().unwrap().contains("Ben Sample"), "{visit}");
    }

    #[tokio::test]
    async fn g3_6_a_repeated_request_gets_the_first_answer() {
        let gym = Gym::open().await;
        let body = json!({"member": "GYM0001", "requestId": "r1"});
        let first = gym.by("desk", "POST", PATH, Some(body.clone())).await;
        assert_eq!(gym.by("desk", "POST", PATH, Some(body)).await, first);
        assert_eq!(gym.read("/api/checkins/stats/").await["todayTotal"], 1);
    }
}
