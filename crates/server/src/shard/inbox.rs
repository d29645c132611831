//! What a shard does with what it is told.

use std::sync::{Arc, atomic::Ordering};

use rollcall_core::{
    event::Event, id::TenantId, people::Scope, position::Offset, rejection::Fault, room::Room,
};
use rollcall_store::Verdict;
use rollcall_wire::{
    Dialect,
    broadcast::Broadcast,
    conversation::{Followed, Identity, Note, Relay, SignInRefusal, Ticket},
};

use super::{Client, ConnectionKey, Gauge, Inbound, Inspected, Opened, Shard, tenant::Tenant};
use crate::connection::Delivery;

impl Shard {
    pub(super) fn receive(&mut self, inbound: Inbound) {
        match inbound {
            Inbound::Committed { events, answers } => self.committed(&events, answers),
            Inbound::Identified(key, who) => self.identified(key, who),
            Inbound::Reidentified(key, who) => self.reidentified(key, who),
            Inbound::TenantOpened(tenant, opened) => self.tenant_opened(&tenant, opened),
            Inbound::Looked(key, ticket, found) => {
                self.converse(key, |c, at, out| c.looked(ticket, found, at, out));
                self.give_waiting(key);
            }
            Inbound::Followed { key, ticket, rooms, followed, known } => {
                self.followed(key, ticket, rooms, followed, known);
            }
            Inbound::CaughtUp { key, events, upto } => self.caught_up(key, events, upto),
            Inbound::Repaired(tenant, events) => {
                events.into_iter().for_each(|event| self.admit(&tenant, event));
            }
            Inbound::Presence { tenant, room, members } => {
                let note = Note::Presence { room: room.clone(), members };
                for key in self.present_in(&tenant, &room) {
                    self.converse(key, |c, at, out| c.note(&note, at, out));
                }
            }
            Inbound::Attended { key, room, members, connections } => {
                self.converse(key, |c, at, out| c.attended(&room, &members, connections, at, out));
                self.give_waiting(key);
            }
            Inbound::Claimed(key, kept) => {
                self.converse(key, |c, at, out| c.claimed(kept, at, out));
                self.give_waiting(key);
            }
            Inbound::TakenOver(key) => {
                self.converse(key, |c, at, out| c.note(&Note::TakenOver, at, out));
            }
            Inbound::Relay { tenant, dialect, from, relay } => {
                self.relayed(&tenant, dialect, from, &relay);
            }
            Inbound::Open { entrance, host, opener, sink, opened } => {
                let key = self.open(entrance, host, opener, sink());
                if opened.send(key).is_err() {
                    self.remove(key, "gone before it began");
                }
            }
            Inbound::Gone(key) => self.remove(key, "closed by peer"),
            Inbound::End(key) => self.end(key),
            Inbound::Probe { tenant, head } => {
                let opened = self.tenant(&tenant).head().map(|position| position.offset);
                // A probe that no longer waits has failed already.
                let _ = head.send(opened);
            }
            Inbound::Inspect(reply) => {
                // Whoever no longer waits needs no answer.
                let _ = reply.send(self.inspected());
            }
            Inbound::Drain(within_ms) => {
                self.draining = true;
                for key in self.keys() {
                    self.drain_soon(key, within_ms);
                }
            }
            Inbound::Errand(_) => {}
        }
    }

    fn inspected(&self) -> Inspected {
        let rooms = self.tenants.iter().flat_map(|(id, tenant)| {
            tenant.members().map(|(room, members)| (id.clone(), room.clone(), members))
        });
        let clients = self.connections.iter().map(|(_, (_, connection))| Client {
            dialect: connection.entrance.dialect,
            account: connection
                .identity
                .as_ref()
                .map(|who| (who.tenant.clone(), who.account.id.clone())),
            present_in: connection.present_in.clone(),
        });
        Inspected {
            clients: clients.collect(),
            connections: self.connections.len(),
            accounts: self.tenants.values().map(Tenant::accounts).sum(),
            rooms: rooms.collect(),
        }
    }

    fn keys(&self) -> Vec<ConnectionKey> {
        let key = |(index, (generation, _)): (usize, &(u32, _))| ConnectionKey {
            shard: self.number,
            index: u32::try_from(index).unwrap_or(u32::MAX),
            generation: *generation,
        };
        self.connections.iter().map(key).collect()
    }

    fn present_in(&self, tenant: &TenantId, room: &Room) -> Vec<ConnectionKey> {
        let here = self.tenants.get(tenant).map(Tenant::connections).unwrap_or_default();
        let present = |key: &ConnectionKey| {
            let place = self.connections.get(key.index as usize);
            place.is_some_and(|(_, connection)| connection.present_in.contains(room))
        };
        here.into_iter().filter(present).collect()
    }

