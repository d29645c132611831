//! Does what conversations want done.

use std::sync::Arc;

use rollcall_core::{
    command::{Ask, By, Command},
    id::{CommandId, GatheringId},
    live::PresenceMember,
    position::Position,
    room::Room,
    time::Date,
};
use rollcall_wire::{
    Dialect,
    conversation::{Effect, Followed, From, Outbox, Relay, Ticket},
    message::Message,
};

use super::{ConnectionKey, Gauge, Inbound, Reply, Shard};
use crate::{
    auth::Believed,
    clock,
    connection::{Closing, Delivery},
    names::{Deed, Report},
};

impl Shard {
    pub(super) fn carry_out(&mut self, key: ConnectionKey, out: &mut Outbox) {
        for effect in out.drain() {
            match effect {
                Effect::Send { message, id } => self.send(key, message, id),
                Effect::Binary(bytes) => {
                    if let Some(connection) = self.connection(key) {
                        connection.sink.binary(&bytes);
                    }
                    self.mark(key);
                }
                Effect::SignIn { token } => self.sign_in(key, token),
                Effect::Trust { tenant, account, email, role } => {
                    let claim = Believed { tenant, account, email, role };
                    self.control.believe(key, claim);
                }
                Effect::Claim { name } => self.claim(key, name),
                Effect::Keep { state } => self.name(key, Deed::Keep(state)),
                Effect::Recall => self.recall(key),
                Effect::Saw(gathering, date) => self.saw(key, &gathering, date),
                Effect::Relay(relay) => self.relay(key, relay),
                Effect::Submit { ticket, command, id } => self.submit(key, ticket, command, id),
                Effect::Look { ticket, look } => {
                    if let Some(tenant) = self.tenant_of(key) {
                        self.control.look(key, ticket, tenant, look);
                    }
                }
                Effect::Follow { ticket, rooms, from } => self.follow(key, ticket, rooms, from),
                Effect::Unfollow(room) => self.unfollow(key, &room),
                Effect::Attend { room, editing } => self.attend(key, room, editing),
                Effect::Withdraw(room) => self.withdraw(key, &room),
                Effect::Close { code, reason } => self.close(key, code, &reason),
            }
        }
    }

    fn send(&mut self, key: ConnectionKey, message: Message, id: Option<Position>) {
        let Some(connection) = self.connection(key) else { return };
        // What waited before counts: one message may be as large as it must be.
        let too_much = connection.sink.waiting_bytes() > super::WAITING_BYTES_MAX;
        let bytes_more = message.text_bytes();
        connection.sink.message(message, id);
        let listener = connection.entrance.index;
        if too_much {
            Gauge::add(&self.gauge.slow_readers, 1);
            let too_slow = rollcall_wire::websocket::close::TRY_LATER;
            self.close(key, too_slow, "reader too slow");
        }
        self.mark(key);
        if self.sent.len() <= listener {
            self.sent.resize(listener + 1, (0, 0));
        }
        let (frames, bytes) = &mut self.sent[listener];
        (*frames, *bytes) = (*frames + 1, *bytes + bytes_more);
    }

    pub(super) fn tenant_of(&mut self, key: ConnectionKey) -> Option<rollcall_core::id::TenantId> {
        let connection = self.connection(key)?;
        connection.identity.as_ref().map(|who| who.tenant.clone())
    }

    fn sign_in(&mut self, key: ConnectionKey, token: String) {
        let changes = self.rights_changes;
        let Some(connection) = self.connection(key) else { return };
        connection.rights_seen = changes;
        let (entrance, host) = (Arc::clone(&connection.entrance), connection.host.clone());
        self.control.identify(key, entrance, host, token);
    }

    fn submit(
        &mut self,
        key: ConnectionKey,
        ticket: Ticket,
        command: Command,
        id: Option<CommandId>,
    ) {
        let now = self.now;
        let Some(connection) = self.connection(key) else { return };
        let Some(who) = &connection.identity else { return };
        connection.asked_at = now;
        let ask = Ask {
            tenant: who.tenant.clone(),
            by: By::Account(who.account.id.clone()),
            id,
            command,
            fresh: clock::fresh_id(),
        };
        if let Err(refusal) = self.control.submitter.submit(ask, Reply::Connection(key, ticket)) {
            let answers = vec![(key, ticket, Err(refusal))];
            self.later.push_back(Inbound::Committed { events: [].into(), answers });
        }
    }

