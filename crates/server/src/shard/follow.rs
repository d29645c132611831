//! Where a connection stands in the log: how it begins to follow, catches up and ends.

use std::sync::Arc;

use rollcall_core::{id::TenantId, position::Offset, rejection::Fault, room::Room};
use rollcall_wire::{
    broadcast::Broadcast,
    conversation::{Followed, Ticket},
    websocket::close,
};

use super::{ConnectionKey, Gauge, Inbound, Shard, tenant::Tenant};
use crate::connection::Delivery;

impl Shard {
    pub(super) fn followed(
        &mut self,
        key: ConnectionKey,
        ticket: Ticket,
        rooms: Vec<Room>,
        followed: Followed,
        known: Offset,
    ) {
        let Some(tenant_id) = self.tenant_of(key) else { return };
        let head = self.tenants.get(&tenant_id).and_then(Tenant::head);
        let Some(connection) = self.connection(key) else { return };
        if !connection.rooms.is_empty() && head.is_some_and(|head| head.offset < known) {
            // The look saw more than this shard has been told: its turn comes with the next batch.
            self.early.push(Inbound::Followed { key, ticket, rooms, followed, known });
            return;
        }
        connection.delivery = Delivery::Live;
        if !connection.rooms.is_empty() {
            // What is owed for other rooms comes first, so that positions only grow.
            self.deliver_upto(key, known);
        }
        let refused = match &followed {
            Followed::Snapshot { snapshot, reset, .. } => {
                Gauge::add(&self.gauge.resyncs, u64::from(reset.is_some()));
                snapshot.is_err()
            }
            Followed::Recovering(_) => {
                Gauge::add(&self.gauge.recoveries, 1);
                false
            }
            Followed::Live(_) => false,
            Followed::Fault => true,
        };
        if !refused {
            self.stand_in(key, &tenant_id, rooms, known);
        }
        self.converse(key, |c, at, out| c.followed(ticket, followed, at, out));
        self.give_waiting(key);
        self.mark(key);
        self.end_if_wanted(key);
    }

    /// Makes a connection a member of rooms from a place in the log on.
    fn stand_in(&mut self, key: ConnectionKey, tenant: &TenantId, rooms: Vec<Room>, known: Offset) {
        let Some(tenant) = self.tenants.get_mut(tenant) else { return };
        let rooms: Vec<_> = rooms.into_iter().map(|room| tenant.rooms.enter(room, key)).collect();
        let Some(connection) = self.connection(key) else { return };
        if connection.rooms.is_empty() {
            connection.upto = known;
        }
        for room in rooms {
            if !connection.rooms.contains(&room) {
                connection.rooms.push(room);
            }
        }
    }

    /// Gives a connection what it is owed up to an offset and no further.
    fn deliver_upto(&mut self, key: ConnectionKey, known: Offset) {
        let Some(tenant_id) = self.tenant_of(key) else { return };
        loop {
            let Some(connection) = self.connection(key) else { return };
            let next = connection.upto.next();
            if next > known {
                return;
            }
            let tenant = self.tenants.get(&tenant_id);
            let Some(event) = tenant.and_then(|t| t.event(next)).cloned() else { return };
            self.give_events(key, &[event]);
        }
    }

    pub(super) fn caught_up(
        &mut self,
        key: ConnectionKey,
        events: Result<Vec<Arc<Broadcast>>, Fault>,
        upto: Offset,
    ) {
        let Ok(events) = events else {
            self.close(key, close::TRY_LATER, "try again");
            return;
        };
        let all = self.give_events(key, &events);
        let Some(connection) = self.connection(key) else { return };
        if all {
            connection.upto = connection.upto.max(upto);
        }
        connection.delivery = Delivery::Live;
        self.mark(key);
        self.end_if_wanted(key);
    }

    /// The transport ends a connection: first it gets what it is owed, so that the position it
    /// leaves with is true.
    pub(super) fn end(&mut self, key: ConnectionKey) {
        self.deliver(key);
        let Some(connection) = self.connection(key) else { return };
        if connection.delivery == Delivery::Live {
            self.close(key, close::NORMAL, "");
        } else {
            connection.ending = true;
        }
    }

    fn end_if_wanted(&mut self, key: ConnectionKey) {
        if self.connection(key).is_some_and(|connection| connection.ending) {
            self.end(key);
        }
    }
}
