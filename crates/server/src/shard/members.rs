//! How connections come, speak and go.

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering},
};

use rollcall_wire::{
    conversation::{Conversation, Effect, Identity, Moment, Note, Outbox},
    websocket::close,
};

use super::{ConnectionKey, Opener, Shard};
use crate::{
    connection::{Connection, Input, Leaving, Place, Sink},
    names::{Deed, Report},
};

impl Shard {
    pub(crate) fn open(
        &mut self,
        place: Place,
        host: Option<Box<str>>,
        opener: Opener,
        sink: Box<dyn Sink>,
    ) -> ConnectionKey {
        self.generation = self.generation.wrapping_add(1);
        let connection = Connection::new(opener(), sink, place, host, self.now);
        self.control.metrics.opened(connection.entrance.index);
        self.gauge.connections.fetch_add(1, Ordering::Relaxed);
        let index = self.connections.insert((self.generation, connection));
        let key = ConnectionKey {
            shard: self.number,
            index: u32::try_from(index).unwrap_or(u32::MAX),
            generation: self.generation,
        };
        if self.draining {
            self.drain_soon(key, 0);
        }
        self.converse(key, |conversation, at, out| conversation.opened(at, out));
        key
    }

    /// Lets the conversation of `key` speak, then does what it wants.
    pub(super) fn converse(
        &mut self,
        key: ConnectionKey,
        say: impl FnOnce(&mut dyn Conversation, &Moment, &mut Outbox),
    ) {
        let now = self.now;
        let Some((generation, connection)) = self.connections.get_mut(key.index as usize) else {
            return;
        };
        if *generation != key.generation {
            return;
        }
        let tenant = connection.identity.as_ref().and_then(|who| self.tenants.get(&who.tenant));
        let at = Moment { now, stats: tenant.and_then(super::Tenant::stats) };
        let mut out = std::mem::take(&mut self.outbox);
        say(&mut *connection.conversation, &at, &mut out);
        self.carry_out(key, &mut out);
        self.outbox = out;
        self.settle(key);
    }

    /// After a conversation spoke: wake its reader if it is ready again, and mind its times.
    fn settle(&mut self, key: ConnectionKey) {
        let now = self.now;
        let Some(connection) = self.connection(key) else { return };
        if connection.may_read(now)
            && let Some(reader) = connection.reader.take()
        {
            reader.wake();
        }
        let (due, leaves) = (connection.due(now), connection.leaving.is_some());
        if connection.scheduled.is_none_or(|at| due < at) {
            connection.scheduled = Some(due);
            self.wheel.set(due, key);
        }
        // The last answer may have been given: the end of the turn writes it and looks.
        if leaves {
            self.mark(key);
        }
    }

    pub(crate) fn input(&mut self, key: ConnectionKey, input: Input) {
        let now = self.now;
        let Some(connection) = self.connection(key) else { return };
        connection.heard_at = now;
        if !connection.may_read(now) {
            connection.inputs.push_back(input);
            return;
        }
        self.give(key, &input);
    }

    /// The peer's own ping is answered however many there are, but none is read beyond the flow.
    pub(crate) fn pinged(&mut self, key: ConnectionKey, payload: &[u8]) {
        let now = self.now;
        let Some(connection) = self.connection(key) else { return };
        connection.heard_at = now;
        connection.charge(now);
        connection.sink.pong(payload);
        self.mark(key);
        self.settle(key);
    }

    /// Says that the peer is alive.
    pub(crate) fn heard(&mut self, key: ConnectionKey) {
        let now = self.now;
        if let Some(connection) = self.connection(key) {
            connection.heard_at = now;
        }
    }