    fn follow(&mut self, key: ConnectionKey, ticket: Ticket, rooms: Vec<Room>, from: From) {
        let Some(tenant) = self.tenant_of(key) else { return };
        let Some(head) = self.tenants.get(&tenant).and_then(super::Tenant::head) else { return };
        let (after, snapshot) = match from {
            From::Head => {
                self.deliver(key);
                let (followed, known) = (Followed::Live(head), head.offset);
                let inbound = Inbound::Followed { key, ticket, rooms, followed, known };
                self.later.push_back(inbound);
                return;
            }
            From::Snapshot(look) => (None, look),
            From::After(position, look) => (Some(position), look),
        };
        let Some(connection) = self.connection(key) else { return };
        let after = after.filter(|_| connection.rooms.is_empty());
        connection.delivery = Delivery::Following;
        self.control.follow(key, ticket, tenant, rooms, after, snapshot);
    }

    fn unfollow(&mut self, key: ConnectionKey, room: &Room) {
        let Some(tenant) = self.tenant_of(key) else { return };
        if let Some(connection) = self.connection(key) {
            connection.rooms.retain(|followed| followed != room);
        }
        if let Some(tenant) = self.tenants.get_mut(&tenant) {
            tenant.rooms.leave(room, key);
        }
    }

    fn claim(&mut self, key: ConnectionKey, name: Arc<str>) {
        if let Some(connection) = self.connection(key) {
            connection.name = Some(name);
        }
        self.name(key, Deed::Claim);
    }

    /// Reports what a connection does with the name it bears.
    fn name(&mut self, key: ConnectionKey, deed: Deed) {
        let Some(tenant) = self.tenant_of(key) else { return };
        let Some(name) = self.connection(key).and_then(|c| c.name.clone()) else { return };
        self.control.name(Report { tenant, name, key, deed });
    }

    fn recall(&mut self, key: ConnectionKey) {
        let Some(connection) = self.connection(key) else { return };
        let Some(who) = &connection.identity else { return };
        let (tenant, account) = (who.tenant.clone(), who.account.id.clone());
        self.control.recall(key, tenant, account);
    }

    fn saw(&mut self, key: ConnectionKey, gathering: &GatheringId, date: Date) {
        let now = self.now;
        let Some(connection) = self.connection(key) else { return };
        let Some(who) = &connection.identity else { return };
        let (tenant, account) = (who.tenant.clone(), who.account.id.clone());
        self.control.glimpses.add(&tenant, &account, gathering, date, now);
    }

    pub(super) fn relay(&mut self, key: ConnectionKey, relay: Arc<Relay>) {
        let Some(tenant) = self.tenant_of(key) else { return };
        let Some(connection) = self.connection(key) else { return };
        let dialect = connection.entrance.dialect;
        self.control.relay(tenant, dialect, Some(key), relay);
    }

    fn attend(&mut self, key: ConnectionKey, room: Room, editing: Option<Box<str>>) {
        let Some(connection) = self.connection(key) else { return };
        let Some(who) = &connection.identity else { return };
        let always = connection.entrance.dialect == Dialect::Church;
        let member = PresenceMember { account: who.account.clone(), editing };
        let id = who.tenant.clone();
        tracing::debug!(connection = ?key, tenant = %id, account = %member.account.id, %room, "joined");
        let Some(tenant) = self.tenants.get_mut(&id) else { return };
        let room = tenant.attenders.enter(room, key);
        let Some(connection) = self.connection(key) else { return };
        if !connection.present_in.contains(&room) {
            connection.present_in.push(room.clone());
        }
        self.control.attend(id, room, key, member, always);
    }

    fn withdraw(&mut self, key: ConnectionKey, room: &Room) {
        let Some(tenant) = self.tenant_of(key) else { return };
        let Some(connection) = self.connection(key) else { return };
        let before = connection.present_in.len();
        connection.present_in.retain(|here| here != room);
        if connection.present_in.len() < before {
            if let Some(tenant) = self.tenants.get_mut(&tenant) {
                tenant.attenders.leave(room, key);
            }
            self.control.withdraw(tenant, room.clone(), key);
        }
    }

    pub(super) fn close(&mut self, key: ConnectionKey, code: u16, reason: &str) {
        let until = self.now.plus_ms(super::CLOSING_MS);
        let Some(connection) = self.connection(key) else { return };
        if connection.closing.is_some() {
            return;
        }
        connection.sink.close(code, reason);
        // Even a slow reader is offered its close.
        connection.blocked = false;
        connection.closing = Some(Closing { code, until });
        connection.scheduled = Some(until);
        let index = connection.entrance.index;
        self.control.metrics.closing(index, code);
        self.wheel.set(until, key);
        self.mark(key);
    }
}
