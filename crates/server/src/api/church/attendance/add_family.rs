//! `POST /api/attendance/:g/:d/visitor-family/:familyId` (8.12).

use axum::response::Response;
use rollcall_core::{command::Command, id::FamilyId};
use serde_json::json;

use super::visitors_after;
use crate::api::church::{
    input::{AtSheet, Names},
    people::named,
    refused::Answered,
};

/// Puts a family of visitors on the sheet, all present.
pub(super) async fn add_family(
    AtSheet { caller, place }: AtSheet,
    names: Names,
) -> Answered<Response> {
    let family = FamilyId::new(names.id("id"));
    let command = Command::AddFamilyToSheet {
        gathering: place.gathering.clone(),
        date: place.date,
        family: family.clone(),
    };
    caller.put(command).await?;
    let people = caller.look(move |_, facts| Ok(facts.active_people_of_family(&family)?)).await?;
    let individuals: Vec<_> = people
        .iter()
        .map(|person| {
            let mut shown = named(person);
            shown["present"] = json!(true);
            shown
        })
        .collect();
    let ids = people.iter().map(|person| person.id.clone()).collect();
    let visitors = visitors_after(&caller, place, ids, false).await?;
    let message = "Visitor family added and marked present";
    Ok(caller.says(&json!({"message": message, "individuals": individuals, "visitors": visitors})))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church};

    #[tokio::test]
    async fn church_8_12_a_family_of_visitors_comes_as_a_whole() {
        let house = church().await;
        let path = |id: &str| format!("/api/attendance/1/2025-01-19/visitor-family/{id}");
        let (status, said) = house.by("3", "POST", &path("2"), None).await;
        assert_eq!(status, 200);
        let wanted = json!({
            "message": "Visitor family added and marked present",
            "individuals": [{"id": 20, "firstName": "Kim", "lastName": "Stone", "present": true}],
            "visitors": [{"name": "Kim Stone", "visitorType": "potential_regular",
                "lastAttended": "2025-01-19"}],
            "church_id": CHURCH,
        });
        assert_eq!(said, wanted);
        for id in ["1", "99"] {
            let said = house.by("3", "POST", &path(id), None).await;
            assert_eq!(said, (404, json!({"error": "Visitor family not found"})), "{id}");
        }
    }
}
