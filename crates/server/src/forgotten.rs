//! Ends visits that nobody ended, where a tenant wants that (gym G7.18).

use std::{sync::Arc, time::Duration};

use rollcall_core::{
    command::{Ask, By, Command},
    facts::Facts,
    id::{TenantId, VisitId},
    rejection::Fault,
    time::Timestamp,
};
use rollcall_store::Store;

use crate::{
    clock,
    control::{Control, look},
};

/// Between two rounds: a visit is ended at most so much later than the tenant wants.
const INTERVAL: Duration = Duration::from_secs(60);

const HOUR_MS: i64 = 3_600_000;

/// What a visit's notes say of how it ended.
const NOTES: &str = "automatic";

/// Makes its rounds for as long as the runtime lives, the first at once.
pub async fn rounds(control: Control) {
    loop {
        let (store, now) = (control.store.clone(), clock::now());
        match tokio::task::spawn_blocking(move || all_overdue(&store, now)).await {
            Ok(Ok(overdue)) => end(&control, overdue).await,
            Ok(Err(fault)) => tracing::error!(%fault, "forgotten visits could not be looked up"),
            Err(error) => tracing::error!(%error, "forgotten visits could not be looked up"),
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Ends them one after the other, so that a long list leaves the line to people.
async fn end(control: &Control, overdue: Vec<(TenantId, VisitId)>) {
    for (tenant, visit) in overdue {
        let command = Command::CheckOut { visit, notes: Some(NOTES.into()), claim: None };
        let fresh = clock::fresh_id();
        let ask = Ask { tenant: tenant.clone(), by: By::System, id: None, command, fresh };
        if let Err(refusal) = control.submitter.submit_and_wait(ask).await {
            tracing::warn!(%tenant, %refusal, "a forgotten visit could not be ended; next round");
        }
    }
}

fn all_overdue(store: &Arc<dyn Store>, now: Timestamp) -> Result<Vec<(TenantId, VisitId)>, Fault> {
    let mut found = Vec::new();
    for tenant in store.tenants()? {
        let overdue = look(&**store, &tenant, |view| overdue(view, now))?;
        found.extend(overdue.into_iter().map(|visit| (tenant.clone(), visit)));
    }
    Ok(found)
}

/// The visits of one tenant that have been open for longer than it wants.
fn overdue(facts: &dyn Facts, now: Timestamp) -> Result<Vec<VisitId>, Fault> {
    let tenant = facts.tenant()?;
    let Some(hours) = tenant.and_then(|tenant| tenant.settings.gym.auto_check_out_hours) else {
        return Ok(Vec::new());
    };
    let latest = now.plus_ms(-i64::from(hours.get()) * HOUR_MS);
    let open = facts.open_visits()?.into_iter().filter(|visit| visit.check_in <= latest);
    Ok(open.map(|visit| visit.id.clone()).collect())
}
