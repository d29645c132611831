//! The end of a turn: every connection with news gets all of it, in one write.

use std::sync::Arc;

use rollcall_core::{limits, people::Permission, position::Offset, room::Room};
use rollcall_wire::{
    broadcast::Broadcast,
    conversation::{Moment, Note, Outbox},
};

use super::{ConnectionKey, Gauge, Inbound, Local, Shard};
use crate::{
    clock,
    connection::{Connection, Delivery, Flushed},
};

/// Events given to one connection before its bytes are written: what one vectored write takes.
const EVENTS_A_WRITE: usize = 64;

/// Bytes given to one connection before they are written: a few large events, or a slow reader
/// would be taken for too slow before it was offered anything.
const BYTES_A_WRITE: usize = 256 * 1024;

/// Connections whose memory is asked for together.
const FETCHED_TOGETHER: usize = 16;

impl Shard {
    pub(super) fn has_work(&self) -> bool {
        !self.dirty.is_empty() || !self.later.is_empty()
    }

    /// Notes that a connection has something to send.
    pub(crate) fn mark(&mut self, key: ConnectionKey) {
        if self.connection(key).is_some() {
            self.dirty.mark(key, Offset(0));
        }
    }

    /// Gives a connection the events it has not had, as far as it can take them now.
    pub(super) fn deliver(&mut self, key: ConnectionKey) {
        let mut owed = std::mem::take(&mut self.owed);
        while let Some(more) = self.take_owed(key, &mut owed) {
            Gauge::add(&self.gauge.deliveries, owed.len() as u64);
            for (event, interest) in owed.drain(..) {
                if !self.has_room(key) {
                    self.go_back(key, &event);
                    break;
                }
                let at = Moment { now: self.now, stats: event.stats() };
                let mut out = std::mem::take(&mut self.outbox);
                if let Some(connection) = self.connection(key) {
                    give(connection, interest, &event, &at, &mut out);
                }
                self.carry_out(key, &mut out);
                self.outbox = out;
            }
            if !more || !self.write(key) {
                break;
            }
        }
        self.owed = owed;
    }

    /// An event was taken for a connection that cannot take it now: it is owed again.
    fn go_back(&mut self, key: ConnectionKey, event: &Broadcast) {
        if let Some(connection) = self.connection(key) {
            connection.upto.0 = event.committed.offset.0 - 1;
        }
    }

    /// Takes what a connection is owed next off the tape, as much as one write takes; says
    /// whether there may be more. `None`: it takes no events now.
    fn take_owed(
        &mut self,
        key: ConnectionKey,
        owed: &mut Vec<(Arc<Broadcast>, Interest)>,
    ) -> Option<bool> {
        let (generation, connection) = self.connections.get_mut(key.index as usize)?;
        if *generation != key.generation || !connection.takes_events() {
            return None;
        }
        let tenant = self.tenants.get(&connection.identity.as_ref()?.tenant)?;
        if connection.upto < tenant.tail() {
            self.catch_up(key);
            return None;
        }
        while let Some(event) = tenant.event(connection.upto.next()) {
            connection.upto = event.committed.offset;
            let interest = interest(connection, event);
            if interest != Interest::None {
                owed.push((event.clone(), interest));
            }
            if owed.len() == EVENTS_A_WRITE {
                return Some(true);
            }
        }
        Some(false)
    }

    /// Reads from the store what has left the tape.
    fn catch_up(&mut self, key: ConnectionKey) {
        let Some(connection) = self.connection(key) else { return };
        let Some(who) = &connection.identity else { return };
        let (tenant, after) = (who.tenant.clone(), connection.upto);
        let rooms = connection.rooms.to_vec();
        connection.delivery = Delivery::CatchingUp;
        let head = self.tenants.get(&tenant).and_then(super::Tenant::head);
        let behind = head.map_or(0, |head| head.offset.0.saturating_sub(after.0));
        if behind > limits::RECOVER_EVENTS_MAX {
            self.lose(key);
            return;
        }
        self.control.catch_up(key, tenant, after, rooms);
    }

    /// A reader that fell too far behind is told so and goes on from now.
    fn lose(&mut self, key: ConnectionKey) {
        let Some(tenant) = self.tenant_of(key) else { return };
        let head = self.tenants.get(&tenant).and_then(super::Tenant::head);
        let Some(connection) = self.connection(key) else { return };
        connection.delivery = Delivery::Live;
        connection.upto = head.map_or(connection.upto, |head| head.offset);
        Gauge::add(&self.gauge.resyncs, 1);
        let note = Note::Lost(rollcall_core::live::Reset::TooOld);
        self.converse(key, |conversation, at, out| conversation.note(&note, at, out));
    }

    /// Events read from the store for one connection. `false`: it could not take all of them.
    pub(super) fn give_events(&mut self, key: ConnectionKey, events: &[Arc<Broadcast>]) -> bool {
        for event in events {
            if !self.has_room(key) {
                return false;
            }
            let now = self.now;
            let Some(connection) = self.connection(key) else { return false };
            if event.committed.offset <= connection.upto {
                continue;
            }
            connection.upto = event.committed.offset;
            let interest = interest(connection, event);
            let stats = event.stats();
            Gauge::add(&self.gauge.deliveries, u64::from(interest != Interest::None));
            let mut out = std::mem::take(&mut self.outbox);
            if let Some(connection) = self.connection(key) {
                give(connection, interest, event, &Moment { now, stats }, &mut out);
            }
            self.carry_out(key, &mut out);
            self.outbox = out;
        }
        true
    }

