//! `POST /api/attendance/headcount/update/:g/:d` (8.19).

use axum::response::Response;
use rollcall_core::command::Command;
use rollcall_wire::church::shape::mode_name;
use serde_json::json;

use super::{Counts, heads, mode_of};
use crate::api::church::{
    input::{AtSheet, Body},
    refused::Answered,
};

/// Writes down how many heads the account counted.
pub(super) async fn update(AtSheet { caller, place }: AtSheet, body: Body) -> Answered<Response> {
    let count = heads(&body)?;
    let mode = Some(mode_of(body.get("mode"))?.unwrap_or_default());
    let (gathering, date) = (place.gathering.clone(), place.date);
    caller.put(Command::CountHeads { gathering, date, count, mode, counter: None }).await?;
    let shown = caller.look(move |caller, facts| {
        let counts = Counts::of(facts, &place)?;
        let (account, mode) = (&caller.who.account, counts.mode());
        Ok(caller.says(&json!({
            "message": "Headcount updated successfully",
            "headcount": counts.shown(mode, &account.id),
            "userHeadcount": counts.own_count(&account.id),
            "mode": mode_name(mode),
            "updatedBy": account.display_name(),
            "otherUsers": counts.others(mode, &account.id),
        })))
    });
    shown.await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{church, keys, these};

    #[tokio::test]
    async fn church_8_19_a_number_is_written_and_impossible_ones_are_not() {
        let house = church().await;
        let path = "/api/attendance/headcount/update/2/2025-01-19";
        let (status, said) = house.by("2", "POST", path, Some(json!({"headcount": 15}))).await;
        assert_eq!(status, 200, "{said}");
        let names = "message headcount userHeadcount mode updatedBy otherUsers church_id";
        assert_eq!(keys(&said), these(names));
        assert_eq!((&said["headcount"], &said["updatedBy"]), (&json!(15), &json!("Ben Bell")));
        for count in [json!(-1), json!(1.5), json!("5"), json!(100_001), json!(null)] {
            let said = house.by("2", "POST", path, Some(json!({ "headcount": count }))).await;
            assert_eq!(said, (400, json!({"error": "Valid headcount number is required."})));
        }
    }
}
