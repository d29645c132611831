//! One socket and its server in small: does what the conversation wants, at once and in order.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

use rollcall_core::{
    live::{Presence, PresenceMember},
    position::Position,
    room::Room,
};
use rollcall_wire::{
    church::{Church, Endpoint, Seal},
    conversation::{
        Conversation as _, Effect, Followed, Framing, From, Identity, Moment, Note, Opening,
        Outbox, Relay,
    },
    present::Present,
};

use crate::world::World;

pub struct Socket {
    pub church: Church,
    pub open: bool,
    pub out: Vec<String>,
    who: Option<Arc<Identity>>,
    rooms: Vec<Room>,
    position: Option<Position>,
    name: Option<Arc<str>>,
    number: u64,
}

/// All sockets of a play, by name, and what a server remembers.
pub struct Server {
    pub world: World,
    pub sockets: BTreeMap<String, Socket>,
    kept: HashMap<Arc<str>, Arc<str>>,
    presence: Presence<Room, u64>,
    endpoint: Arc<Endpoint>,
    opened: u64,
}

impl Server {
    pub fn new(world: World, trust: bool) -> Self {
        Self {
            world,
            sockets: BTreeMap::new(),
            kept: HashMap::new(),
            presence: Presence::default(),
            endpoint: Arc::new(Endpoint::new(Seal::new([7; 32]), trust)),
            opened: 0,
        }
    }

    pub fn moment(&self) -> Moment {
        Moment { now: self.world.now, stats: None }
    }

    pub fn open(&mut self, name: &str, token: Option<&str>) {
        self.drop_socket(name);
        self.opened += 1;
        let mut nonce = [0; 15];
        nonce[14] = u8::try_from(self.opened).unwrap();
        let token = token.map(str::to_owned);
        let framing = Framing::EngineIo;
        let opening = Opening { framing, token, rooms: vec![], after: None };
        let church = Church::new(self.endpoint.clone(), opening, nonce, self.world.now);
        let mut socket = Socket {
            church,
            open: true,
            out: vec![],
            who: None,
            rooms: vec![],
            position: None,
            name: None,
            number: self.opened,
        };
        socket.church.opened(&self.moment(), &mut Outbox::default());
        self.sockets.insert(name.to_owned(), socket);
    }

    /// The transport of a socket is gone.
    pub fn drop_socket(&mut self, name: &str) {
        let at = self.moment();
        let Some(mut socket) = self.sockets.remove(name) else { return };
        for room in self.rooms_of(&socket) {
            self.presence.leave(&room, socket.number, at.now);
        }
        let mut out = Outbox::default();
        socket.church.closed(&at, &mut out);
        for effect in out.drain() {
            if let Effect::Relay(relay) = effect {
                self.relay(name, &relay);
            }
        }
    }

    fn rooms_of(&self, socket: &Socket) -> Vec<Room> {
        let mut rooms = socket.rooms.clone();
        rooms.push(Room::Named("lab".into()));
        rooms
    }

    /// The machine stopped and started again: sockets are gone, but not what was kept.
    pub fn restart(&mut self) {
        self.sockets.clear();
        self.presence = Presence::default();
    }

    /// Calls a socket's conversation and does what it wants, until nothing more is wanted.
    pub fn call(&mut self, name: &str, call: impl FnOnce(&mut Church, &Moment, &mut Outbox)) {
        let at = self.moment();
        let mut out = Outbox::default();
        let Some(socket) = self.sockets.get_mut(name).filter(|socket| socket.open) else { return };
        call(&mut socket.church, &at, &mut out);
        let mut effects: VecDeque<Effect> = out.drain().collect();
        while let Some(effect) = effects.pop_front() {
            let mut out = Outbox::default();
            self.done(name, effect, &mut out);
            effects.extend(out.drain());
        }
    }