    /// Whether a connection can take another event; if much waits, it is written first.
    fn has_room(&mut self, key: ConnectionKey) -> bool {
        let full = |c: &mut Connection| c.sink.waiting_bytes() >= BYTES_A_WRITE;
        !self.connection(key).is_some_and(full) || self.write(key)
    }

    /// Writes what a connection has waiting. `false`: it can take no more now.
    pub(super) fn write(&mut self, key: ConnectionKey) -> bool {
        let Some(connection) = self.connection(key) else { return false };
        if connection.blocked {
            return false;
        }
        let flushed = connection.sink.flush();
        Gauge::add(&self.gauge.writes, 1);
        match flushed {
            Flushed::Done => true,
            Flushed::Blocked => {
                if let Some(connection) = self.connection(key) {
                    connection.blocked = true;
                }
                false
            }
            Flushed::Over => {
                self.remove(key, "closed by peer");
                false
            }
        }
    }

    /// Counts the turn once, not every delivery.
    fn count_turn(&mut self) {
        for (listener, (frames, bytes)) in self.sent.iter_mut().enumerate() {
            if *frames > 0 {
                self.control.metrics.frames_out(listener, *frames, *bytes);
                (*frames, *bytes) = (0, 0);
            }
        }
        if let Some(committed_at) = self.told.take() {
            self.control.metrics.told(clock::now().since_ms(committed_at));
        }
    }

    /// Reads of each of these connections what its delivery will need. A delivery ends in a
    /// system call, after which the processor has nothing of the next connection at hand: one by
    /// one, each would wait for its places in memory in turn; here they are fetched all at once.
    fn fetch(&self, keys: &[ConnectionKey]) {
        for key in keys {
            if let Some((_, connection)) = self.connections.get(key.index as usize) {
                let who = connection.identity.as_ref();
                let keys = who.map(|who| (who.tenant.as_str(), who.keys.may(Permission::ReadDesk)));
                std::hint::black_box((connection.due(self.now), connection.upto, keys));
                connection.sink.fetch();
            }
        }
    }

    fn finish(&mut self, key: ConnectionKey) -> Option<ConnectionKey> {
        let known = self.dirty.known(key);
        let connection = self.connection(key)?;
        // One that takes no events now is marked anew, for everything, when it does again.
        if connection.takes_events() {
            connection.upto = connection.upto.max(known);
        }
        self.deliver(key);
        if self.write(key) {
            self.part(key);
        }
        // Not before: what it was given just now would have it come here once more.
        self.dirty.done(key);
        let now = self.now;
        let connection = self.connection(key)?;
        let due = connection.due(now);
        if connection.scheduled.is_none_or(|at| due < at) {
            connection.scheduled = Some(due);
            self.wheel.set(due, key);
        }
        self.connection(key).is_some_and(|c| c.blocked).then_some(key)
    }
}

/// What a connection gets of an event.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Interest {
    None,
    /// The desk's statistics alone: they are everybody's who follows the desk (gym G7.13).
    Stats,
    Event,
}

fn interest(connection: &Connection, event: &Broadcast) -> Interest {
    if !connection.rooms.iter().any(|room| room.holds(&event.room)) {
        return Interest::None;
    }
    match &connection.identity {
        Some(who) if who.keys.hears(&event.audience) => Interest::Event,
        Some(_) if event.room == Room::Desk => Interest::Stats,
        _ => Interest::None,
    }
}

fn give(
    connection: &mut Connection,
    interest: Interest,
    event: &Arc<Broadcast>,
    at: &Moment,
    out: &mut Outbox,
) {
    match (interest, event.stats()) {
        (Interest::Event, _) => connection.conversation.event(event, at, out),
        (Interest::Stats, Some(stats)) => {
            connection.conversation.note(&Note::Stats(stats), at, out)
        }
        _ => {}
    }
}

impl Local {
    /// Ends turns for as long as the shard lives.
    pub(super) async fn end_turns(self) {
        loop {
            self.turn.notified().await;
            self.end_turn();
        }
    }

    fn end_turn(&self) {
        let mut shard = self.shard.borrow_mut();
        shard.now = clock::now();
        while let Some(inbound) = shard.later.pop_front() {
            self.handle(&mut shard, inbound);
        }
        let mut blocked = Vec::new();
        for keys in shard.dirty.take().chunks(FETCHED_TOGETHER) {
            shard.fetch(keys);
            blocked.extend(keys.iter().filter_map(|key| shard.finish(*key)));
        }
        for key in blocked {
            self.wait_until_writable(&mut shard, key);
        }
        shard.count_turn();
        if shard.has_work() {
            self.turn.notify_one();
        }
        self.set_alarm(&shard);
    }

    /// A slow reader gets the rest when it can; nothing else waits for it.
    fn wait_until_writable(&self, shard: &mut Shard, key: ConnectionKey) {
        let Some(connection) = shard.connection(key) else { return };
        if std::mem::replace(&mut connection.awaits_writable, true) {
            return;
        }
        let writable = connection.sink.writable();
        let local = self.clone();
        tokio::task::spawn_local(async move {
            writable.await;
            local.with(|shard| {
                if let Some(connection) = shard.connection(key) {
                    connection.awaits_writable = false;
                    connection.blocked = false;
                    shard.mark(key);
                }
            });
        });
    }

    pub(super) fn handle(&self, shard: &mut Shard, inbound: Inbound) {
        match inbound {
            Inbound::Errand(errand) => {
                let local = self.clone();
                // In a task of its own: the shard is in use just now.
                tokio::task::spawn_local(async move { errand(local) });
            }
            other => shard.receive(other),
        }
    }
}
