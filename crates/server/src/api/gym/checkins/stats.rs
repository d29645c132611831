//! `GET checkins/stats/`: the desk's statistics, as every socket gets them (G4.3, G7.16).

use axum::extract::State;
use rollcall_wire::gym::shape;

use super::{
    super::{
        answer::{Answer, ok},
        caller::Caller,
    },
    desk_stats,
};
use crate::api::Api;

pub(super) async fn show(State(api): State<Api>, caller: Caller) -> Answer {
    let now = caller.now;
    let stats = api.look(caller.tenant(), move |view| desk_stats(view, now)).await?;
    ok(&shape::stats(stats, now))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{ANN, BEN, DAY_MS, Gym, MINUTE_MS, keys};

    #[tokio::test]
    async fn g7_16_both_pages_of_statistics_agree() {
        let gym = Gym::open().await;
        gym.visit("old", ANN, 3 * DAY_MS, None).await;
        gym.visit("new", BEN, 0, None).await;
        gym.visit("past", "p1", 4 * DAY_MS, Some(4 * DAY_MS - 45 * MINUTE_MS)).await;
        for path in ["/api/checkins/stats/", "/api/check-ins/stats/"] {
            let stats = gym.read(path).await;
            let expected = ["averageStayMinutes", "currentlyIn", "timestamp", "todayTotal"];
            assert_eq!(keys(&stats), expected);
            assert_eq!((&stats["currentlyIn"], &stats["todayTotal"]), (&2.into(), &1.into()));
            assert_eq!(stats["averageStayMinutes"], 0);
        }
        let admin = gym.read("/api/admin/stats/").await;
        assert_eq!(admin["checkins"], serde_json::json!({"current": 2, "today": 1}));
    }
}
