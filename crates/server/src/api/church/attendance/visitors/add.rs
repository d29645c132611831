//! `POST /api/attendance/:g/:d/visitors` (8.14).

use axum::response::Response;
use rollcall_core::{
    command::Command,
    decide::Answer,
    event::Event,
    id::{FamilyId, PersonId},
    people::Newcomer,
    sheet::Listed,
};
use rollcall_wire::church::{read, shape::Number};
use serde_json::json;

use super::{kind, visitors_after};
use crate::api::church::{
    input::{AtSheet, Body},
    people::entered,
    refused::{Answered, Refused},
};

/// Enters visitors, or finds them by name, and puts them on the sheet without marking them.
pub(super) async fn add(AtSheet { caller, place }: AtSheet, body: Body) -> Answered<Response> {
    let people = people(&body);
    let people = people.ok_or_else(|| Refused::bad("Visitor information is required"))?;
    let command = Command::AddVisitors {
        gathering: place.gathering.clone(),
        date: place.date,
        people: people.clone(),
        kind: kind(&body),
        family_name: body.filled("familyName").map(str::to_owned),
        notes: body.filled("notes").map(str::to_owned),
        family: body.get("visitorFamilyGroup").and_then(read::id).map(FamilyId::new),
    };
    let answer = caller.put(command).await?;
    let (family, listed) = listed(&answer);
    let added = found(&people, &answer, listed);
    let ids: Vec<_> = added.iter().map(|entry| entry.person.clone()).collect();
    let sheet = {
        let place = place.clone();
        caller.look(move |_, facts| Ok(facts.sheet(&place.gathering, place.date)?)).await?
    };
    let individuals = added.iter().map(|entry| {
        json!({
            "id": Number(entry.person.as_str()),
            "firstName": entry.first_name,
            "lastName": entry.last_name,
        })
    });
    Ok(caller.says(&json!({
        "message": "Visitor(s) added successfully",
        "individuals": individuals.collect::<Vec<_>>(),
        "sessionId": sheet.map(|sheet| sheet.number),
        "familyGroupId": family.map(|family| json!(Number(family.as_str()))),
        "visitors": visitors_after(&caller, place, ids, true).await?,
    })))
}

/// `people`, or the one whom `name` names.
fn people(body: &Body) -> Option<Vec<Newcomer>> {
    if body.get("people").is_some() {
        return body.newcomers();
    }
    let name = body.filled("name")?;
    let (first, last) = name.split_once(' ').unwrap_or((name, ""));
    let last = Some(last.trim().to_owned()).filter(|last| !last.is_empty());
    Some(vec![Newcomer { first_name: Some(first.to_owned()), last_name: last, child: false }])
}

/// The family that the command was about, and the sheet's visitors after it.
fn listed(answer: &Answer) -> (Option<&FamilyId>, &[Listed]) {
    let news = answer.events.iter().find_map(|committed| match &committed.event {
        Event::VisitorsListed { family, visitors, .. } => {
            Some((family.as_ref().map(|(id, _)| id), visitors.as_slice()))
        }
        _ => None,
    });
    news.unwrap_or_default()
}

/// Those whom the command put on the sheet, in the order in which they were asked for.
fn found<'a>(people: &[Newcomer], answer: &Answer, listed: &'a [Listed]) -> Vec<&'a Listed> {
    let new: Vec<&PersonId> = entered(answer).map(|person| &person.id).collect();
    let (mut taken, mut children) = (Vec::<&Listed>::new(), 0);
    for person in people {
        children += usize::from(person.child && person.first_name.is_none());
        let (first, last) = person.names(children);
        let same = |entry: &&Listed| {
            entry.first_name.to_lowercase() == first.to_lowercase()
                && entry.last_name.to_lowercase() == last.to_lowercase()
        };
        let mut of_name: Vec<_> = listed.iter().filter(same).collect();
        // Somebody new of that name is meant rather than somebody who was there already.
        of_name.sort_by_key(|entry| (taken.contains(entry), !new.contains(&&entry.person)));
        taken.extend(of_name.first());
    }
    taken
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::api::church::testing::{church, full, keys, shown, these};

    const PATH: &str = "/api/attendance/1/2025-01-19/visitors";

    #[tokio::test]
    async fn church_8_14_visitors_come_unmarked_and_known_ones_are_found_again() {
        let house = church().await;
        let people = json!([
            {"firstName": "kim", "lastName": "stone"},
            {"firstName": "New", "lastName": "Stone", "isChild": true},
        ]);
        let body = json!({"people": people, "visitorType": "potential_regular"});
        let (status, said) = house.by("3", "POST", PATH, Some(body)).await;
        assert_eq!(status, 200, "{said}");
        let names = "message individuals sessionId familyGroupId visitors church_id";
        assert_eq!(keys(&said), these(names));
        let individuals = json!([
            {"id": 20, "firstName": "Kim", "lastName": "Stone"},
            {"id": 22, "firstName": "New", "lastName": "Stone"},
        ]);
        assert_eq!(said["individuals"], individuals);
        assert_eq!((&said["sessionId"], &said["familyGroupId"]), (&json!(1), &json!(2)));
        let visitor = "name visitorType visitorFamilyGroup lastAttended";
        assert_eq!(keys(&said["visitors"][0]), these(visitor));
        assert_eq!(shown(&full(&house, "2025-01-19").await["visitors"]), "20 22");
    }

    #[tokio::test]
    async fn church_8_14_a_name_alone_is_enough_and_nothing_is_not() {
        let house = church().await;
        let (_, said) = house.by("3", "POST", PATH, Some(json!({"name": "Mo van Dyk"}))).await;
        let mo = json!([{"id": 22, "firstName": "Mo", "lastName": "van Dyk"}]);
        assert_eq!(said["individuals"], mo);
        for body in [json!({}), json!({"name": " "}), json!({"people": Value::Array(vec![])})] {
            let said = house.by("3", "POST", PATH, Some(body)).await;
            assert_eq!(said, (400, json!({"error": "Visitor information is required"})));
        }
    }
}
