//! `GET /api/attendance/:g/visitors/recent` (8.9).

use axum::response::Response;
use rollcall_core::facts::Facts;
use rollcall_wire::church::{read::Place, shape::RecentVisitor};
use serde_json::json;

use super::people_of;
use crate::{
    api::church::{input::AtGathering, refused::Answered},
    clock,
};

/// Visitors who were here recently, as of the church's own today.
pub(super) async fn recent(AtGathering { caller, gathering }: AtGathering) -> Answered<Response> {
    let shown = caller.look(move |caller, facts: &dyn Facts| {
        let place = Place { gathering, date: facts.zone()?.date_of(clock::now()) };
        let people = people_of(facts, &place, None)?;
        let recent: Vec<_> = people.recent.iter().map(RecentVisitor::of).collect();
        Ok(caller.says(&json!({ "visitors": recent })))
    });
    shown.await
}

#[cfg(test)]
mod tests {
    use crate::api::church::testing::{church, keys, shown, these};

    #[tokio::test]
    async fn church_8_9_who_was_here_lately_is_recent() {
        let house = church().await;
        let path = "/api/attendance/1/visitors/recent";
        assert_eq!(shown(&house.by("3", "GET", path, None).await.1["visitors"]), "");
        let family = "/api/attendance/1/2025-01-19/visitor-family/2";
        assert_eq!(house.by("3", "POST", family, None).await.0, 200);
        let (_, said) = house.by("3", "GET", path, None).await;
        assert_eq!(
            (keys(&said), shown(&said["visitors"])),
            (these("visitors church_id"), "20".into())
        );
    }
}
