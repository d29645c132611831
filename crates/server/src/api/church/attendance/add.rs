//! `POST /api/attendance/:g/:d/individual/:id` (8.11).

use axum::response::Response;
use rollcall_core::{command::Command, id::PersonId};
use serde_json::json;

use crate::api::church::{
    input::{AtSheet, Names},
    people::{named, person},
    refused::Answered,
};

/// Puts somebody on the sheet, present.
pub(super) async fn add(AtSheet { caller, place }: AtSheet, names: Names) -> Answered<Response> {
    let id = PersonId::new(names.id("id"));
    let people = vec![id.clone()];
    let command = Command::AddToSheet { gathering: place.gathering, date: place.date, people };
    caller.put(command).await?;
    let individual = caller.look(move |_, facts| Ok(named(&*person(facts, &id)?))).await?;
    let message = "Individual added and marked present";
    Ok(caller.says(&json!({"message": message, "individual": individual})))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church, full, shown};

    #[tokio::test]
    async fn church_8_11_anybody_can_be_added_and_strangers_cannot() {
        let house = church().await;
        let path = |id: &str| format!("/api/attendance/1/2025-01-19/individual/{id}");
        let (status, said) = house.by("3", "POST", &path("21"), None).await;
        assert_eq!(status, 200);
        let individual = json!({"id": 21, "firstName": "Lou", "lastName": "Way"});
        let message = "Individual added and marked present";
        let wanted = json!({"message": message, "individual": individual, "church_id": CHURCH});
        assert_eq!(said, wanted);
        assert_eq!(shown(&full(&house, "2025-01-19").await["visitors"]), "21*");
        for id in ["999", "x"] {
            let said = house.by("3", "POST", &path(id), None).await;
            assert_eq!(said, (404, json!({"error": "Individual not found"})));
        }
    }
}
