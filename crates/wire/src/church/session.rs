//! What a connection is once its CONNECT was granted.

use std::sync::Arc;

use rollcall_core::{
    audience::{Audience, Hearer},
    id::GatheringId,
    limits,
    people::{Role, Scope},
    position::Position,
    rejection::Rejection,
    room::Room,
    time::Timestamp,
};
use serde_json::{Value, json};

use super::{events::Pending, rate::Rate, read::Place};
use crate::conversation::{Effect, From, Identity, Look, Outbox, Reach, Relay, Ticket};

/// One client's session.
pub(super) struct Session {
    pub sid: Arc<str>,
    pub who: Arc<Identity>,
    /// It showed no token (3.7).
    pub believed: bool,
    /// Sheets whose rooms it joined.
    pub rooms: Vec<Place>,
    /// Test rooms it joined.
    pub test_rooms: Vec<Arc<str>>,
    /// What it has not had since it came back, if it did.
    pub owed: Option<Box<Owed>>,
    /// What is being answered.
    pub pending: Option<Box<Pending>>,
    pub rate: Rate,
    /// It showed a selection at a kiosk (5.17).
    pub selected: bool,
    /// It ends in a way that others need not be told of (5.17).
    pub quiet: bool,
    pub last_ticket: u32,
}

/// What a client that came back gets once its page listens again.
#[derive(Debug)]
pub(super) enum Owed {
    /// Everything after a position; nothing is followed before (2.18).
    Replay { at: Timestamp, after: Position },
    /// Its sheets told anew, after a recovery that failed (2.20).
    Sheets { at: Timestamp },
    /// The sheets that are left to be told anew, the next one last.
    Rest(Vec<Place>),
}

/// What is kept of a session for its recovery.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Kept {
    rooms: Vec<(String, String)>,
    selected: bool,
}

/// Has it remembered that a sheet was looked at (2.20).
pub(super) fn saw(place: &Place, out: &mut Outbox) {
    out.push(Effect::Saw(place.gathering.clone(), place.date));
}

impl Session {
    pub fn ticket(&mut self) -> Ticket {
        self.last_ticket = self.last_ticket.wrapping_add(1);
        Ticket(self.last_ticket)
    }

    /// A believed account that is not kept and whose role sees only what it is assigned to: it
    /// hears the sheets whose rooms it joins, and no others (4.2).
    pub fn is_stranger(&self) -> bool {
        self.believed
            && self.who.account.role.scope() == Scope::Assigned
            && self.who.keys.hears(&Audience(vec![Hearer::AllGatherings]))
    }

    /// Whether the account may see a gathering now.
    pub fn sees(&self, gathering: &GatheringId) -> bool {
        self.who.keys.hears(&Audience::of_gathering(gathering))
    }

    /// Whether an unknown gathering is told as such, and not as one that is out of reach.
    pub fn sees_all(&self) -> bool {
        self.who.account.role == Role::Admin || self.who.account.role.scope() == Scope::All
    }

    /// The delivery rule (4.4), apart from the account's rights.
    pub fn wants(&self, room: &Room) -> bool {
        match room {
            Room::Sheet(..) if self.rooms.is_empty() => !self.is_stranger(),
            Room::Sheet(gathering, date) => {
                self.rooms.iter().any(|p| p.gathering == *gathering && p.date == *date)
            }
            _ => false,
        }
    }

    /// The rooms to follow so that all that is wanted comes.
    pub fn followed_rooms(&self) -> Vec<Room> {
        match self.rooms.is_empty() {
            true => vec![Room::Sheets],
            false => self.rooms.iter().map(Place::room).collect(),
        }
    }

    /// Whether nothing is followed yet, because a replay comes first.
    fn is_held(&self) -> bool {
        matches!(self.owed.as_deref(), Some(Owed::Replay { .. }))
    }

    /// When something that is owed is due.
    pub fn wakes_at(&self) -> Option<Timestamp> {
        match self.owed.as_deref()? {
            Owed::Replay { at, .. } | Owed::Sheets { at } => Some(*at),
            Owed::Rest(_) => None,
        }
    }

