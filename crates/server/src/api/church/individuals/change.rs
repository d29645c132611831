//! `PUT /api/individuals/:id` (8.21).

use axum::response::Response;
use rollcall_core::command::{Command, Expect, List};
use rollcall_wire::church::shape::Number;
use serde_json::json;

use super::fields;
use crate::api::church::{
    caller::Caller,
    input::{Body, Names},
    refused::Answered,
};

/// Changes somebody.
pub(super) async fn change(caller: Caller, names: Names, body: Body) -> Answered<Response> {
    caller.coordinator()?;
    let (id, fields) = (names.id("id"), fields(&body)?);
    let list = List::People;
    let expect = Expect::There;
    caller.put(Command::Change { list, id: Some(id.clone()), fields, expect, seen: None }).await?;
    let message = "Individual updated successfully";
    Ok(caller.says(&json!({"message": message, "id": Number(&id)})))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church, full};

    #[tokio::test]
    async fn church_8_21_a_person_changes_field_by_field() {
        let house = church().await;
        let body = || Some(json!({"firstName": "Anna", "badgeText": "Team"}));
        let said = house.by("2", "PUT", "/api/individuals/10", body()).await;
        let message = "Individual updated successfully";
        assert_eq!(said, (200, json!({"message": message, "id": 10, "church_id": CHURCH})));
        let sheet = full(&house, "2025-01-19").await;
        let anna = &sheet["attendanceList"][1];
        assert_eq!((&anna["firstName"], &anna["badgeText"]), (&json!("Anna"), &json!("Team")));
        assert_eq!(anna["lastName"], "Reed");
        let unknown = house.by("2", "PUT", "/api/individuals/99", body()).await;
        assert_eq!(unknown, (404, json!({"error": "Individual not found"})));
    }
}