    fn give(&mut self, key: ConnectionKey, input: &Input) {
        // After our close only operations that a client believes delivered still count (gym G6.7),
        // and only if it did nothing wrong.
        let blameless = [close::RESTART, close::TRY_LATER];
        let now = self.now;
        let Some(connection) = self.connection(key) else { return };
        if connection.closing.is_some_and(|closing| !blameless.contains(&closing.code)) {
            return;
        }
        // While something waited nothing was read: that silence was ours.
        connection.heard_at = now;
        connection.charge(now);
        let bytes = match input {
            Input::Text(text) => text.len(),
            Input::Binary(bytes) => bytes.len(),
        };
        self.count(key, |metrics, listener| metrics.frame_in(listener, bytes));
        self.converse(key, |conversation, at, out| match input {
            Input::Text(text) => conversation.text(text, at, out),
            Input::Binary(bytes) => conversation.binary(bytes, at, out),
        });
    }

    /// Gives what waited while the conversation was not ready or the flow was used up.
    pub(super) fn give_waiting(&mut self, key: ConnectionKey) {
        let now = self.now;
        while let Some(connection) = self.connection(key) {
            if !connection.may_take(now) {
                return;
            }
            let Some(input) = connection.inputs.pop_front() else {
                // An idle connection keeps no room for what might wait.
                connection.inputs = VecDeque::new();
                self.settle(key);
                return;
            };
            self.give(key, &input);
        }
    }

    /// The conversation's time has come, or the transport's.
    pub(super) fn wake(&mut self, key: ConnectionKey) {
        let now = self.now;
        let Some(connection) = self.connection(key) else { return };
        connection.scheduled = None;
        if connection.closing.is_some_and(|closing| closing.until <= now) {
            self.remove(key, "closed by us");
            return;
        }
        if connection.sink.answers_heartbeats()
            && now.since_ms(connection.heard_at) >= super::SILENCE_MS
        {
            self.remove(key, "silent");
            return;
        }
        if connection.sink.due().is_some_and(|at| at <= now) {
            connection.sink.tick(now);
            self.mark(key);
        }
        let Some(connection) = self.connection(key) else { return };
        if connection.heartbeat_at <= now && connection.closing.is_none() {
            connection.heartbeat_at = now.plus_ms(connection.sink.heartbeat_ms());
            connection.sink.heartbeat();
            self.mark(key);
        }
        let Some(connection) = self.connection(key) else { return };
        if connection.drain_at.is_some_and(|at| at <= now) {
            connection.drain_at = None;
            self.converse(key, |conversation, at, out| {
                conversation.note(&Note::Draining, at, out);
            });
        }
        let Some(connection) = self.connection(key) else { return };
        if connection.conversation.wake_at().is_some_and(|at| at <= now)
            && connection.closing.is_none()
        {
            self.converse(key, |conversation, at, out| conversation.woken(at, out));
        }
        self.give_waiting(key);
        let Some(connection) = self.connection(key) else { return };
        if connection.leaving.as_ref().is_some_and(|leaving| leaving.until <= now) {
            self.remove(key, "closed by peer");
        }
        self.settle(key);
    }

    /// Spreads the server's stop over `within_ms`, so that clients do not return together.
    pub(super) fn drain_soon(&mut self, key: ConnectionKey, within_ms: u64) {
        let wait_ms =
            if within_ms == 0 { 0 } else { u64::from(crate::clock::random_u32()) % within_ms };
        let at = self.now.plus_ms(i64::try_from(wait_ms).unwrap_or(0));
        if let Some(connection) = self.connection(key) {
            connection.drain_at = Some(at);
            connection.scheduled = Some(at);
            self.wheel.set(at, key);
        }
    }

    /// Somebody signed in over this connection, perhaps in place of somebody else.
    /// Gives the identity with everything shared that connections have in common: ten thousand
    /// copies of a tenant's name are memory, and each is another place to read at a delivery.
    pub(super) fn adopt(&mut self, key: ConnectionKey, mut who: Identity) -> Arc<Identity> {
        self.forget_identity(key);
        if let Some((shared, _)) = self.tenants.get_key_value(&who.tenant) {
            who.tenant = shared.clone();
        }
        let Some(tenant) = self.tenants.get_mut(&who.tenant) else { return who.into() };
        who.account = tenant.join(&who.account, key);
        let who = Arc::new(who);
        self.gauge.signed_in.fetch_add(1, Ordering::Relaxed);
        if let Some(connection) = self.connection(key) {
            connection.identity = Some(who.clone());
        }
        who
    }

