//! `GET checkins/`: a bare list, or the history's pages if asked for by its keys (G8.9).

use std::collections::HashMap;

use axum::extract::{Query, State};
use rollcall_core::people::Permission;

use super::{
    super::{
        answer::{Answer, ok},
        caller::Caller,
    },
    BARE_VISITS_MAX, history,
    selection::Selection,
    shapes, shown,
};
use crate::api::Api;

pub(super) async fn list(
    State(api): State<Api>,
    caller: Caller,
    Query(asked): Query<HashMap<String, String>>,
) -> Answer {
    if Selection::has_pages(&asked) {
        return history::history(State(api), caller, Query(asked)).await;
    }
    caller.must(Permission::ReadDesk)?;
    let (selection, now) = (Selection::of(&asked)?, caller.now);
    let found = api
        .look(caller.tenant(), move |view| shown(view, selection.all(view, now, BARE_VISITS_MAX)?));
    ok(&shapes(&found.await?, now))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{ANN, BEN, DAY_MS, Gym, each, keys};

    #[tokio::test]
    async fn g8_9_the_list_is_bare_unless_pages_are_asked_for() {
        let gym = Gym::open().await;
        let noon = |date: &str| format!("{date}T12:00:00Z").parse().unwrap();
        gym.visit_at("old", ANN, noon("2026-01-05"), Some(noon("2026-01-05"))).await;
        gym.visit("ann", ANN, 2 * DAY_MS, None).await;
        gym.visit("ben", BEN, DAY_MS, None).await;
        for (query, expected) in [
            ("", vec!["ben", "ann", "old"]),
            ("?member=GYM0001", vec!["ann", "old"]),
            (&format!("?member={}", ANN.to_uppercase()), vec!["ann", "old"]),
            ("?member=nobody", vec![]),
            ("?date=2026-01-05", vec!["old"]),
            ("?date=2026-01-05&member=GYM0002", vec![]),
        ] {
            let list = gym.read(&format!("/api/checkins/{query}")).await;
            assert_eq!(each(&list, "id"), expected, "{query}");
        }
        for query in ["page=0", "perPage=5", "status=all", "dateRange=all", "q="] {
            let page = gym.read(&format!("/api/checkins/?{query}")).await;
            assert!(keys(&page).contains(&"results"), "{query}");
        }
        let (status, body) = gym.by("admin", "GET", "/api/checkins/?date=yesterday", None).await;
        assert_eq!((status, keys(&body)), (400, vec!["date"]));
    }
}
