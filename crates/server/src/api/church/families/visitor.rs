//! `POST /api/families/visitor` (8.21).

use axum::response::Response;
use rollcall_core::{command::Command, event::Event};
use rollcall_wire::church::shape::{Number, kind_named};
use serde_json::json;

use crate::api::church::{
    caller::Caller,
    input::Body,
    people::{entered, named},
    refused::{Answered, Refused},
};

/// Enters a family with its people. The answer comes after the commit: the app puts the family on
/// a sheet at once.
pub(super) async fn visitor(caller: Caller, body: Body) -> Answered<Response> {
    let name = body.filled("familyName").map(str::to_owned);
    let kind = body.text("peopleType").and_then(kind_named);
    let (Some(name), Some(kind), Some(people)) = (name, kind, body.newcomers()) else {
        return Err(Refused::bad("Family name, people type, and people are required"));
    };
    let notes = body.filled("notes").map(str::to_owned);
    let answer = caller.put(Command::AddFamily { name, kind, notes, people }).await?;
    let family = answer.events.iter().find_map(|committed| match &committed.event {
        Event::FamilyChanged(family) => Some(Number(family.id.as_str())),
        _ => None,
    });
    let individuals: Vec<_> = entered(&answer).map(named).collect();
    let message = "Family created successfully";
    Ok(caller.made(&json!({"message": message, "familyId": family, "individuals": individuals})))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church, full, shown};

    #[tokio::test]
    async fn church_8_21_a_new_family_can_be_put_on_a_sheet_at_once() {
        let house = church().await;
        let body = json!({"familyName": "Hill", "peopleType": "local_visitor", "people": [
            {"firstName": "Al", "lastName": "Hill", "isChild": false},
            {"firstUnknown": true, "lastName": "Hill", "isChild": true},
            {"firstUnknown": true, "lastUnknown": true},
        ]});
        let said = house.by("3", "POST", "/api/families/visitor", Some(body)).await;
        let wanted = json!({
            "message": "Family created successfully",
            "familyId": 3,
            "individuals": [
                {"id": 22, "firstName": "Al", "lastName": "Hill"},
                {"id": 23, "firstName": "Child 1", "lastName": "Hill"},
                {"id": 24, "firstName": "Unknown", "lastName": "Unknown"},
            ],
            "church_id": CHURCH,
        });
        assert_eq!(said, (201, wanted));
        let path = "/api/attendance/1/2025-01-19/visitor-family/3";
        assert_eq!(house.by("3", "POST", path, None).await.0, 200);
        assert_eq!(shown(&full(&house, "2025-01-19").await["visitors"]), "22* 23* 24*");
    }

    #[tokio::test]
    async fn church_8_21_what_lacks_is_told() {
        let house = church().await;
        let person = json!([{"firstName": "Al"}]);
        for body in [
            json!({"peopleType": "local_visitor", "people": person}),
            json!({"familyName": "Hill", "peopleType": "ghost", "people": person}),
            json!({"familyName": "Hill", "peopleType": "local_visitor", "people": []}),
        ] {
            let said = house.by("3", "POST", "/api/families/visitor", Some(body)).await;
            let error = "Family name, people type, and people are required";
            assert_eq!(said, (400, json!({ "error": error })));
        }
    }
}
