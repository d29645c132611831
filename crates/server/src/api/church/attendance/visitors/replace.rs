//! `PUT /api/attendance/:g/:d/visitors/:id` (8.15).

use axum::response::Response;
use rollcall_core::{command::Command, id::PersonId};
use serde_json::json;

use super::{kind, visitors_after};
use crate::api::church::{
    input::{AtSheet, Body, Names},
    people::{entered, named, person},
    refused::{Answered, Refused},
};

/// Says who a visitor really is.
pub(super) async fn replace(
    AtSheet { caller, place }: AtSheet,
    names: Names,
    body: Body,
) -> Answered<Response> {
    let people = body.newcomers();
    let people = people.ok_or_else(|| Refused::bad("Visitor information is required"))?;
    let id = PersonId::new(names.id("id"));
    let command = Command::ReplaceVisitor {
        gathering: place.gathering.clone(),
        date: place.date,
        person: id.clone(),
        people,
        kind: kind(&body),
        family_name: body.filled("familyName").map(str::to_owned),
    };
    let answer = caller.put(command).await?;
    let mut ids = vec![id.clone()];
    ids.extend(entered(&answer).map(|person| person.id.clone()));
    let mut individuals =
        vec![caller.look(move |_, facts| Ok(named(&*person(facts, &id)?))).await?];
    individuals.extend(entered(&answer).map(named));
    let visitors = visitors_after(&caller, place, ids, false).await?;
    let message = "Visitor updated successfully";
    Ok(caller.says(&json!({"message": message, "individuals": individuals, "visitors": visitors})))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{church, full, keys, shown, these};

    #[tokio::test]
    async fn church_8_15_a_visitor_turns_out_to_be_a_couple() {
        let house = church().await;
        let path = |id: &str| format!("/api/attendance/1/2025-01-19/visitors/{id}");
        let people = json!([
            {"firstName": "Kay", "lastName": "Stone"},
            {"firstName": "Jo", "lastName": "Stone"},
        ]);
        let body = || Some(json!({"people": people, "visitorType": "temporary_other"}));
        let (status, said) = house.by("3", "PUT", &path("20"), body()).await;
        assert_eq!(status, 200, "{said}");
        assert_eq!(keys(&said), these("message individuals visitors church_id"));
        let individuals = json!([
            {"id": 20, "firstName": "Kay", "lastName": "Stone"},
            {"id": 22, "firstName": "Jo", "lastName": "Stone"},
        ]);
        assert_eq!(said["individuals"], individuals);
        assert_eq!(keys(&said["visitors"][0]), these("name visitorType lastAttended"));
        assert_eq!(shown(&full(&house, "2025-01-19").await["visitors"]), "22 20");
        let unknown = house.by("3", "PUT", &path("10"), body()).await;
        assert_eq!(unknown, (404, json!({"error": "Visitor not found"})));
    }
}
