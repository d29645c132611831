//! What a shard does with what it is told.

use std::sync::{Arc, atomic::Ordering};

use rollcall_core::{
    id::TenantId,
    position::{Epoch, Offset},
    rejection::Fault,
    room::Room,
};
use rollcall_store::Verdict;
use rollcall_wire::{
    Dialect,
    broadcast::Broadcast,
    conversation::{Note, Reach, Relay, SignInRefusal, Ticket},
};

use super::{Client, ConnectionKey, Inbound, Inspected, Opened, Shard, tenant::Tenant};

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
                self.later.extend(self.early.drain(..));
            }
            Inbound::Presence { tenant, room, present } => {
                let note = Note::Presence { room: room.clone(), present };
                let here = self.tenants.get(&tenant).map(|tenant| tenant.attenders.of(&room));
                let here: Vec<_> = here.into_iter().flatten().collect();
                for key in here {
                    self.converse(key, |c, at, out| c.note(&note, at, out));
                }
            }
            Inbound::Attended { key, room, members, connections } => {
                self.converse(key, |c, at, out| c.attended(&room, &members, connections, at, out));
                self.give_waiting(key);
            }
            Inbound::Recalled(key, sheets) => {
                self.converse(key, |c, at, out| c.recalled(sheets, at, out));
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
            Inbound::Open { place, host, opener, sink, opened } => {
                let key = self.open(place, host, opener, sink());
                if opened.send(key).is_err() {
                    self.remove(key, "gone before it began");
                }
            }
            Inbound::Gone(key) => self.remove(key, "closed by peer"),
            Inbound::End(key) => self.end(key),
            Inbound::Probe { tenant, epoch, head } => {
                self.forget_other_log(&tenant, epoch);
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
            tenant.rooms.counts().map(|(room, members)| (id.clone(), room.clone(), members))
        });
        let clients = self.connections.iter().map(|(_, (_, connection))| Client {
            dialect: connection.entrance.dialect,
            account: connection
                .identity
                .as_ref()
                .map(|who| (who.tenant.clone(), who.account.id.clone())),
            present_in: connection.present_in.to_vec(),
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

    fn relayed(
        &mut self,
        tenant: &TenantId,
        dialect: Dialect,
        from: Option<ConnectionKey>,
        relay: &Arc<Relay>,
    ) {
        let here = self.tenants.get(tenant).map(|tenant| match &relay.reach {
            Reach::Attenders(room) => tenant.attenders.of(room).collect(),
            Reach::Tenant | Reach::Followers(_) => tenant.connections(),
        });
        let note = Note::Relayed(relay.clone());
        for key in here.into_iter().flatten().filter(|key| Some(*key) != from) {
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
            if let Some(asked_at) = self.connection(key).map(|c| c.asked_at) {
                self.control.metrics.answered(self.now.since_ms(asked_at));
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
        self.count_rights(&event);
        // Also of an event that the tape knows already: whoever was welcomed just before it came
        // may have been looked up before it was kept.
        self.mind_accounts(id, &event);
        let Some(tenant) = self.tenants.get_mut(id) else { return };
        match tenant.admit(event) {
            Err(from) => self.control.repair(id.clone(), Offset(from.0 - 1), self.number),
            Ok(fresh) => fresh.iter().for_each(|event| self.announce(id, event)),
        }
    }

    fn announce(&mut self, id: &TenantId, event: &Arc<Broadcast>) {
        self.told = Some(event.committed.at);
        let Some(tenant) = self.tenants.get(id) else { return };
        let (offset, mut receivers) = (event.committed.offset.0, 0_u32);
        for key in tenant.followers(&event.room) {
            // One that is up to date need not look at what came before: it was not for it.
            self.dirty.mark(key, Offset(offset - 1));
            receivers += 1;
        }
        tracing::debug!(tenant = %id, offset, room = %event.room, receivers, "published");
    }

    /// A tenant on this shard, looked up if it is not there.
    pub(super) fn tenant(&mut self, id: &TenantId) -> &mut Tenant {
        self.tenants.entry(id.clone()).or_insert_with(|| {
            self.control.open_tenant(id.clone(), self.number);
            Tenant::opening()
        })
    }

    /// Lets go of a tenant whose log was begun anew meanwhile. Only the probe's is while the
    /// program runs, and nobody is in it.
    fn forget_other_log(&mut self, id: &TenantId, epoch: Epoch) {
        let head = self.tenants.get(id).and_then(Tenant::head);
        if head.is_some_and(|head| head.epoch != epoch) {
            self.tenants.remove(id);
            self.midnights.retain(|(_, tenant)| tenant != id);
        }
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
            i64::try_from(
                self.tenants.values().map(|tenant| tenant.rooms.counts().len()).sum::<usize>(),
            )
            .unwrap_or(0),
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

#[cfg(test)]
mod tests {
    use rollcall_core::{desk::Tally, position::Position, time::Zone};
    use tokio::sync::oneshot;

    use super::*;
    use crate::{api::testing::House, shard::Opened};

    #[tokio::test]
    async fn a_tape_of_a_log_that_was_begun_anew_is_let_go() {
        let house = House::open().await;
        let mut shard = Shard::new(0, house.api.control.clone(), Arc::default());
        let id = TenantId::new(".probe");
        let mut probe = |epoch: u32, opened: Option<u64>| {
            let (head, mut told) = oneshot::channel();
            shard.receive(Inbound::Probe { tenant: id.clone(), epoch: Epoch(epoch), head });
            if let Some(offset) = opened {
                let position = Position { epoch: Epoch(epoch), offset: Offset(offset) };
                let tally = Tally::new(Zone::utc(), shard.now);
                let opened = Opened { position, tally };
                shard.receive(Inbound::TenantOpened(id.clone(), Ok(opened)));
            }
            let told = told.try_recv().unwrap();
            (told.map(|head| head.0), shard.midnights.len())
        };
        assert_eq!(probe(1, Some(1_000)), (None, 1));
        assert_eq!(probe(1, None), (Some(1_000), 1));
        assert_eq!(probe(2, Some(2)), (None, 1), "the old tape says nothing of the new log");
        assert_eq!(probe(2, None), (Some(2), 1));
    }
}
