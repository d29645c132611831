//! Presence of this node: one small actor that joins what all shards report, and tells them all.

use std::sync::Arc;

use rollcall_core::{
    id::TenantId,
    live::{Presence, PresenceMember},
    room::Room,
};
use rollcall_wire::present::Present;
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
    /// Whether the room is told of every joining and leaving, though nobody new be there or gone
    /// (church 4.3).
    pub always: bool,
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
                if let Some((shard, attended)) = take(&mut presence, report) {
                    hub.tell_soon(shard, attended).await;
                }
            }
            () = tokio::time::sleep(wait) => {}
        }
        for ((tenant, room), members) in presence.tell(clock::now()) {
            tell(&hub, &tenant, &room, members).await;
        }
    }
}

/// Takes a report; whoever attends is told who is there already.
fn take(
    presence: &mut Presence<(TenantId, Room), ConnectionKey>,
    report: Presenter,
) -> Option<(u16, Inbound)> {
    let Presenter { tenant, room, key, member, always } = report;
    let (place, now) = ((tenant, room.clone()), clock::now());
    let Some(member) = member else {
        presence.leave(&place, key, now);
        return None;
    };
    presence.set(place.clone(), key, member, now);
    if always {
        presence.always_tell(&place, now);
    }
    let members = presence.members(&place).into();
    let connections = presence.connections(&place);
    Some((key.shard, Inbound::Attended { key, room, members, connections }))
}

async fn tell(hub: &Hub, tenant: &TenantId, room: &Room, members: Vec<PresenceMember>) {
    let present = Arc::new(Present::new(members));
    hub.tell_all(|| Inbound::Presence {
        tenant: tenant.clone(),
        room: room.clone(),
        present: present.clone(),
    })
    .await;
}
