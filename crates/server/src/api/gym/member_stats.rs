//! `GET member-stats/?member_id=`: what a desk shows beside one member (G8.13).

use std::collections::HashMap;

use axum::extract::{Query as Asked, State};
use rollcall_core::{
    facts::Facts,
    people::{Permission, Person},
    time::{Date, Timestamp},
};
use rollcall_wire::gym::{person_ref, shape};
use serde::Serialize;

use super::{
    answer::{Answer, ok},
    caller::Caller,
    members,
    refused::Refused,
};
use crate::api::Api;

/// Visits that are shown.
const VISITS_MAX: usize = 5;

#[derive(Serialize)]
struct Page<'a> {
    member: Member<'a>,
    subscription: Subscription<'a>,
    recent_checkins: Vec<Stay>,
    payment_history: [(); 0],
}

#[derive(Serialize)]
struct Member<'a> {
    id: &'a str,
    name: String,
    status: &'static str,
}

/// The latest plan, which may have ended; both `null` if there never was one.
#[derive(Serialize)]
struct Subscription<'a> {
    plan: Option<&'a str>,
    end_date: Option<Date>,
}

#[derive(Serialize)]
struct Stay {
    check_in_time: Timestamp,
    check_out_time: Option<Timestamp>,
}

pub(super) async fn show(
    State(api): State<Api>,
    caller: Caller,
    Asked(asked): Asked<HashMap<String, String>>,
) -> Answer {
    caller.must(Permission::ReadPeople)?;
    let id = asked.get("member_id").map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| Refused::missing("member_id"))?;
    let found = api.look(caller.tenant(), move |view| {
        let person = match (members::find(view, &id)?, person_ref(&id)) {
            (None, Some(named)) => named.find(view)?,
            (found, _) => found,
        };
        let Some(person) = person else { return Ok(None) };
        let facts: &dyn Facts = view;
        let visits = facts.visits_of(&person.id, VISITS_MAX)?;
        Ok(Some((person, visits)))
    });
    let (person, visits) = found.await?.ok_or(Refused::NotFound)?;
    let stays = visits
        .iter()
        .map(|visit| Stay { check_in_time: visit.check_in, check_out_time: visit.check_out });
    ok(&page(&person, stays.collect()))
}

fn page(person: &Person, recent_checkins: Vec<Stay>) -> Page<'_> {
    let plan = person.membership.as_ref();
    Page {
        member: Member {
            id: person.id.as_str(),
            name: person.full_name(),
            status: shape::member_status(person),
        },
        subscription: Subscription {
            plan: plan.map(|plan| &*plan.plan),
            end_date: plan.and_then(|plan| plan.ends),
        },
        recent_checkins,
        payment_history: [],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{ANN, DAY_MS, Gym, keys};

    #[tokio::test]
    async fn g8_13_a_members_page_has_every_key() {
        let gym = Gym::open().await;
        for n in 1..=7 {
            gym.visit(&format!("v{n}"), ANN, n * DAY_MS, Some(n * DAY_MS - 1)).await;
        }
        for path in ["/api/member-stats/", "/api/admin/member-stats/"] {
            let page = gym.read(&format!("{path}?member_id={ANN}")).await;
            let name = "Ann Maria Example";
            assert_eq!(page["member"], json!({"id": ANN, "name": name, "status": "active"}));
            assert_eq!(page["subscription"], json!({"plan": "Gold", "end_date": "2099-12-31"}));
            assert_eq!(page["payment_history"], json!([]));
            assert_eq!(page["recent_checkins"].as_array().unwrap().len(), 5);
            assert_eq!(keys(&page["recent_checkins"][0]), ["check_in_time", "check_out_time"]);
        }
        let page = gym.read("/api/member-stats/?member_id=p1").await;
        assert_eq!(page["subscription"], json!({"plan": null, "end_date": null}));
    }

    #[tokio::test]
    async fn g8_13_the_member_must_be_named_and_known() {
        let gym = Gym::open().await;
        for (query, status, key) in [("", 400, "member_id"), ("?member_id=no", 404, "detail")] {
            let path = format!("/api/member-stats/{query}");
            let (got, answer) = gym.by("admin", "GET", &path, None).await;
            assert_eq!((got, keys(&answer)), (status, vec![key]));
        }
    }
}
