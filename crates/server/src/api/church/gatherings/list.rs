//! `GET /api/gatherings` (8.8).

use axum::response::Response;
use rollcall_core::sheet::sheet_people;
use rollcall_wire::church::shape::GatheringEntry;
use serde_json::json;

use crate::{
    api::church::{caller::Caller, refused::Answered},
    clock,
};

/// The active gatherings that the account sees.
pub(super) async fn list(caller: Caller) -> Answered<Response> {
    let shown = caller.look(|caller, facts| {
        let now = clock::now();
        let today = facts.zone()?.date_of(now);
        let mut seen = facts.gatherings()?;
        seen.retain(|found| found.active && caller.enter(&found.id).is_ok());
        // Ids are numbers here, so 10 comes after 9.
        seen.sort_by_key(|gathering| gathering.id.as_str().parse().unwrap_or(u64::MAX));
        let mut entries = Vec::new();
        for gathering in &seen {
            let recent = sheet_people(facts, gathering, today, now)?.recent.len();
            entries.push(GatheringEntry::of(gathering, recent));
        }
        Ok(caller.says(&json!({ "gatherings": entries })))
    });
    shown.await
}

#[cfg(test)]
mod tests {
    use crate::api::church::testing::{church, keys, shown, these};

    #[tokio::test]
    async fn church_8_8_everybody_sees_their_own_gatherings() {
        let house = church().await;
        for (account, list) in [("1", "1 2 3"), ("2", "1 2"), ("3", "1")] {
            let (_, said) = house.by(account, "GET", "/api/gatherings", None).await;
            assert_eq!(shown(&said["gatherings"]), list);
            let names = "id name description dayOfWeek startTime endTime frequency attendanceType
                customSchedule kioskEnabled leaderCheckinEnabled kioskMessage individualMode
                requiresBackgroundCheck isActive createdAt memberCount recentVisitorCount";
            assert_eq!(keys(&said["gatherings"][0]), these(names));
            assert_eq!(said["gatherings"][0]["dayOfWeek"], "Sunday");
        }
    }
}
