//! `GET /api/individuals` (8.21).

use std::collections::HashMap;

use axum::response::Response;
use rollcall_core::sheet::everybody;
use rollcall_wire::church::shape::{Number, StoredTime, people_type};
use serde_json::{Value, json};

use crate::api::church::{caller::Caller, refused::Answered};

/// Everybody who is active, with the gatherings on whose rosters they are.
pub(super) async fn list(caller: Caller) -> Answered<Response> {
    let shown = caller.look(|caller, facts| {
        let mut rosters = HashMap::<_, Vec<Value>>::new();
        for gathering in facts.gatherings()? {
            for person in &gathering.roster {
                let entry = json!({"id": Number(gathering.id.as_str()), "name": gathering.name});
                rosters.entry(person.clone()).or_default().push(entry);
            }
        }
        let everybody = everybody(facts)?;
        let people = everybody.iter().map(|entry| {
            let badge = entry.badge.as_deref();
            json!({
                "id": Number(entry.person.as_str()),
                "firstName": entry.first_name,
                "lastName": entry.last_name,
                "peopleType": people_type(entry.kind),
                "isChild": entry.child,
                "badgeText": badge.and_then(|badge| badge.text.as_deref()),
                "badgeColor": badge.and_then(|badge| badge.color.as_deref()),
                "badgeIcon": badge.and_then(|badge| badge.icon.as_deref()),
                "familyId": entry.family.as_ref().map(|family| json!(Number(family.as_str()))),
                "familyName": entry.family_name,
                "isActive": entry.active,
                "createdAt": entry.created_at.map(StoredTime),
                "gatheringAssignments": rosters.get(&entry.person).cloned().unwrap_or_default(),
                "externalLinks": {},
                "managedBy": null,
            })
        });
        Ok(caller.says(&json!({ "people": people.collect::<Vec<_>>() })))
    });
    shown.await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{church, keys, shown, these};

    #[tokio::test]
    async fn church_8_21_people_come_with_their_rosters() {
        let house = church().await;
        let (_, said) = house.by("3", "GET", "/api/individuals", None).await;
        assert_eq!(keys(&said), these("people church_id"));
        assert_eq!(shown(&said["people"]), "12 10 11 20 21");
        let ana = &said["people"][1];
        let names =
            "id firstName lastName peopleType isChild badgeText badgeColor badgeIcon familyId
            familyName isActive createdAt gatheringAssignments externalLinks managedBy";
        assert_eq!(keys(ana), these(names));
        let rosters = json!([{"id": 1, "name": "Sunday"}, {"id": 3, "name": "Youth"}]);
        assert_eq!(ana["gatheringAssignments"], rosters);
    }
}
