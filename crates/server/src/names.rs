//! Names that connections bear: who bears one now, and what was last kept under it.

use std::{collections::HashMap, sync::Arc};

use rollcall_core::{id::TenantId, time::Timestamp};
use tokio::sync::mpsc;

use crate::{
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

struct Borne {
    bearer: Option<ConnectionKey>,
    kept: Option<Arc<str>>,
    since: Timestamp,
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
    let since = clock::now();
    let before = file.as_mut().map(KeptFile::take).unwrap_or_default();
    let mut names: HashMap<(TenantId, Arc<str>), Borne> = before
        .into_iter()
        .map(|(name, state)| (name, Borne { bearer: None, kept: Some(state), since }))
        .collect();
    while let Some(Report { tenant, name, key, deed }) = line.recv().await {
        let now = clock::now();
        let borne = names.entry((tenant.clone(), name.clone())).or_insert_with(|| Borne {
            bearer: None,
            kept: None,
            since: now,
        });
        match deed {
            Deed::Claim => {
                let earlier = borne.bearer.replace(key).filter(|bearer| *bearer != key);
                if let Some(bearer) = earlier {
                    hub.tell_soon(bearer.shard, Inbound::TakenOver(bearer)).await;
                }
                hub.tell_soon(key.shard, Inbound::Claimed(key, borne.kept.clone())).await;
            }
            Deed::Keep(state) if borne.bearer == Some(key) => {
                if let Some(file) = &mut file {
                    file.keep(&tenant, &name, &state);
                }
                borne.kept = Some(state);
            }
            Deed::Leave if borne.bearer == Some(key) => {
                (borne.bearer, borne.since) = (None, now);
                forget(&mut names);
            }
            Deed::Keep(_) | Deed::Leave => {}
        }
    }
}

/// Lets the longest free half go once too many names are free.
fn forget(names: &mut HashMap<(TenantId, Arc<str>), Borne>) {
    if names.len() < FREE_MAX {
        return;
    }
    let mut free: Vec<_> = names.values().filter(|b| b.bearer.is_none()).map(|b| b.since).collect();
    if free.len() < FREE_MAX {
        return;
    }
    free.sort_unstable();
    let middle = free[free.len() / 2];
    names.retain(|_, borne| borne.bearer.is_some() || borne.since > middle);
}
