//! `GET /api/attendance/visitors/all` (8.9).

use axum::response::Response;
use rollcall_core::sheet::everybody;
use rollcall_wire::church::shape::ChurchPerson;
use serde_json::json;

use crate::api::church::{caller::Caller, refused::Answered};

/// Every visitor of the church.
pub(super) async fn all(caller: Caller) -> Answered<Response> {
    let shown = caller.look(|caller, facts| {
        let all = everybody(facts)?;
        let visitors = all.iter().filter(|entry| entry.kind.visits()).map(ChurchPerson::of);
        Ok(caller.says(&json!({ "visitors": visitors.collect::<Vec<_>>() })))
    });
    shown.await
}

#[cfg(test)]
mod tests {
    use crate::api::church::testing::{church, shown};

    #[tokio::test]
    async fn church_8_9_only_visitors_are_listed() {
        let house = church().await;
        let (_, said) = house.by("3", "GET", "/api/attendance/visitors/all", None).await;
        assert_eq!(shown(&said["visitors"]), "20 21");
    }
}
