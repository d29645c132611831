//! `DELETE members/{id}/`: a member is gone, with the photo; past visits stay, with the name (G8.7).

use axum::{extract::State, http::StatusCode, response::IntoResponse};
use rollcall_core::{
    command::{Command, List},
    facts::Facts,
    people::Permission,
    rejection::{Refusal, Rejection},
};

use super::{
    super::{answer::Answer, caller::Caller, path_id::PathId, refused::Refused},
    find, photo,
};
use crate::api::Api;

pub(super) async fn remove(State(api): State<Api>, caller: Caller, PathId(id): PathId) -> Answer {
    caller.must(Permission::ChangePeople)?;
    let found = api.look(caller.tenant(), move |view| {
        let facts: &dyn Facts = view;
        let Some(person) = find(facts, &id)? else { return Ok(None) };
        let open = facts.open_visit(&person.id)?;
        Ok(Some((person, open)))
    });
    let (person, open) = found.await?.ok_or(Refused::NotFound)?;
    if let Some(visit) = open {
        // Nobody stays in who is no member: the tiles would count them for ever.
        let notes = Some("Member removed".to_owned());
        let check_out = Command::CheckOut { visit: visit.id.clone(), notes, claim: None };
        match caller.submit(&api, None, check_out).await {
            // Gone meanwhile by another hand.
            Ok(_) | Err(Refusal::Rejected(Rejection::NotCheckedIn { .. })) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    let remove = Command::Remove { list: List::People, id: person.id.to_string() };
    caller.submit(&api, None, remove).await?;
    photo::forget(&api, caller.tenant(), &person).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::testing::{ANN, DAY_MS, Gym};

    #[tokio::test]
    async fn g8_7_a_removed_member_is_gone_and_no_longer_in() {
        let gym = Gym::open().await;
        let body = Some(json!({"member": "GYM0001"}));
        assert_eq!(gym.by("admin", "POST", "/api/checkins/", body).await.0, 201);
        let path = format!("/api/members/{ANN}/");
        let (status, body) = gym.by("admin", "DELETE", &path, None).await;
        assert_eq!((status, body), (204, json!(null)));
        assert_eq!(gym.by("admin", "GET", &path, None).await.0, 404);
        assert_eq!(gym.by("admin", "DELETE", &path, None).await.0, 404);
        assert_eq!(gym.read("/api/checkins/stats/").await["currentlyIn"], 0);
        let visits = gym.read("/api/checkins/").await;
        assert_eq!(visits[0]["member"]["id"], ANN, "past visits stay");
    }

    #[tokio::test]
    async fn g4_2_past_visits_of_a_removed_member_keep_the_name() {
        let gym = Gym::open().await;
        gym.visit("v1", ANN, 3 * DAY_MS, Some(3 * DAY_MS - 1)).await;
        let path = format!("/api/members/{ANN}/");
        assert_eq!(gym.by("admin", "DELETE", &path, None).await.0, 204);
        let visit = gym.read("/api/checkins/v1/").await;
        for path in [
            "/api/checkins/",
            "/api/checkins/?q=maria",
            "/api/checkins/history/?q=gym0001",
            "/api/check-ins/?status=out",
        ] {
            let list = gym.read(path).await;
            let list = list.get("results").unwrap_or(&list);
            assert_eq!(list, &json!([visit]), "{path}");
        }
        let member = json!({
            "id": ANN, "full_name": "Ann Maria Example", "fullName": "Ann Maria Example",
            "membership_number": "GYM0001", "membership_type": "", "email": "",
        });
        assert_eq!(visit["member"], member);
        assert_eq!(gym.read("/api/members/search/?q=maria").await, json!([]), "gone all the same");
    }
}
