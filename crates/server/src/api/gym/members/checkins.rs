//! `GET members/{id}/checkins/`: a member's visits, newest first (G8.7).

use axum::extract::State;
use rollcall_core::{facts::Facts, people::Permission};

use super::{
    super::{
        answer::{Answer, ok},
        caller::Caller,
        checkins::{BARE_VISITS_MAX, shapes, shown},
        path_id::PathId,
        refused::Refused,
    },
    find,
};
use crate::api::Api;

pub(super) async fn list(State(api): State<Api>, caller: Caller, PathId(id): PathId) -> Answer {
    caller.must_or_be(Permission::ReadDesk, &id.as_str().into())?;
    let found = api.look(caller.tenant(), move |view| {
        let Some(person) = find(view, &id)? else { return Ok(None) };
        let facts: &dyn Facts = view;
        Ok(Some(shown(facts, facts.visits_of(&person.id, BARE_VISITS_MAX)?)?))
    });
    let found = found.await?.ok_or(Refused::NotFound)?;
    ok(&shapes(&found, caller.now))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{ANN, BEN, DAY_MS, Gym, each};

    #[tokio::test]
    async fn g8_7_a_members_visits_come_newest_first() {
        let gym = Gym::open().await;
        gym.visit("v1", ANN, 3 * DAY_MS, Some(3 * DAY_MS - 1)).await;
        gym.visit("v2", ANN, DAY_MS, None).await;
        gym.visit("v3", BEN, DAY_MS, None).await;
        let list = gym.read(&format!("/api/members/{ANN}/checkins/")).await;
        assert_eq!(each(&list, "id"), ["v2", "v1"]);
        assert_eq!(gym.by("admin", "GET", "/api/members/no/checkins/", None).await.0, 404);
    }
}