    fn done(&mut self, name: &str, effect: Effect, out: &mut Outbox) {
        let at = self.moment();
        let Some(mut socket) = self.sockets.remove(name) else { return };
        let church = &mut socket.church;
        match effect {
            Effect::Binary(_) => panic!("the church speaks no binary (2.9)"),
            Effect::Send { message, .. } if socket.open => {
                socket.out.push(String::from_utf8(message.text().to_vec()).unwrap());
            }
            Effect::Send { .. } => {}
            Effect::SignIn { token } => {
                let who = self.world.sign_in(&token);
                socket.who = who.clone().ok();
                church.signed_in(who, &at, out);
            }
            Effect::Trust { tenant, account, email, role } => {
                let who = self.world.trust(&tenant, &account, email.as_deref(), role.as_deref());
                socket.who = Some(who.clone());
                church.signed_in(Ok(who), &at, out);
            }
            Effect::Claim { name: claimed } => {
                socket.name = Some(claimed.clone());
                let older: Vec<_> = self
                    .sockets
                    .iter()
                    .filter(|(_, other)| other.name.as_ref() == Some(&claimed))
                    .map(|(other, _)| other.clone())
                    .collect();
                for other in older {
                    self.call(&other, |church, at, out| church.note(&Note::TakenOver, at, out));
                }
                socket.church.claimed(self.kept.get(&claimed).cloned(), &at, out);
            }
            Effect::Keep { state } => {
                self.kept.insert(socket.name.clone().unwrap(), state);
            }
            Effect::Saw(gathering, date) => {
                let account = socket.who.as_ref().unwrap().account.id.clone();
                self.world.saw(account, (gathering, date));
            }
            Effect::Recall => {
                let account = &socket.who.as_ref().unwrap().account.id;
                socket.church.recalled(self.world.busy_with(account), &at, out);
            }
            Effect::Relay(relay) => self.relay(name, &relay),
            Effect::Submit { ticket, command, .. } => {
                let by = socket.who.as_ref().unwrap().account.id.to_string();
                let verdict = self.world.submit(&by, command);
                self.sockets.insert(name.to_owned(), socket);
                self.deliver();
                self.call(name, |church, at, out| church.answered(ticket, &verdict, at, out));
                return;
            }
            Effect::Look { ticket, look } => {
                let found = look(&self.world.kept, self.world.head());
                church.looked(ticket, found, &at, out);
            }
            Effect::Follow { ticket, rooms, from } => {
                let head = self.world.head();
                socket.rooms.extend(rooms);
                let followed = match (from, socket.position) {
                    (From::Snapshot(look), _) => Followed::Snapshot {
                        position: head,
                        snapshot: look(&self.world.kept, head).unwrap(),
                        reset: None,
                    },
                    (From::After(after, _), None) => {
                        socket.position = Some(after);
                        Followed::Recovering(head)
                    }
                    (_, position) => {
                        socket.position = position.or(Some(head));
                        Followed::Live(head)
                    }
                };
                socket.church.followed(ticket, followed, &at, out);
                self.sockets.insert(name.to_owned(), socket);
                self.deliver();
                return;
            }
            Effect::Unfollow(room) => socket.rooms.retain(|other| *other != room),
            Effect::Attend { room, .. } => {
                let account = socket.who.as_ref().unwrap().account.clone();
                let member = PresenceMember { account, editing: None };
                self.presence.set(room.clone(), socket.number, member, at.now);
                self.presence.always_tell(&room, at.now);
                let members: Arc<[_]> = self.presence.members(&room).into();
                let connections = members.len();
                church.attended(&room, &members, connections, &at, out);
            }
            Effect::Withdraw(room) => self.presence.leave(&room, socket.number, at.now),
            Effect::Close { code, .. } => {
                socket.out.push(format!("close {code}"));
                socket.open = false;
            }
        }
        self.sockets.insert(name.to_owned(), socket);
    }

    fn relay(&mut self, from: &str, relay: &Arc<Relay>) {
        let others: Vec<_> = self.sockets.keys().filter(|name| *name != from).cloned().collect();
        for other in others {
            let note = Note::Relayed(relay.clone());
            self.call(&other, |church, at, out| church.note(&note, at, out));
        }
    }

    /// Gives every socket the events it has not had.
    pub fn deliver(&mut self) {
        let names: Vec<_> = self.sockets.keys().cloned().collect();
        for name in names {
            let Some(socket) = self.sockets.get_mut(&name) else { continue };
            let Some(position) = socket.position else { continue };
            socket.position = Some(self.world.head());
            let known = usize::try_from(position.offset.0).unwrap();
            let keys = socket.who.as_ref().unwrap().keys.clone();
            let rooms = socket.rooms.clone();
            let missed = self.world.log[known..].to_vec();
            for event in missed {
                let followed = rooms.iter().any(|room| room.holds(&event.room));
                if followed && keys.hears(&event.audience) {
                    self.call(&name, |church, at, out| church.event(&event, at, out));
                }
            }
        }
    }

    /// Lets time pass in steps short enough for every deadline.
    pub fn advance(&mut self, ms: i64) {
        for _ in 0..ms / 10 {
            self.world.now = self.world.now.plus_ms(10);
            let names: Vec<_> = self.sockets.keys().cloned().collect();
            for name in names {
                self.call(&name, |church, at, out| church.woken(at, out));
            }
            for (room, members) in self.presence.tell(self.world.now) {
                let note = Note::Presence { room, present: Arc::new(Present::new(members)) };
                let names: Vec<_> = self.sockets.keys().cloned().collect();
                for name in names {
                    self.call(&name, |church, at, out| church.note(&note, at, out));
                }
            }
        }
    }
}
