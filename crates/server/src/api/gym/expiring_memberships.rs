//! `GET notifications/dashboard/expiring_memberships/`: whose plan ends soon (G8.14).

use std::sync::Arc;

use axum::extract::State;
use rollcall_core::{
    facts::Facts,
    people::{Permission, Person},
    time::{Date, Zone},
};
use serde::Serialize;

use super::{
    answer::{Answer, ok},
    caller::Caller,
    members::everybody,
};
use crate::api::Api;

/// How far the page looks ahead.
const AHEAD_DAYS: i32 = 30;

#[derive(Serialize)]
struct Page {
    upcoming_expirations: Vec<Expiration>,
    total_count: usize,
}

/// A plan that ends. It has no id of its own: a person has one plan at a time.
#[derive(Serialize)]
struct Expiration {
    id: String,
    member: Named,
    plan: Named,
    end_date: Date,
    days_remaining: i64,
    status: &'static str,
}

#[derive(Serialize)]
struct Named {
    id: String,
    name: String,
}

pub(super) async fn list(State(api): State<Api>, caller: Caller) -> Answer {
    caller.must(Permission::ReadPeople)?;
    let now = caller.now;
    let found = api.look(caller.tenant(), move |view| {
        let facts: &dyn Facts = view;
        let (today, people) = (facts.zone()?.date_of(now), everybody(facts)?);
        Ok(people.iter().filter_map(|person| expiration(person, today)).collect::<Vec<_>>())
    });
    let mut expirations = found.await?;
    expirations.sort_by(|a, b| (a.end_date, &a.member.name).cmp(&(b.end_date, &b.member.name)));
    let total_count = expirations.len();
    ok(&Page { upcoming_expirations: expirations, total_count })
}

fn expiration(person: &Arc<Person>, today: Date) -> Option<Expiration> {
    let membership = person.membership.as_ref().filter(|plan| plan.counts_on(today))?;
    let end_date = membership.ends.filter(|ends| *ends <= today.plus_days(AHEAD_DAYS))?;
    let plan = Named { id: membership.plan.clone(), name: membership.plan.clone() };
    Some(Expiration {
        id: person.id.to_string(),
        member: Named { id: person.id.to_string(), name: person.full_name() },
        plan,
        end_date,
        days_remaining: days_between(today, end_date),
        status: "active",
    })
}

/// Whole days from one date to another. Days of UTC all have 24 hours.
fn days_between(from: Date, to: Date) -> i64 {
    const DAY_MS: i64 = 24 * 3_600_000;
    let utc = Zone::utc();
    utc.start_of(to).since_ms(utc.start_of(from)) / DAY_MS
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{Gym, keys, row};
    use crate::clock;

    #[tokio::test]
    async fn g8_14_plans_that_end_within_thirty_days_come_soonest_first() {
        let gym = Gym::open().await;
        let zone = rollcall_core::time::Zone::named("Europe/Berlin").unwrap();
        let day = |ahead: i32| zone.date_of(clock::now()).plus_days(ahead);
        let person = |id: &str, ends: i32| {
            let plan = json!({"type": "Day", "ends": day(ends)});
            row("person", json!({"id": id, "first_name": id, "version": 1, "membership": plan}))
        };
        let people = [("x30", 30), ("x0", 0), ("x31", 31), ("x7", 7), ("gone", -1)];
        gym.import(people.map(|(id, ends)| person(id, ends)).into()).await;
        let page = gym.read("/api/notifications/dashboard/expiring_memberships/").await;
        assert_eq!(keys(&page), ["total_count", "upcoming_expirations"]);
        let found: Vec<_> = page["upcoming_expirations"].as_array().unwrap().iter().collect();
        let told: Vec<_> = found.iter().map(|e| (&e["id"], &e["days_remaining"])).collect();
        let expected =
            [("x0", 0), ("x7", 7), ("x30", 30)].map(|(id, days)| (json!(id), json!(days)));
        assert_eq!(told, expected.iter().map(|(id, days)| (id, days)).collect::<Vec<_>>());
        assert_eq!(page["total_count"], 3);
        let first = json!({
            "id": "x0", "member": {"id": "x0", "name": "x0"}, "plan": {"id": "Day", "name": "Day"},
            "end_date": day(0), "days_remaining": 0, "status": "active",
        });
        assert_eq!(*found[0], first);
    }
}
