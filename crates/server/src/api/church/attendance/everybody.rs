//! `GET /api/attendance/people/all` (8.9).

use axum::response::Response;
use rollcall_core::sheet;
use rollcall_wire::church::shape::ChurchPerson;
use serde_json::json;

use crate::api::church::{caller::Caller, refused::Answered};

/// Everybody of the church, under the app's own key. The gathering that the app names beside it
/// changes nothing.
pub(super) async fn everybody(caller: Caller) -> Answered<Response> {
    let shown = caller.look(|caller, facts| {
        let all = sheet::everybody(facts)?;
        let all: Vec<_> = all.iter().map(ChurchPerson::of).collect();
        Ok(caller.says(&json!({ "visitors": all })))
    });
    shown.await
}

#[cfg(test)]
mod tests {
    use crate::api::church::testing::{church, keys, shown, these};

    #[tokio::test]
    async fn church_8_9_everybody_stands_under_visitors() {
        let house = church().await;
        let path = "/api/attendance/people/all?gatheringTypeId=1";
        let (_, said) = house.by("3", "GET", path, None).await;
        assert_eq!(keys(&said), these("visitors church_id"));
        assert_eq!(shown(&said["visitors"]), "12 10 11 20 21");
    }
}
