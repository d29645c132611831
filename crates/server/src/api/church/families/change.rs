//! `PUT /api/families/:id` (8.21).

use axum::response::Response;
use rollcall_core::{command::Command, id::FamilyId};
use rollcall_wire::church::shape::{Number, kind_named};
use serde_json::json;

use crate::api::church::{
    caller::Caller,
    input::{Body, Names},
    refused::{Answered, Refused},
};

/// Changes a family; its active people take its new type on.
pub(super) async fn change(caller: Caller, names: Names, body: Body) -> Answered<Response> {
    caller.coordinator()?;
    let family = FamilyId::new(names.id("id"));
    let kind = body.get("familyType").map(|kind| kind.as_str().and_then(kind_named));
    if kind == Some(None) {
        return Err(Refused::bad("Invalid family type"));
    }
    let command = Command::ChangeFamily {
        family: family.clone(),
        name: body.text("familyName").map(str::to_owned),
        kind: kind.flatten(),
        notes: body.text("familyNotes").map(str::to_owned),
    };
    caller.put(command).await?;
    let id = Number(family.as_str());
    Ok(caller.says(&json!({"message": "Family updated successfully", "id": id})))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church};

    #[tokio::test]
    async fn church_8_21_a_familys_type_is_its_peoples() {
        let house = church().await;
        let body = || Some(json!({"familyType": "regular", "familyNotes": "update the settings"}));
        let path = "/api/families/2";
        let said = house.by("2", "PUT", path, body()).await;
        let wanted =
            json!({"message": "Family updated successfully", "id": 2, "church_id": CHURCH});
        assert_eq!(said, (200, wanted));
        let (_, people) = house.by("3", "GET", "/api/individuals", None).await;
        let kim = people["people"].as_array().unwrap().iter().find(|p| p["id"] == 20).unwrap();
        assert_eq!(kim["peopleType"], "regular");
        assert_eq!(house.by("3", "PUT", path, body()).await.0, 403);
        let unknown = house.by("2", "PUT", "/api/families/99", body()).await;
        assert_eq!(unknown, (404, json!({"error": "Family not found"})));
    }
}