    fn forget_identity(&mut self, key: ConnectionKey) {
        let Some(connection) = self.connection(key) else { return };
        let Some(who) = connection.identity.take() else { return };
        self.gauge.signed_in.fetch_sub(1, Ordering::Relaxed);
        if let Some(tenant) = self.tenants.get_mut(&who.tenant) {
            tenant.leave(&who.account.id, key);
        }
    }

    /// The peer says nothing more, and perhaps wants its close with that code answered. What it
    /// said is still carried out, and answered as far as it reads; then it is over.
    pub(crate) fn peer_leaves(&mut self, key: ConnectionKey, code: Option<u16>) {
        let until = self.now.plus_ms(super::LEAVING_MS);
        let Some(connection) = self.connection(key) else { return };
        connection.leaving.get_or_insert_with(|| Leaving { code, until }.into());
        self.settle(key);
        self.part(key);
    }

    /// Lets a peer go that says nothing more, once it has all it is owed.
    pub(super) fn part(&mut self, key: ConnectionKey) {
        let Some(connection) = self.connection(key) else { return };
        let Some(leaving) = connection.leaving.as_deref().copied() else { return };
        if !connection.inputs.is_empty() || connection.conversation.owes_answers() {
            return;
        }
        if let Some(code) = leaving.code {
            self.close(key, code, "");
        }
        if self.write(key) {
            self.remove(key, "closed by peer");
        }
    }

    /// The conversation's last word: of what it wants only relays are still done.
    fn say_farewell(&mut self, key: ConnectionKey) {
        let at = Moment { now: self.now, stats: None };
        let mut out = Outbox::default();
        if let Some(connection) = self.connection(key) {
            connection.conversation.closed(&at, &mut out);
        }
        for effect in out.drain() {
            if let Effect::Relay(relay) = effect {
                self.relay(key, relay);
            }
        }
    }

    /// Has a connection that could not be written to tried again.
    pub(crate) fn unblock(&mut self, key: ConnectionKey) {
        if let Some(connection) = self.connection(key) {
            connection.blocked = false;
        }
        self.mark(key);
    }

    /// Takes a connection away, wherever it stands.
    pub(crate) fn remove(&mut self, key: ConnectionKey, why: &'static str) {
        self.say_farewell(key);
        let Some(connection) = self.connection(key) else { return };
        let rooms = std::mem::take(&mut connection.rooms);
        let present_in = std::mem::take(&mut connection.present_in);
        let name = connection.name.take();
        let tenant = connection.identity.as_ref().map(|who| who.tenant.clone());
        if let Some(tenant_id) = tenant {
            if let Some(who) = self.connection(key).and_then(|c| c.identity.clone()) {
                self.control.metrics.left(&tenant_id, &who.account.id, self.now);
            }
            if let Some(tenant) = self.tenants.get_mut(&tenant_id) {
                rooms.iter().for_each(|room| tenant.rooms.leave(room, key));
                present_in.iter().for_each(|room| tenant.attenders.leave(room, key));
            }
            for room in &*present_in {
                self.control.withdraw(tenant_id.clone(), room.clone(), key);
            }
            if let Some(name) = name {
                self.control.name(Report { tenant: tenant_id, name, key, deed: Deed::Leave });
            }
        }
        self.forget_identity(key);
        let (_, connection) = self.connections.remove(key.index as usize);
        self.dirty.done(key);
        self.gauge.connections.fetch_sub(1, Ordering::Relaxed);
        let open_ms = self.now.since_ms(connection.opened_at);
        self.control.metrics.closed(connection.entrance.index, why);
        tracing::debug!(connection = ?key, open_ms, why, "connection ended");
        if let Some(reader) = connection.reader {
            reader.wake();
        }
        if self.connections.is_empty() {
            self.connections.shrink_to_fit();
            self.dirty.clear();
        }
    }
}
