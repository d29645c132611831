//! `GET /v1/visits`.

use std::{collections::HashMap, sync::Arc};

use axum::Json;
use rollcall_core::{
    desk::{self, Visit},
    facts::{Facts, required},
    id::{PersonId, VisitId},
    limits,
    people::{Permission, PersonCard},
    rejection::{Fault, Refusal},
    time::{Date, Timestamp},
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::{
    api::native::{caller::Caller, input::InQuery, lists::Answered},
    clock,
};

/// Visits of a page, unless asked otherwise.
const LIMIT: usize = 100;

/// Which visits.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// `true`: only those who are in; `false`: only those who have gone.
    open: Option<bool>,
    /// Those that began on this date in the tenant's zone; absent, with neither `open=true` nor
    /// `person`: today.
    #[param(value_type = Option<String>, format = Date)]
    date: Option<Date>,
    /// Those of one person.
    #[param(value_type = Option<String>)]
    person: Option<PersonId>,
    /// Those after this id: the `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<VisitId>,
    /// At most so many, up to 1000; default 100.
    limit: Option<usize>,
}

/// Visits, newest first. Without `read_desk` an account that is a person sees its own.
#[utoipa::path(get, path = "/v1/visits", operation_id = "list_visits", tag = "desk", params(Which),
    responses((status = 200, description = "`visits`: each `visit` with its `person`, as the event `checked_in` carries them; `next` where there are more", body = Object)))]
pub(super) async fn list(caller: Caller, InQuery(mut which): InQuery<Which>) -> Answered {
    if !caller.who.account.may(Permission::ReadDesk) {
        let own = caller.who.account.person.clone();
        if own.is_none() || which.person.is_some() && which.person != own {
            return Err(caller.forbidden("see these visits").into());
        }
        which.person = own;
    }
    let now = clock::now();
    caller
        .look(move |_, view| {
            let mut visits = find(view, &which, now)?;
            if let Some(after) = &which.after {
                let facts: &dyn Facts = view;
                let last = required(facts.visit(after)?, "visit", after)?;
                visits.retain(|visit| place(visit) < place(&last));
            }
            let limit = which.limit.unwrap_or(LIMIT).clamp(1, limits::PAGE_ROWS_MAX);
            let more = visits.len() > limit;
            visits.truncate(limit);
            let next = visits.last().filter(|_| more).map(|visit| visit.id.clone());
            let mut cards = HashMap::new();
            let shown = visits.into_iter().map(|visit| show(view, visit, &mut cards));
            let mut said = json!({ "visits": shown.collect::<Result<Vec<_>, Refusal>>()? });
            if let Some(next) = next {
                said["next"] = next.to_string().into();
            }
            Ok(Json(said))
        })
        .await
}

/// Where a visit stands in a list.
fn place(visit: &Visit) -> (Timestamp, &VisitId) {
    (visit.check_in, &visit.id)
}

/// Those asked for, newest first, out of the newest [`limits::HISTORY_VISITS_MAX`] of a day or a
/// person.
fn find(facts: &dyn Facts, which: &Which, now: Timestamp) -> Result<Vec<Arc<Visit>>, Fault> {
    const MAX: usize = limits::HISTORY_VISITS_MAX;
    let zone = facts.zone()?;
    let open = which.open == Some(true);
    let all = which.date.is_none() && (open || which.person.is_some());
    let date = which.date.or_else(|| (!all).then(|| zone.date_of(now)));
    let mut found = match (&which.person, date) {
        (Some(person), _) => facts.visits_of(person, MAX)?,
        (None, _) if open => facts.open_visits()?,
        (None, date) => {
            let date = date.unwrap_or_else(|| zone.date_of(now));
            facts.visits_in(zone.start_of(date)..zone.start_of(date.plus_days(1)), MAX)?
        }
    };
    found.retain(|visit| {
        which.open.is_none_or(|open| open == visit.check_out.is_none())
            && date.is_none_or(|date| zone.date_of(visit.check_in) == date)
    });
    found.sort_by(|a, b| place(b).cmp(&place(a)));
    Ok(found)
}

fn show(
    facts: &dyn Facts,
    visit: Arc<Visit>,
    cards: &mut HashMap<PersonId, Option<PersonCard>>,
) -> Result<Value, Refusal> {
    if !cards.contains_key(&visit.person) {
        let card = desk::card_of(facts, &visit.person)?;
        cards.insert(visit.person.clone(), card);
    }
    Ok(json!({ "person": cards.get(&visit.person), "visit": visit }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn visits_are_found_by_person_day_and_whether_they_are_open() {
        let house = House::open().await;
        let first = house.check_in("p1").await;
        house.check_in("p2").await;
        let path = format!("/v1/visits/{}/check-out", first["visit"]["id"].as_str().unwrap());
        house.by("desk", "POST", &path, None).await;
        for (query, people) in [
            ("", vec!["p2", "p1"]),
            ("?open=true", vec!["p2"]),
            ("?open=false", vec!["p1"]),
            ("?person=p1", vec!["p1"]),
            ("?limit=1", vec!["p2"]),
            ("?date=2001-01-01", vec![]),
        ] {
            let (status, said) = house.by("desk", "GET", &format!("/v1/visits{query}"), None).await;
            assert_eq!(status, 200);
            let found: Vec<_> = said["visits"]
                .as_array()
                .unwrap()
                .iter()
                .map(|shown| shown["visit"]["person"].as_str().unwrap())
                .collect();
            let mut people = people;
            if query.is_empty() && found != people {
                // Two check-ins within one millisecond come in the order of their ids.
                people.reverse();
            }
            assert_eq!(found, people, "{query}");
        }
    }

    #[tokio::test]
    async fn a_long_day_comes_in_pages() {
        let house = House::open().await;
        for person in ["p1", "p2"] {
            house.check_in(person).await;
        }
        for query in ["?", "?open=true&"] {
            let mut seen = Vec::new();
            let mut after = String::new();
            loop {
                let path = format!("/v1/visits{query}limit=1{after}");
                let (_, page) = house.by("desk", "GET", &path, None).await;
                let shown = page["visits"].as_array().unwrap();
                assert!(shown.len() <= 1 && seen.len() <= 2, "{page}");
                seen.extend(shown.iter().map(|shown| shown["visit"]["id"].clone()));
                let Some(next) = page.get("next") else { break };
                assert_eq!(next, seen.last().unwrap());
                after = format!("&after={}", next.as_str().unwrap());
            }
            let (_, all) = house.by("desk", "GET", &format!("/v1/visits{query}"), None).await;
            let all = all["visits"].as_array().unwrap().iter();
            assert_eq!(seen, all.map(|shown| shown["visit"]["id"].clone()).collect::<Vec<_>>());
        }
        let path = "/v1/visits?after=nobody";
        assert_eq!(house.by("desk", "GET", path, None).await.0, 404);
    }

    #[tokio::test]
    async fn g7_13_a_member_sees_only_own_visits() {
        let house = House::open().await;
        for person in ["p1", "p2"] {
            house.check_in(person).await;
        }
        let (status, said) = house.by("bo", "GET", "/v1/visits", None).await;
        assert_eq!((status, said["visits"].as_array().unwrap().len()), (200, 1));
        assert_eq!(said["visits"][0]["person"]["first_name"], json!("Bo"));
        assert_eq!(house.by("bo", "GET", "/v1/visits?person=p2", None).await.0, 403);
        assert_eq!(house.by("taker", "GET", "/v1/visits", None).await.0, 403);
    }
}
