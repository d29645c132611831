//! `GET checkins/{id}/`: one visit (G8.9). Members read their own.

use axum::extract::State;
use rollcall_core::{desk::in_any_case, facts::Facts, id::VisitId, people::Permission};

use super::{
    super::{
        answer::{Answer, ok},
        caller::Caller,
        path_id::PathId,
        refused::Refused,
    },
    shapes, shown,
};
use crate::api::Api;

pub(super) async fn read(State(api): State<Api>, caller: Caller, PathId(id): PathId) -> Answer {
    let found = api.look(caller.tenant(), move |view| {
        let facts: &dyn Facts = view;
        let visit = in_any_case(&id, |id| facts.visit(&VisitId::new(id)))?;
        shown(facts, visit.into_iter().collect())
    });
    let found = found.await?;
    match found.first() {
        Some(visit) => caller.must_or_be(Permission::ReadDesk, &visit.person.id)?,
        None => {
            // Whether an id is known is told to those only who may see it.
            caller.must(Permission::ReadDesk)?;
            return Err(Refused::NotFound);
        }
    }
    ok(&shapes(&found, caller.now)[0])
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{ANN, DAY_MS, Gym, MINUTE_MS};

    #[tokio::test]
    async fn g7_18_a_forgotten_visit_is_flagged() {
        let gym = Gym::open().await;
        gym.visit("forgotten", ANN, DAY_MS + MINUTE_MS, None).await;
        let visit = gym.read("/api/checkins/forgotten/").await;
        assert_eq!((&visit["stale"], &visit["status"]), (&true.into(), &"checked_in".into()));
        gym.visit("closed", "p1", 3 * DAY_MS, Some(0)).await;
        gym.visit("fresh", "p2", DAY_MS - MINUTE_MS, None).await;
        for id in ["closed", "fresh"] {
            assert!(gym.read(&format!("/api/checkins/{id}/")).await.get("stale").is_none());
        }
        assert_eq!(gym.by("admin", "GET", "/api/checkins/unknown/", None).await.0, 404);
    }
}
