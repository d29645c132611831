//! `POST /api/attendance/headcount/update-user/:g/:d/:userId` (8.19).

use axum::response::Response;
use rollcall_core::{
    command::Command,
    facts::{Facts, required},
    id::AccountId,
};
use rollcall_wire::church::shape::{Number, mode_name};
use serde_json::json;

use super::{Counts, heads};
use crate::api::church::{
    input::{AtSheet, Body, Names},
    refused::Answered,
};

/// Corrects another's number.
pub(super) async fn correct(
    AtSheet { caller, place }: AtSheet,
    names: Names,
    body: Body,
) -> Answered<Response> {
    caller.coordinator()?;
    let count = heads(&body)?;
    let target = AccountId::new(names.id("id"));
    let (gathering, date, counter) = (place.gathering.clone(), place.date, Some(target.clone()));
    caller.put(Command::CountHeads { gathering, date, count, mode: None, counter }).await?;
    let shown = caller.look(move |caller, facts: &dyn Facts| {
        let counts = Counts::of(facts, &place)?;
        let updated = required(facts.account(&target)?, "account", &target)?;
        let mode = counts.mode();
        Ok(caller.says(&json!({
            "message": "User headcount updated successfully",
            "headcount": counts.shown(mode, &target),
            "userHeadcount": counts.own_count(&target),
            "mode": mode_name(mode),
            "updatedUser": {"id": Number(target.as_str()), "name": updated.display_name()},
            "updatedBy": caller.who.account.display_name(),
            "otherUsers": counts.others(mode, &caller.who.account.id),
        })))
    });
    shown.await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{church, keys, these};

    #[tokio::test]
    async fn church_8_19_a_coordinator_corrects_anothers_number() {
        let house = church().await;
        let path = |id: &str| format!("/api/attendance/headcount/update-user/2/2025-01-19/{id}");
        let body = || Some(json!({"headcount": 9}));
        let (status, said) = house.by("2", "POST", &path("1"), body()).await;
        assert_eq!(status, 200, "{said}");
        let names =
            "message headcount userHeadcount mode updatedUser updatedBy otherUsers church_id";
        assert_eq!(keys(&said), these(names));
        assert_eq!(said["updatedUser"], json!({"id": 1, "name": "Ada Admin"}));
        assert_eq!((&said["userHeadcount"], &said["updatedBy"]), (&json!(9), &json!("Ben Bell")));
        let error = "Target user not found or not in your church.";
        let unknown = house.by("2", "POST", &path("77"), body()).await;
        assert_eq!(unknown, (404, json!({ "error": error })));
    }
}
