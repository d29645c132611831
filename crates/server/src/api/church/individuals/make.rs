//! `POST /api/individuals` (8.21).

use axum::response::Response;
use rollcall_core::command::{Command, Expect, List};
use rollcall_wire::church::shape::Number;
use serde_json::json;

use super::fields;
use crate::api::church::{
    caller::Caller,
    input::Body,
    people::entered,
    refused::{Answered, Refused},
};

/// Enters somebody under the next number.
pub(super) async fn make(caller: Caller, body: Body) -> Answered<Response> {
    caller.coordinator()?;
    if body.filled("firstName").is_none() || body.filled("lastName").is_none() {
        return Err(Refused::bad("First name and last name are required"));
    }
    let command = Command::Change {
        list: List::People,
        id: None,
        fields: fields(&body)?,
        expect: Expect::Numbered,
        seen: None,
    };
    let answer = caller.put(command).await?;
    let id = entered(&answer).next().map(|person| Number(person.id.as_str()));
    Ok(caller.made(&json!({"message": "Individual created successfully", "id": id})))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church};

    #[tokio::test]
    async fn church_8_21_a_new_person_gets_the_next_number_and_its_type() {
        let house = church().await;
        let body = || {
            Some(json!({"firstName": "Vi", "lastName": "O'Neill", "familyId": 2,
                "peopleType": "traveller_visitor", "isChild": true}))
        };
        let said = house.by("2", "POST", "/api/individuals", body()).await;
        let message = "Individual created successfully";
        assert_eq!(said, (201, json!({"message": message, "id": 22, "church_id": CHURCH})));
        let (_, all) = house.by("3", "GET", "/api/attendance/visitors/all", None).await;
        let vi = all["visitors"].as_array().unwrap().iter().find(|p| p["id"] == 22).unwrap();
        assert_eq!((&vi["visitorType"], &vi["familyId"]), (&json!("temporary_other"), &json!(2)));
        assert_eq!(house.by("3", "POST", "/api/individuals", body()).await.0, 403);
        let nobody = house.by("2", "POST", "/api/individuals", Some(json!({}))).await;
        assert_eq!(nobody.0, 400);
    }
}
