//! What a shard keeps of a tenant that has members on it: the tape, the rooms, the desk's tally.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use rollcall_core::{
    desk::{Stats, Tally},
    event::Event,
    id::AccountId,
    limits,
    live::{Admitted, Tape},
    people::Account,
    position::{Offset, Position},
    room::Room,
    time::Timestamp,
};
use rollcall_wire::{broadcast::Broadcast, conversation::Identity};

use super::ConnectionKey;
use crate::few::Few;

/// Events kept for a tenant without members: enough for those who are just reconnecting.
const IDLE_TAPE_EVENTS: usize = 256;

/// A tenant as it was at one position: where its tape begins.
pub struct Opened {
    /// As of when.
    pub position: Position,
    /// The desk then.
    pub tally: Tally,
}

/// A tenant on a shard.
pub(super) struct Tenant {
    /// Events that came while the tenant was being looked up.
    early: Vec<Arc<Broadcast>>,
    live: Option<Live>,
    /// Connections that wait for the tenant to be looked up.
    pub(super) waiting: Vec<(ConnectionKey, Identity)>,
    /// Who follows a room.
    pub(super) rooms: Members,
    accounts: HashMap<AccountId, SignedIn>,
    /// Who is present in a room, which is another thing than following it.
    pub(super) attenders: Members,
}

/// Which connections are in which room.
#[derive(Default)]
pub(super) struct Members {
    /// In the order of their places, so that a delivery to all goes through memory in order.
    by_room: HashMap<Room, BTreeSet<ConnectionKey>>,
}

impl Members {
    /// A connection is in a room from now on; gives the room's name as all its members share it.
    pub(super) fn enter(&mut self, room: Room, key: ConnectionKey) -> Room {
        let entry = self.by_room.entry(room);
        let shared = entry.key().clone();
        entry.or_default().insert(key);
        shared
    }

    /// A connection is in a room no longer; nothing is kept of a room that is empty.
    pub(super) fn leave(&mut self, room: &Room, key: ConnectionKey) {
        if let Some(members) = self.by_room.get_mut(room) {
            members.remove(&key);
            if members.is_empty() {
                self.by_room.remove(room);
            }
        }
    }

    /// Those in this very room.
    pub(super) fn of<'s>(&'s self, room: &Room) -> impl Iterator<Item = ConnectionKey> + use<'s> {
        self.by_room.get(room).into_iter().flatten().copied()
    }

    /// Every room with how many are in it.
    pub(super) fn counts(&self) -> impl ExactSizeIterator<Item = (&Room, usize)> {
        self.by_room.iter().map(|(room, members)| (room, members.len()))
    }
}

/// An account with a connection here.
struct SignedIn {
    /// As all its connections share it.
    account: Arc<Account>,
    /// So that a change of the account reaches them.
    connections: Few<ConnectionKey>,
}

struct Live {
    position: Position,
    tape: Tape<Arc<Broadcast>>,
    tally: Tally,
}

