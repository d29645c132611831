//! Presence of this node: one small actor that joins what all shards report, and tells them all.

use std::sync::Arc;

use rollcall_core::{
    id::TenantId,
    live::{Presence, PresenceMember},
    room::Room,
};
use tokio::sync::mpsc;

use crate::{
    clock,
    shard::{ConnectionKey, Hub, Inbound},
};

/// Reports that may wait: a burst of joins after a restart.
const REPORTS_MAX: usize = 8_192;

/// One connection's report.
pub struct Presenter {
    /// In which tenant.
    pub tenant: TenantId,
    /// In which room.
    pub room: Room,
    /// Which connection.
    pub key: ConnectionKey,
    /// Who, and what is edited; `None`: it has left.
    pub member: Option<PresenceMember>,
}

/// Starts the actor on the current runtime. It ends with its last reporter.
#[must_use]
pub fn start(hub: Hub) -> mpsc::Sender<Presenter> {
    let (reports, line) = mpsc::channel(REPORTS_MAX);
    tokio::spawn(run(line, hub));
    reports
}

async fn run(mut line: mpsc::Receiver<Presenter>, hub: Hub) {
    let mut presence = Presence::default();
    loop {
        let due = presence.due();
        let wait = crate::shard::sleep_until(due, clock::now());
        tokio::select! {
            report = line.recv() => {
                let Some(report) = report else { return };
                take(&mut presence, report);
            }
            () = tokio::time::sleep(wait) => {}
        }
        for ((tenant, room), members) in presence.tell(clock::now()) {
            tell(&hub, &tenant, &room, members).await;
        }
    }
}

fn take(presence: &mut Presence<(TenantId, Room), ConnectionKey>, report: Presenter) {
    let place = (report.tenant, report.room);
    let now = clock::now();
    match report.member {
        Some(member) => presence.set(place, report.key, member, now),
        None => presence.leave(&place, report.key, now),
    }
}

async fn tell(hub: &Hub, tenant: &TenantId, room: &Room, members: Vec<PresenceMember>) {
    let members: Arc<[_]> = members.into();
    for shard in (0u16..).take(hub.len()) {
        let (tenant, room, members) = (tenant.clone(), room.clone(), members.clone());
        hub.tell_soon(shard, Inbound::Presence { tenant, room, members }).await;
    }
}
