//! `/api/attendance/…` (8.9 to 8.19).

mod add;
mod add_family;
mod dates;
mod everybody;
mod exclude;
mod full;
mod headcount;
mod plain;
mod record;
mod regulars;
mod visitors;

use axum::{
    Router,
    routing::{get, patch, post},
};
use rollcall_core::{
    facts::Facts,
    id::PersonId,
    sheet::{SheetPeople, sheet_people},
};
use rollcall_wire::church::{read::Place, shape::RecentVisitor};
use serde_json::{Value, json};

use super::{
    Here,
    caller::{self, Caller},
    refused::Answered,
};
use crate::clock;

pub(super) fn router() -> Router<Here> {
    Router::new()
        .route("/api/attendance/{g}/sessions/dates", get(dates::dates))
        .route("/api/attendance/{g}/{d}", get(plain::plain).post(record::record))
        .route("/api/attendance/{g}/{d}/full", get(full::full))
        .route("/api/attendance/{g}/{d}/individual/{id}", post(add::add))
        .route("/api/attendance/{g}/{d}/visitor-family/{id}", post(add_family::add_family))
        .route("/api/attendance/{g}/{d}/regulars", post(regulars::regulars))
        .route("/api/attendance/people/all", get(everybody::everybody))
        .route("/api/attendance/sessions/{id}/exclude", patch(exclude::exclude))
        .merge(visitors::router())
        .merge(headcount::router())
}

/// Who is on a sheet; regulars only where `search` is part of a name (8.9).
fn people_of(facts: &dyn Facts, place: &Place, search: Option<&str>) -> Answered<SheetPeople> {
    let gathering = caller::gathering(facts, &place.gathering)?;
    let mut people = sheet_people(facts, &gathering, place.date, clock::now())?;
    if let Some(part) = search.map(str::trim).filter(|part| !part.is_empty()) {
        let part = part.to_lowercase();
        let holds = |name: &str| name.to_lowercase().contains(&part);
        people.regulars.retain(|entry| {
            holds(&entry.first_name)
                || holds(&entry.last_name)
                || entry.family_name.as_deref().is_some_and(holds)
        });
    }
    Ok(people)
}

/// Those of the sheet's visitors who are wanted, as the answers to writes show them; `group` adds
/// their family.
async fn visitors_after(
    caller: &Caller,
    place: Place,
    wanted: Vec<PersonId>,
    group: bool,
) -> Answered<Vec<Value>> {
    let shown = move |_: &Caller, facts: &dyn Facts| {
        let people = people_of(facts, &place, None)?;
        let on_sheet = people.visitors.iter().filter(|entry| wanted.contains(&entry.person));
        let shown = on_sheet.map(RecentVisitor::of).map(|visitor| {
            let mut shown = json!({
                "name": visitor.name,
                "visitorType": visitor.visitor_type,
                "lastAttended": visitor.last_attended,
            });
            if let (true, Some(family)) = (group, visitor.visitor_family_group) {
                shown["visitorFamilyGroup"] = json!(family);
            }
            shown
        });
        Ok(shown.collect())
    };
    caller.look(shown).await
}