impl Tenant {
    pub(super) fn opening() -> Self {
        Self {
            early: Vec::new(),
            live: None,
            waiting: Vec::new(),
            rooms: Members::default(),
            accounts: HashMap::new(),
            attenders: Members::default(),
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        self.live.is_some()
    }

    /// Begins the tape; gives the events that came meanwhile and are new.
    pub(super) fn open(&mut self, opened: Opened) -> Vec<Arc<Broadcast>> {
        let tape = Tape::new(opened.position.offset);
        self.live = Some(Live { position: opened.position, tape, tally: opened.tally });
        let early = std::mem::take(&mut self.early);
        early.into_iter().filter_map(|event| self.admit(event).ok()).flatten().collect()
    }

    /// Takes an event in. Gives the events that are new in order, or the hole to be read first.
    pub(super) fn admit(&mut self, event: Arc<Broadcast>) -> Result<Vec<Arc<Broadcast>>, Offset> {
        let Some(live) = &mut self.live else {
            self.early.push(event);
            return Ok(Vec::new());
        };
        match live.tape.admit(event.committed.offset, event) {
            Admitted::Known => Ok(Vec::new()),
            Admitted::Hole(from) => Err(from),
            Admitted::From(first) => {
                let after = Offset(first.0 - 1);
                let fresh: Vec<_> =
                    live.tape.after(after).into_iter().flatten().map(|(_, e)| e.clone()).collect();
                for event in &fresh {
                    live.count(&event.committed.event);
                    event.set_stats(live.tally.stats());
                }
                Ok(fresh)
            }
        }
    }

    /// Lets go of events that nobody needs from the tape any more.
    pub(super) fn trim(&mut self) {
        let idle = self.rooms.counts().len() == 0;
        if let Some(live) = &mut self.live {
            live.tape.trim(if idle { IDLE_TAPE_EVENTS } else { limits::TAPE_EVENTS_MAX });
        }
    }

    pub(super) fn head(&self) -> Option<Position> {
        let live = self.live.as_ref()?;
        Some(Position { offset: live.tape.head(), ..live.position })
    }

    pub(super) fn tail(&self) -> Offset {
        self.live.as_ref().map_or(Offset(0), |live| live.tape.tail())
    }

    pub(super) fn event(&self, offset: Offset) -> Option<&Arc<Broadcast>> {
        self.live.as_ref()?.tape.get(offset)
    }

    pub(super) fn stats(&self) -> Option<Stats> {
        self.live.as_ref().map(|live| live.tally.stats())
    }

    /// Begins a new day if `now` has one; gives the statistics to tell then.
    pub(super) fn turn_day(&mut self, now: Timestamp) -> Option<Stats> {
        let live = self.live.as_mut()?;
        live.tally.turn(now).then(|| live.tally.stats())
    }

    /// When the tenant's next day begins.
    pub(super) fn midnight(&self) -> Option<Timestamp> {
        self.live.as_ref().map(|live| live.tally.midnight())
    }

    /// Everybody who follows `room` or a room around it.
    pub(super) fn followers(&self, room: &Room) -> impl Iterator<Item = ConnectionKey> + '_ {
        let mut here = Some(room.clone());
        std::iter::from_fn(move || {
            let room = here.take()?;
            here = room.wider();
            Some(self.rooms.of(&room))
        })
        .flatten()
    }

    /// Accounts that have a connection here.
    pub(super) fn accounts(&self) -> usize {
        self.accounts.len()
    }

    /// A connection signed in; gives the account as all its connections share it.
    pub(super) fn join(&mut self, account: &Arc<Account>, key: ConnectionKey) -> Arc<Account> {
        let new = || SignedIn { account: account.clone(), connections: Few::default() };
        let here = self.accounts.entry(account.id.clone()).or_insert_with(new);
        if !here.connections.contains(&key) {
            here.connections.push(key);
        }
        if *here.account != **account {
            here.account = account.clone();
        }
        here.account.clone()
    }

    pub(super) fn leave(&mut self, account: &AccountId, key: ConnectionKey) {
        let Some(here) = self.accounts.get_mut(account) else { return };
        here.connections.retain(|other| *other != key);
        if here.connections.is_empty() {
            self.accounts.remove(account);
        }
        if self.accounts.is_empty() {
            self.accounts.shrink_to_fit();
        }
    }

    pub(super) fn connections_of(&self, account: &AccountId) -> Vec<ConnectionKey> {
        self.accounts.get(account).map(|here| here.connections.to_vec()).unwrap_or_default()
    }

    pub(super) fn connections(&self) -> Vec<ConnectionKey> {
        self.accounts.values().flat_map(|here| &*here.connections).copied().collect()
    }
}

impl Live {
    fn count(&mut self, event: &Event) {
        match event {
            Event::CheckedIn { visit, .. } => self.tally.checked_in(visit),
            Event::CheckedOut { visit, .. } => self.tally.checked_out(visit),
            _ => {}
        }
    }
}
