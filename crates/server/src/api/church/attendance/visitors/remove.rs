//! `DELETE /api/attendance/:g/:d/visitors/:id` (8.16).

use axum::response::Response;
use rollcall_core::{command::Command, facts::Facts, id::PersonId, rejection::Fault};
use serde_json::json;

use crate::api::church::{
    input::{AtSheet, Names},
    refused::Answered,
};

/// Takes a visitor, or the whole family, off the sheet and the roster.
pub(super) async fn remove(AtSheet { caller, place }: AtSheet, names: Names) -> Answered<Response> {
    let person = PersonId::new(names.id("id"));
    let whole_family = names.text("deleteFamily") == Some("true");
    let (id, gathering, date) = (person.clone(), place.gathering, place.date);
    caller.put(Command::RemoveVisitor { gathering, date, person, whole_family }).await?;
    let names = caller.look(move |_, facts| Ok(gone(facts, &id, whole_family)?)).await?;
    Ok(caller.says(&json!({
        "message": "Visitor removed successfully",
        "removed": names.len(),
        "deletedNames": names,
        "visitors": [],
    })))
}

/// The names of those who went.
fn gone(facts: &dyn Facts, id: &PersonId, whole_family: bool) -> Result<Vec<String>, Fault> {
    let Some(person) = facts.person(id)? else { return Ok(Vec::new()) };
    let mut names = vec![person.full_name()];
    if let (true, Some(family)) = (whole_family, &person.family) {
        let mut others = facts.people_of_family(family)?;
        others.retain(|other| other.kind.visits() && other.id != *id);
        names.extend(others.iter().map(|other| other.full_name()));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church, full, shown};

    #[tokio::test]
    async fn church_8_16_a_visitor_goes_off_the_sheet() {
        let house = church().await;
        let path = |id: &str| format!("/api/attendance/1/2025-01-19/visitors/{id}");
        let early = house.by("3", "DELETE", &path("20"), None).await;
        assert_eq!(early, (404, json!({"error": "Attendance session not found"})));
        let family = "/api/attendance/1/2025-01-19/visitor-family/2";
        assert_eq!(house.by("3", "POST", family, None).await.0, 200);
        let stranger = house.by("3", "DELETE", &path("99"), None).await;
        assert_eq!(stranger, (404, json!({"error": "Visitor not found"})));
        let path = format!("{}?deleteFamily=true", path("20"));
        let (status, said) = house.by("3", "DELETE", &path, None).await;
        let wanted = json!({"message": "Visitor removed successfully", "removed": 1,
            "deletedNames": ["Kim Stone"], "visitors": [], "church_id": CHURCH});
        assert_eq!((status, said), (200, wanted));
        assert_eq!(shown(&full(&house, "2025-01-19").await["visitors"]), "");
    }
}
