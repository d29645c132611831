//! `GET checkins/my_checkins/`: the visits of whoever asks (G8.9).

use axum::extract::State;
use rollcall_core::facts::Facts;

use super::{
    super::{
        answer::{Answer, ok},
        caller::Caller,
    },
    BARE_VISITS_MAX, shapes, shown,
};
use crate::api::Api;

pub(super) async fn list(State(api): State<Api>, caller: Caller) -> Answer {
    let Some(person) = caller.account().person.clone() else {
        return ok(&[(); 0]);
    };
    let found = api.look(caller.tenant(), move |view| {
        let facts: &dyn Facts = view;
        shown(facts, facts.visits_of(&person, BARE_VISITS_MAX)?)
    });
    ok(&shapes(&found.await?, caller.now))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::testing::{ANN, BEN, DAY_MS, Gym, each};

    #[tokio::test]
    async fn g8_9_members_see_their_own_visits_only() {
        let gym = Gym::open().await;
        gym.visit("mine", ANN, DAY_MS, None).await;
        gym.visit("other", BEN, DAY_MS, None).await;
        let (status, list) = gym.by("7", "GET", "/api/checkins/my_checkins/", None).await;
        assert_eq!((status, each(&list, "id")), (200, vec!["mine"]));
        assert_eq!(gym.read("/api/checkins/my_checkins/").await, json!([]));
        assert_eq!(gym.by("7", "GET", "/api/checkins/mine/", None).await.0, 200);
        assert_eq!(gym.by("7", "GET", "/api/checkins/other/", None).await.0, 403);
    }
}
