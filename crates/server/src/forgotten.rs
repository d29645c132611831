//! Visits that nobody ended: tells those who run the desk, and ends them where a tenant wants that
//! (gym G7.18).

use std::{sync::Arc, time::Duration};

use rollcall_core::{
    audience::{Audience, Hearer},
    command::{Ask, By, Command},
    facts::Facts,
    id::{TenantId, VisitId},
    people::Permission,
    rejection::Fault,
    time::Timestamp,
};
use rollcall_store::Store;
use rollcall_wire::{
    Dialect,
    conversation::{Reach, Relay},
    gym::{self, shape::STALE_MS},
};

use crate::{
    clock,
    control::{Control, look},
};

/// Between two rounds: a visit is ended or told of at most so much later than it should be.
const INTERVAL: Duration = Duration::from_secs(60);

const HOUR_MS: i64 = 3_600_000;

/// What a visit's notes say of how it ended.
const NOTES: &str = "automatic";

/// What a round finds in one tenant.
#[derive(Debug, Default, PartialEq)]
struct Found {
    /// Visits to be ended.
    overdue: Vec<VisitId>,
    /// Who has been in for another whole day since the last round, by name. Told of once a day:
    /// what is not kept anywhere cannot be told again to an administrator who was away.
    forgot: Vec<String>,
}

/// Makes its rounds for as long as the runtime lives, the first at once.
pub async fn rounds(control: Control) {
    let mut before = clock::now();
    loop {
        let (store, now) = (control.store.clone(), clock::now());
        match tokio::task::spawn_blocking(move || look_round(&store, before, now)).await {
            Ok(Ok(found)) => {
                before = now;
                for (tenant, found) in found {
                    tell(&control, &tenant, &found.forgot, now);
                    end(&control, &tenant, found.overdue).await;
                }
            }
            Ok(Err(fault)) => tracing::error!(%fault, "forgotten visits could not be looked up"),
            Err(error) => tracing::error!(%error, "forgotten visits could not be looked up"),
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Ends them one after the other, so that a long list leaves the line to people.
async fn end(control: &Control, tenant: &TenantId, overdue: Vec<VisitId>) {
    for visit in overdue {
        let command = Command::CheckOut { visit, notes: Some(NOTES.into()), claim: None };
        let fresh = clock::fresh_id();
        let ask = Ask { tenant: tenant.clone(), by: By::System, id: None, command, fresh };
        if let Err(refusal) = control.submitter.submit_and_wait(ask).await {
            tracing::warn!(%tenant, %refusal, "a forgotten visit could not be ended; next round");
        }
    }
}

/// Tells the administrators who are there.
fn tell(control: &Control, tenant: &TenantId, forgot: &[String], now: Timestamp) {
    if forgot.is_empty() {
        return;
    }
    let message = gym::forgotten(&clock::fresh_id(), forgot, now);
    let audience = Audience(vec![Hearer::May(Permission::ManageAccounts)]);
    let relay = Arc::new(Relay { reach: Reach::Tenant, audience, message });
    control.relay(tenant.clone(), Dialect::Gym, None, relay);
}

fn look_round(
    store: &Arc<dyn Store>,
    before: Timestamp,
    now: Timestamp,
) -> Result<Vec<(TenantId, Found)>, Fault> {
    let mut all = Vec::new();
    for tenant in store.tenants()? {
        let found = look(&**store, &tenant, |view| find(view, before, now))?;
        if found != Found::default() {
            all.push((tenant, found));
        }
    }
    Ok(all)
}

/// What there is to do in one tenant, when the last round was made `before`.
fn find(facts: &dyn Facts, before: Timestamp, now: Timestamp) -> Result<Found, Fault> {
    let hours = facts.tenant()?.and_then(|tenant| tenant.settings.gym.auto_check_out_hours);
    let latest = hours.map(|hours| now.plus_ms(-i64::from(hours.get()) * HOUR_MS));
    // A visit of exactly a day is not forgotten yet.
    let days = |from: Timestamp, upto: Timestamp| (upto.since_ms(from) - 1).div_euclid(STALE_MS);
    let mut found = Found::default();
    for visit in facts.open_visits()? {
        if latest.is_some_and(|latest| visit.check_in <= latest) {
            found.overdue.push(visit.id.clone());
        } else if days(visit.check_in, now) > days(visit.check_in, before).max(0) {
            let person = facts.person(&visit.person)?;
            found.forgot.extend(person.map(|person| person.full_name()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use rollcall_core::{event::Event, facts::Row, overlay::Overlay};
    use serde_json::json;

    use super::*;

    /// Ann came so many minutes before noon, and Ben an hour before it.
    fn desk(minutes: i64, auto_check_out_hours: Option<u32>) -> Overlay<'static> {
        let came = |minutes: i64| noon().plus_ms(-minutes * 60_000);
        let settings = json!({"gym": {"auto_check_out_hours": auto_check_out_hours}});
        let rows = json!([
            {"table": "tenant", "row": {"id": "t", "name": "T", "settings": settings}},
            {"table": "person", "row": {"id": "a", "first_name": "Ann", "last_name": "Lee", "kind": "member"}},
            {"table": "person", "row": {"id": "b", "first_name": "Ben", "last_name": "Ray", "kind": "member"}},
            {"table": "visit", "row": {"id": "va", "person": "a", "check_in": came(minutes)}},
            {"table": "visit", "row": {"id": "vb", "person": "b", "check_in": came(60)}},
        ]);
        let rows: Vec<Row> = serde_json::from_value(rows).unwrap();
        let mut kept = Overlay::default();
        kept.apply(&Event::Imported { rows });
        kept
    }

    fn noon() -> Timestamp {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn g7_18_a_visit_of_more_than_a_day_is_told_of_once_a_day() {
        const DAY: i64 = 24 * 60;
        for (minutes, told) in [
            (60, false),
            (DAY - 1, false),
            (DAY, false),
            (DAY + 1, true),
            (DAY + 2, false),
            (2 * DAY, false),
            (2 * DAY + 1, true),
            (9 * DAY + 1, true),
            (9 * DAY + 2, false),
        ] {
            let found = find(&desk(minutes, None), noon().plus_ms(-60_000), noon()).unwrap();
            let forgot: &[String] = if told { &["Ann Lee".to_owned()] } else { &[] };
            assert_eq!((found.forgot.as_slice(), found.overdue.len()), (forgot, 0), "{minutes}");
        }
    }

    #[test]
    fn g7_18_a_visit_that_is_ended_is_not_told_of() {
        let found = find(&desk(24 * 60 + 1, Some(24)), noon().plus_ms(-60_000), noon()).unwrap();
        assert_eq!(found, Found { overdue: vec![VisitId::new("va")], forgot: Vec::new() });
        let found = find(&desk(24 * 60 + 1, Some(48)), noon().plus_ms(-60_000), noon()).unwrap();
        assert_eq!(found.forgot, ["Ann Lee"]);
        let found = find(&desk(60, Some(1)), noon().plus_ms(-60_000), noon()).unwrap();
        assert_eq!(found.overdue.len(), 2);
    }
}