    fn relayed(
        &mut self,
        tenant: &TenantId,
        dialect: Dialect,
        from: Option<ConnectionKey>,
        relay: &Arc<Relay>,
    ) {
        let here = self.tenants.get(tenant).map(Tenant::connections).unwrap_or_default();
        let note = Note::Relayed(relay.clone());
        for key in here.into_iter().filter(|key| Some(*key) != from) {
            let may_hear = self.connection(key).is_some_and(|c| {
                let hears = c.identity.as_ref().is_some_and(|who| who.keys.hears(&relay.audience));
                c.entrance.dialect == dialect && hears
            });
            if may_hear {
                self.converse(key, |c, at, out| c.note(&note, at, out));
            }
        }
    }

    fn committed(
        &mut self,
        events: &[(TenantId, Arc<Broadcast>)],
        answers: Vec<(ConnectionKey, Ticket, Verdict)>,
    ) {
        for (tenant, event) in events {
            self.admit(tenant, event.clone());
        }
        for (key, ticket, verdict) in answers {
            let events_first =
                self.connection(key).is_some_and(|c| c.conversation.events_before_answer());
            if events_first {
                self.deliver(key);
            }
            self.converse(key, |c, at, out| c.answered(ticket, &verdict, at, out));
            self.give_waiting(key);
        }
        for tenant in self.tenants.values_mut() {
            tenant.trim();
        }
        self.later.extend(self.early.drain(..));
    }

    pub(super) fn admit(&mut self, id: &TenantId, event: Arc<Broadcast>) {
        let Some(tenant) = self.tenants.get_mut(id) else { return };
        match tenant.admit(event) {
            Err(from) => self.control.repair(id.clone(), Offset(from.0 - 1), self.number),
            Ok(fresh) => fresh.iter().for_each(|event| self.announce(id, event)),
        }
    }

    fn announce(&mut self, id: &TenantId, event: &Arc<Broadcast>) {
        let Some(tenant) = self.tenants.get(id) else { return };
        let followers: Vec<_> = tenant.followers(&event.room).collect();
        for key in followers {
            self.mark_for(key, event);
        }
        self.mind_accounts(id, event);
    }

    /// Rights are judged on current data: whoever an event concerns is looked at again.
    fn mind_accounts(&mut self, id: &TenantId, event: &Broadcast) {
        let Some(tenant) = self.tenants.get(id) else { return };
        let concerned = match &event.committed.event {
            Event::AccountChanged(account) | Event::AccountRemoved(account) => {
                tenant.connections_of(&account.id)
            }
            Event::SignedOut(session) => tenant.connections_of(&session.account),
            Event::GatheringChanged(_) | Event::GroupChanged(_) => {
                let scoped = |key: &ConnectionKey| {
                    let place = self.connections.get(key.index as usize);
                    let who = place.and_then(|(_, c)| c.identity.as_ref());
                    who.is_some_and(|who| who.account.role.scope() == Scope::Assigned)
                };
                tenant.connections().into_iter().filter(scoped).collect()
            }
            _ => return,
        };
        for key in concerned {
            if let Some(who) = self.connection(key).and_then(|c| c.identity.clone()) {
                self.control.reidentify(key, *who);
            }
        }
    }

    fn identified(&mut self, key: ConnectionKey, who: Result<Identity, SignInRefusal>) {
        let who = match who {
            Ok(who) => who,
            Err(refusal) => {
                self.control.metrics.sign_in_refused(refusal);
                self.converse(key, |c, at, out| c.signed_in(Err(refusal), at, out));
                self.give_waiting(key);
                return;
            }
        };
        if self.connection(key).is_none() {
            return;
        }
        let tenant = self.tenant(&who.tenant);
        if tenant.is_open() {
            self.welcome(key, who);
        } else {
            tenant.waiting.push((key, who));
        }
    }

    /// A tenant on this shard, looked up if it is not there.
    fn tenant(&mut self, id: &TenantId) -> &mut Tenant {
        self.tenants.entry(id.clone()).or_insert_with(|| {
            self.control.open_tenant(id.clone(), self.number);
            Tenant::opening()
        })
    }

    /// The transport ends a connection: first it gets what it is owed, so that the position it
    /// leaves with is true.
    fn end(&mut self, key: ConnectionKey) {
        self.deliver(key);
        let Some(connection) = self.connection(key) else { return };
        if connection.delivery == Delivery::Live {
            self.close(key, rollcall_wire::websocket::close::NORMAL, "");
        } else {
            connection.ending = true;
        }
    }

