//! Names that connections bear: who bears one now, and what was last kept under it.

use std::{mem, sync::Arc};

use rollcall_core::{id::TenantId, time::Timestamp};
use tokio::sync::mpsc;

use crate::{
    by_tenant::{ByTenant, forget_half},
    clock,
    kept::KeptFile,
    shard::{ConnectionKey, Hub, Inbound},
};

/// Reports that may wait: every client of a restarted server claims its name at once.
const REPORTS_MAX: usize = 8_192;

/// Names remembered without a bearer; the oldest go first (church 2.23 asks for a day).
const FREE_MAX: usize = 20_000;

/// What a connection does with a name.
pub enum Deed {
    /// Bears it from now on.
    Claim,
    /// Keeps a text under it.
    Keep(Arc<str>),
    /// Is gone.
    Leave,
}

/// One connection's report.
pub struct Report {
    /// In which tenant.
    pub tenant: TenantId,
    /// Which name.
    pub name: Arc<str>,
    /// Which connection.
    pub key: ConnectionKey,
    /// What it does.
    pub deed: Deed,
}

/// The names of all tenants.
type Names = ByTenant<Arc<str>, Name>;

struct Name {
    bearer: Bearer,
    kept: Option<Arc<str>>,
}

impl Name {
    const fn free_since(&self) -> Option<Timestamp> {
        match self.bearer {
            Bearer::Nobody(since) => Some(since),
            Bearer::Is(_) => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bearer {
    Is(ConnectionKey),
    /// Nobody since then.
    Nobody(Timestamp),
}

/// Starts the actor on the current runtime, with what was kept in `file` before. It ends with its
/// last reporter.
#[must_use]
pub fn start(hub: Hub, file: Option<KeptFile>) -> mpsc::Sender<Report> {
    let (reports, line) = mpsc::channel(REPORTS_MAX);
    tokio::spawn(run(line, hub, file));
    reports
}

async fn run(mut line: mpsc::Receiver<Report>, hub: Hub, mut file: Option<KeptFile>) {
    let mut names = Names::new();
    let since = clock::now();
    for ((tenant, name), state) in file.as_mut().map(KeptFile::take).unwrap_or_default() {
        let free = Name { bearer: Bearer::Nobody(since), kept: Some(state) };
        names.entry(tenant).or_default().insert(name, free);
    }
    while let Some(Report { tenant, name, key, deed }) = line.recv().await {
        let now = clock::now();
        let new = || Name { bearer: Bearer::Nobody(now), kept: None };
        let here = names.entry(tenant.clone()).or_default();
        let borne = here.entry(name.clone()).or_insert_with(new);
        let is_its = borne.bearer == Bearer::Is(key);
        match deed {
            Deed::Claim => {
                let earlier = mem::replace(&mut borne.bearer, Bearer::Is(key));
                let kept = borne.kept.clone();
                if let Bearer::Is(earlier) = earlier
                    && !is_its
                {
                    hub.tell_soon(earlier.shard, Inbound::TakenOver(earlier)).await;
                }
                hub.tell_soon(key.shard, Inbound::Claimed(key, kept)).await;
            }
            Deed::Keep(state) if is_its => {
                if let Some(file) = &mut file {
                    file.keep(&tenant, &name, &state);
                }
                borne.kept = Some(state);
            }
            Deed::Leave if is_its => {
                borne.bearer = Bearer::Nobody(now);
                forget_half(&mut names, FREE_MAX, Name::free_since);
            }
            Deed::Keep(_) | Deed::Leave => {}
        }
    }
}
