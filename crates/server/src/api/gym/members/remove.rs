//! `DELETE members/{id}/`: a member is gone, with the photo; past visits stay (G8.7).

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
};
use rollcall_core::{
    command::{Command, List},
    facts::Facts,
    people::Permission,
    rejection::{Refusal, Rejection},
};

use super::{
    super::{answer::Answer, caller::Caller, refused::Refused},
    find, photo,
};
use crate::api::Api;

pub(super) async fn remove(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
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

    use super::super::super::testing::{ANN, Gym};

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
}
