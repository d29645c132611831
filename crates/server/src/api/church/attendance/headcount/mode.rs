//! `PUT /api/attendance/headcount/mode/:g/:d` (8.19).

use axum::response::Response;
use rollcall_core::command::Command;
use rollcall_wire::church::shape::mode_name;
use serde_json::{Value, json};

use super::mode_of;
use crate::api::church::{
    input::{AtSheet, Body},
    refused::Answered,
};

/// Chooses how a sheet makes one number of several.
pub(super) async fn mode(AtSheet { caller, place }: AtSheet, body: Body) -> Answered<Response> {
    let mode = mode_of(Some(body.get("mode").unwrap_or(&Value::Null)))?.unwrap_or_default();
    let (gathering, date) = (place.gathering.clone(), place.date);
    caller.put(Command::SetHeadcountMode { gathering, date, mode }).await?;
    let sheet = caller.look(move |_, facts| Ok(facts.sheet(&place.gathering, place.date)?)).await?;
    Ok(caller.says(&json!({
        "message": "Headcount mode updated successfully",
        "mode": mode_name(mode),
        "sessionId": sheet.map(|sheet| sheet.number),
    })))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church};

    #[tokio::test]
    async fn church_8_19_a_mode_is_one_of_three() {
        let house = church().await;
        let path = "/api/attendance/headcount/mode/2/2025-01-19";
        let said = house.by("2", "PUT", path, Some(json!({"mode": "averaged"}))).await;
        let wanted = json!({"message": "Headcount mode updated successfully", "mode": "averaged",
            "sessionId": 1, "church_id": CHURCH});
        assert_eq!(said, (200, wanted));
        let error = "Invalid mode. Must be separate, combined, or averaged.";
        for body in [json!({"mode": "sum"}), json!({}), json!({"mode": 1})] {
            let said = house.by("2", "PUT", path, Some(body)).await;
            assert_eq!(said, (400, json!({ "error": error })));
        }
    }
}
