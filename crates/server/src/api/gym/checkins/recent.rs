//! `GET checkins/recent/`: the last day's visits, newest first, a screenful (G8.9).

use axum::extract::State;
use rollcall_core::{facts::Facts, people::Permission};

use super::{
    super::{
        answer::{Answer, ok},
        caller::Caller,
    },
    shapes, shown,
};
use crate::api::Api;

const AGE_MS_MAX: i64 = 24 * 3_600_000;
const VISITS_MAX: usize = 20;

pub(super) async fn list(State(api): State<Api>, caller: Caller) -> Answer {
    caller.must(Permission::ReadDesk)?;
    let since = caller.now.plus_ms(-AGE_MS_MAX);
    let found = api.look(caller.tenant(), move |view| {
        let facts: &dyn Facts = view;
        shown(facts, facts.visits_since(since, VISITS_MAX)?)
    });
    ok(&shapes(&found.await?, caller.now))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{ANN, DAY_MS, Gym, MINUTE_MS, each};

    #[tokio::test]
    async fn g8_9_recent_is_one_day_and_at_most_twenty() {
        let gym = Gym::open().await;
        gym.visit("old", ANN, DAY_MS + MINUTE_MS, Some(DAY_MS)).await;
        assert_eq!(each(&gym.read("/api/checkins/recent/").await, "id"), [""; 0]);
        for n in 0..25 {
            let began = (1 + i64::from(n)) * MINUTE_MS;
            gym.visit(&format!("v{n:02}"), ANN, began, Some(began - 1)).await;
        }
        let recent = gym.read("/api/checkins/recent/").await;
        let ids = each(&recent, "id");
        assert_eq!((ids.len(), ids[0], ids[19]), (20, "v00", "v19"));
    }
}
