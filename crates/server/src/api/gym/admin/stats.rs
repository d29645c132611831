//! `GET admin/stats/`: the office's numbers (G8.12).

use axum::extract::State;
use rollcall_core::{
    facts::Facts,
    people::{Permission, PersonStatus},
    position::Offset,
    rejection::Fault,
    time::Timestamp,
};
use rollcall_store::View;
use serde::Serialize;

use super::super::{
    answer::{Answer, ok},
    caller::Caller,
    checkins::desk_stats,
    members::everybody,
};
use crate::api::Api;

/// Days within which a plan that ends is said to expire soon.
const SOON_DAYS: i32 = 7;

#[derive(Default, Serialize)]
struct Page {
    members: Members,
    subscriptions: Subscriptions,
    finance: Finance,
    checkins: CheckIns,
}

#[derive(Default, Serialize)]
struct Members {
    total: u64,
    active: u64,
    new_today: u64,
}

#[derive(Default, Serialize)]
struct Subscriptions {
    active: u64,
    expiring_soon: u64,
}

/// No money is kept here.
#[derive(Default, Serialize)]
struct Finance {
    today_revenue: u64,
    pending_payments: u64,
}

#[derive(Default, Serialize)]
struct CheckIns {
    today: u64,
    current: u64,
}

pub(super) async fn show(State(api): State<Api>, caller: Caller) -> Answer {
    caller.must(Permission::ReadPeople)?;
    let now = caller.now;
    ok(&api.look(caller.tenant(), move |view| count(view, now)).await?)
}

fn count(view: &dyn View, now: Timestamp) -> Result<Page, Fault> {
    let facts: &dyn Facts = view;
    let zone = facts.zone()?;
    let today = zone.date_of(now);
    let mut page = Page::default();
    let mut entered = Vec::new();
    for person in everybody(facts)? {
        page.members.total += 1;
        page.members.active += u64::from(person.status == PersonStatus::Active);
        entered.extend(person.created_at.filter(|at| zone.date_of(*at) == today));
        let Some(plan) = person.membership.as_ref().filter(|plan| plan.counts_on(today)) else {
            continue;
        };
        page.subscriptions.active += 1;
        let soon = plan.ends.is_some_and(|ends| ends <= today.plus_days(SOON_DAYS));
        page.subscriptions.expiring_soon += u64::from(soon);
    }
    page.members.new_today = new(view, &entered)?;
    let stats = desk_stats(facts, now)?;
    page.checkins = CheckIns { today: stats.today_total, current: stats.currently_in };
    Ok(page)
}

/// How many of those times are of new members: whoever came with the tenant's file was entered
/// before the log began, and is not new on the day of the import.
fn new(view: &dyn View, entered: &[Timestamp]) -> Result<u64, Fault> {
    if entered.is_empty() {
        return Ok(0);
    }
    let first = view.log(Offset(0), 1, None)?.events.into_iter().next();
    let count = entered.iter().filter(|at| first.as_ref().is_none_or(|first| first.at < **at));
    Ok(count.count() as u64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::testing::{Gym, row};
    use crate::clock;

    #[tokio::test]
    async fn g8_12_the_office_gets_numbers_under_every_key() {
        let gym = Gym::open().await;
        let zone = rollcall_core::time::Zone::named("Europe/Berlin").unwrap();
        let today = zone.date_of(clock::now());
        let person = |id: &str, ends: i32| {
            let plan = json!({"type": "Day", "ends": today.plus_days(ends)});
            let person = json!({"id": id, "first_name": id, "version": 1, "membership": plan});
            row("person", person)
        };
        gym.import(vec![person("x0", 0), person("x7", 7), person("x8", 8), person("xx", -1)]).await;
        gym.by("admin", "POST", "/api/members/", Some(json!({"full_name": "New"}))).await;
        let expected = json!({
            "members": {"total": 9, "active": 8, "new_today": 1},
            "subscriptions": {"active": 4, "expiring_soon": 2},
            "finance": {"today_revenue": 0, "pending_payments": 0},
            "checkins": {"today": 0, "current": 0},
        });
        assert_eq!(gym.read("/api/admin/stats/").await, expected);
    }
}
