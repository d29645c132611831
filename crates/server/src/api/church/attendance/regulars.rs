//! `POST /api/attendance/:g/:d/regulars` (8.13).

use axum::response::Response;
use rollcall_core::command::Command;
use serde_json::json;

use crate::api::church::{
    input::{AtSheet, Body},
    people::{entered, named},
    refused::{Answered, Refused},
};

/// Enters people who belong here.
pub(super) async fn regulars(AtSheet { caller, place }: AtSheet, body: Body) -> Answered<Response> {
    let people = body.newcomers();
    let people = people.ok_or_else(|| Refused::bad("People information is required"))?;
    let command = Command::AddRegulars { gathering: place.gathering, date: place.date, people };
    let answer = caller.put(command).await?;
    let individuals: Vec<_> = entered(&answer).map(named).collect();
    let message = "Regular attendee(s) added successfully";
    Ok(caller.says(&json!({"message": message, "individuals": individuals})))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{church, full, keys, shown, these};

    #[tokio::test]
    async fn church_8_13_regulars_stand_on_the_sheet_afterwards() {
        let house = church().await;
        let path = "/api/attendance/1/2025-01-19/regulars";
        let people = json!([
            {"firstName": "Di", "lastName": "Fox", "firstUnknown": false, "isChild": false},
            {"firstName": "ignored", "firstUnknown": true, "lastName": "Fox", "isChild": true},
        ]);
        let (status, said) = house.by("3", "POST", path, Some(json!({ "people": people }))).await;
        assert_eq!((status, keys(&said)), (200, these("message individuals church_id")));
        let individuals = json!([
            {"id": 22, "firstName": "Di", "lastName": "Fox"},
            {"id": 23, "firstName": "Child 1", "lastName": "Fox"},
        ]);
        assert_eq!(said["individuals"], individuals);
        assert_eq!(shown(&full(&house, "2025-01-19").await["attendanceList"]), "12 23 22 10 11");
        for body in [json!({}), json!({"people": []}), json!({"people": [1]})] {
            let said = house.by("3", "POST", path, Some(body)).await;
            assert_eq!(said, (400, json!({"error": "People information is required"})));
        }
    }
}