    fn end_if_wanted(&mut self, key: ConnectionKey) {
        if self.connection(key).is_some_and(|connection| connection.ending) {
            self.end(key);
        }
    }

    fn welcome(&mut self, key: ConnectionKey, who: Identity) {
        self.adopt(key, who.clone());
        self.converse(key, |c, at, out| c.signed_in(Ok(who), at, out));
        self.give_waiting(key);
    }

    fn tenant_opened(&mut self, id: &TenantId, opened: Result<Opened, Fault>) {
        let Some(tenant) = self.tenants.get_mut(id) else { return };
        let waiting = std::mem::take(&mut tenant.waiting);
        match opened {
            Ok(opened) => {
                let fresh = tenant.open(opened);
                if let Some(midnight) = tenant.midnight() {
                    self.midnights.push((midnight, id.clone()));
                }
                fresh.iter().for_each(|event| self.announce(id, event));
                for (key, who) in waiting {
                    self.welcome(key, who);
                }
            }
            Err(fault) => {
                tracing::error!(tenant = %id, %fault, "tenant could not be opened");
                self.tenants.remove(id);
                for (key, _) in waiting {
                    self.identified(key, Err(SignInRefusal::Busy));
                }
            }
        }
    }

    fn reidentified(&mut self, key: ConnectionKey, who: Result<Identity, SignInRefusal>) {
        let note = match who {
            Ok(who) => {
                self.adopt(key, who.clone());
                Note::Identity(who)
            }
            Err(SignInRefusal::Busy) => return,
            Err(refusal) => Note::SignedOut(refusal),
        };
        self.converse(key, |c, at, out| c.note(&note, at, out));
        self.give_waiting(key);
    }

    fn followed(
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
        let Some(connection) = self.connection(key) else { return };
        if !refused {
            if connection.rooms.is_empty() {
                connection.cursor = known;
            }
            for room in rooms {
                if !connection.rooms.contains(&room) {
                    connection.rooms.push(room);
                }
            }
            let rooms = connection.rooms.clone();
            if let Some(tenant) = self.tenants.get_mut(&tenant_id) {
                rooms.into_iter().for_each(|room| tenant.follow(room, key));
            }
        }
        self.converse(key, |c, at, out| c.followed(ticket, followed, at, out));
        self.give_waiting(key);
        self.mark(key);
        self.end_if_wanted(key);
    }

    /// Gives a connection what it is owed up to an offset and no further.
    fn deliver_upto(&mut self, key: ConnectionKey, known: Offset) {
        let Some(tenant_id) = self.tenant_of(key) else { return };
        loop {
            let Some(connection) = self.connection(key) else { return };
            let next = connection.cursor.next();
            if next > known {
                return;
            }
            let tenant = self.tenants.get(&tenant_id);
            let Some(event) = tenant.and_then(|t| t.event(next)).cloned() else { return };
            self.give_events(key, &[event]);
        }
    }

    fn caught_up(
        &mut self,
        key: ConnectionKey,
        events: Result<Vec<Arc<Broadcast>>, Fault>,
        upto: Offset,
    ) {
        match events {
            Ok(events) => self.give_events(key, &events),
            Err(_) => {
                let try_later = rollcall_wire::websocket::close::TRY_LATER;
                self.close(key, try_later, "try again");
                return;
            }
        }
        let Some(connection) = self.connection(key) else { return };
        connection.cursor = connection.cursor.max(upto);
        connection.delivery = Delivery::Live;
        self.mark(key);
        self.end_if_wanted(key);
    }

    /// Wakes everybody whose time has come, and turns the day of tenants at their midnight.
    pub(super) fn tick(&mut self) {
        for key in self.wheel.due(self.now) {
            self.wake(key);
        }
        let now = self.now;
        let over: Vec<_> = self.midnights.extract_if(.., |(at, _)| *at <= now).collect();
        for (_, id) in over {
            self.turn_day(&id);
        }
        self.gauge.rooms.store(
            i64::try_from(self.tenants.values().map(Tenant::rooms).sum::<usize>()).unwrap_or(0),
            Ordering::Relaxed,
        );
    }

    fn turn_day(&mut self, id: &TenantId) {
        let now = self.now;
        let Some(tenant) = self.tenants.get_mut(id) else { return };
        let stats = tenant.turn_day(now);
        let midnight = tenant.midnight();
        self.midnights.extend(midnight.map(|at| (at, id.clone())));
        let Some(stats) = stats else { return };
        let Some(tenant) = self.tenants.get(id) else { return };
        let followers: Vec<_> = tenant.followers(&Room::Desk).collect();
        for key in followers {
            self.converse(key, |c, at, out| c.note(&Note::Stats(stats), at, out));
        }
    }
}