    /// Begins what is owed.
    pub fn give_owed(&mut self, out: &mut Outbox) {
        match self.owed.take().map(|owed| *owed) {
            Some(Owed::Replay { after, .. }) => {
                let (ticket, rooms) = (self.ticket(), self.followed_rooms());
                // The gap was there a moment ago; if it is gone, the client starts anew.
                let gone: Look = Box::new(|_, _| Ok(Err(Rejection::invalid("offset", "is gone"))));
                out.push(Effect::Follow { ticket, rooms, from: From::After(after, gone) });
            }
            Some(Owed::Sheets { .. }) => out.push(Effect::Recall),
            Some(Owed::Rest(_)) | None => {}
        }
    }

    /// Follows a room beside the others, if anything is followed yet.
    fn follow(&mut self, room: Room, out: &mut Outbox) {
        if !self.is_held() {
            let ticket = self.ticket();
            out.push(Effect::Follow { ticket, rooms: vec![room], from: From::Head });
        }
    }

    fn unfollow(&self, room: Room, out: &mut Outbox) {
        if !self.is_held() {
            out.push(Effect::Unfollow(room));
        }
    }

    /// Whether one more room may be joined (11.1).
    pub fn has_room(&self) -> bool {
        self.rooms.len() + self.test_rooms.len() < limits::ROOMS_MAX
    }

    /// Joins a sheet's room: from here on only sheets whose rooms were joined are heard.
    pub fn join(&mut self, place: &Place, out: &mut Outbox) {
        if !self.rooms.contains(place) {
            self.follow(place.room(), out);
            if self.rooms.is_empty() {
                self.unfollow(Room::Sheets, out);
            }
            // Nearly everybody is in one room, so that room for more would stay unused.
            self.rooms.reserve_exact(1);
            self.rooms.push(place.clone());
            self.keep(out);
        }
        out.push(Effect::Attend { room: place.room(), editing: None });
        saw(place, out);
    }

    /// Leaves a sheet's room; after the last one every sheet is heard again.
    pub fn leave(&mut self, place: &Place, out: &mut Outbox) {
        let Some(at) = self.rooms.iter().position(|joined| joined == place) else { return };
        self.rooms.remove(at);
        if self.rooms.is_empty() {
            self.follow(Room::Sheets, out);
        }
        self.unfollow(place.room(), out);
        out.push(Effect::Withdraw(place.room()));
        self.keep(out);
    }

    /// Keeps what a recovery brings back (2.19, 5.17).
    pub(super) fn keep(&self, out: &mut Outbox) {
        let rooms: Vec<_> =
            self.rooms.iter().map(|p| json!([p.gathering.as_str(), p.date])).collect();
        let mut state = json!({ "rooms": rooms });
        if self.selected {
            state["selected"] = true.into();
        }
        out.push(Effect::Keep { state: state.to_string().into() });
    }

    /// What was kept; of the rooms those whose sheets the account still sees.
    pub fn restore(&mut self, kept: &str, out: &mut Outbox) {
        let kept: Kept = serde_json::from_str(kept).unwrap_or_default();
        self.selected = kept.selected;
        for (gathering, date) in kept.rooms {
            let place = Place::of(&json!({"gatheringId": gathering, "date": date}));
            if let Some(place) = place.filter(|place| self.sees(&place.gathering)) {
                out.push(Effect::Attend { room: place.room(), editing: None });
                self.rooms.push(place);
            }
        }
    }

    /// Passes a packet on to those who follow a sheet.
    pub fn relay(
        &self,
        reach: Reach,
        audience: Audience,
        name: &str,
        payload: &Value,
        out: &mut Outbox,
    ) {
        let message = super::say::event(name, payload);
        out.push(Effect::Relay(Arc::new(Relay { reach, audience, message })));
    }

    /// Whether another's message is for this session.
    pub fn is_reached(&self, relay: &Relay) -> bool {
        let reached = match &relay.reach {
            Reach::Tenant => true,
            Reach::Followers(room) => self.wants(room),
            Reach::Attenders(Room::Named(name)) => self.test_rooms.contains(name),
            Reach::Attenders(room) => self.rooms.iter().any(|place| place.room() == *room),
        };
        reached && self.who.keys.hears(&relay.audience)
    }
}
