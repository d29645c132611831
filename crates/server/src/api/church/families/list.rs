//! `GET /api/families` (8.21).

use std::collections::HashMap;

use axum::response::Response;
use rollcall_core::people::PersonStatus;
use rollcall_wire::church::shape::{Number, people_type};
use serde_json::json;

use crate::api::church::{caller::Caller, refused::Answered};

/// Every family with the number of its active people.
pub(super) async fn list(caller: Caller) -> Answered<Response> {
    let shown = caller.look(|caller, facts| {
        let mut members = HashMap::<_, usize>::new();
        for person in facts.people()? {
            if person.status == PersonStatus::Active
                && let Some(family) = &person.family
            {
                *members.entry(family.clone()).or_default() += 1;
            }
        }
        let families = facts.families()?;
        let families = families.iter().map(|family| {
            json!({
                "id": Number(family.id.as_str()),
                "familyName": family.name,
                "familyNotes": family.notes,
                "familyType": people_type(family.kind),
                "lastAttended": family.last_attended,
                "memberCount": members.get(&family.id).copied().unwrap_or(0),
            })
        });
        Ok(caller.says(&json!({ "families": families.collect::<Vec<_>>() })))
    });
    shown.await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church};

    #[tokio::test]
    async fn church_8_21_families_know_how_many_they_are() {
        let house = church().await;
        let family = |id: u32, name: &str, kind: &str, members: u32| {
            json!({"id": id, "familyName": name, "familyNotes": null, "familyType": kind,
                "lastAttended": null, "memberCount": members})
        };
        let families =
            [family(1, "Reed", "regular", 2), family(2, "Stone Family", "local_visitor", 1)];
        let said = house.by("3", "GET", "/api/families", None).await;
        assert_eq!(said, (200, json!({"families": families, "church_id": CHURCH})));
    }
}
