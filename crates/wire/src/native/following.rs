//! Following rooms: a snapshot or everything after a position, and a fresh start after a gap.

use rollcall_core::{
    id::CommandId, limits, live::Reset, position::Position, rejection::Rejection, room::Room,
};

use super::{
    Native, Place, RETRY_AFTER_MS, access, close,
    problem::Problem,
    said::Said,
    snapshot::{self, Question},
};
use crate::{
    conversation::{Effect, Followed, Framing, From, Identity, Moment, Outbox, Ticket},
    message::Message,
};

/// A client's wish to follow rooms.
pub(super) struct Wish {
    /// The request's id; none for the rooms of an address.
    pub id: Option<String>,
    pub rooms: Vec<Room>,
    /// The position to go on from, as the client wrote it.
    pub after: Option<String>,
    pub presence: bool,
}

/// A follow that waits for its answer.
pub(super) struct Asked {
    pub ticket: Ticket,
    pub id: Option<String>,
    rooms: Vec<Room>,
    after: Option<Position>,
    presence: bool,
    /// Whether we ask ourselves, because events were skipped.
    resync: bool,
}

impl Native {
    pub(super) fn follow(&mut self, mut wish: Wish, at: &Moment, out: &mut Outbox) {
        let mut each = std::collections::BTreeSet::new();
        wish.rooms.retain(|room| each.insert(room.clone()));
        let id = wish.id.clone();
        if let Err(problem) = self.judge(&wish) {
            return self.refuse(&problem.of(id), out);
        }
        let Some(who) = &self.who else { return };
        let (after, reset) = self.start(wish.after.as_deref());
        let question = Question {
            id,
            rooms: wish.rooms.clone(),
            account: who.account.id.clone(),
            now: at.now,
            reset,
            lenient: false,
        };
        let look = question.look();
        let from = match after {
            Some(after) => From::After(after, look),
            None => From::Snapshot(look),
        };
        let Wish { id, rooms, presence, .. } = wish;
        let ticket = self.ticket();
        let asked = Asked { ticket, id, rooms: rooms.clone(), after, presence, resync: false };
        self.asked = Some(Box::new(asked));
        out.push(Effect::Follow { ticket, rooms, from });
    }

    /// Where following begins, and why not at the position asked for. A text that is no position
    /// gets a snapshot like one that is too old: a client with a broken memory must get on.
    fn start(&self, after: Option<&str>) -> (Option<Position>, Option<&'static str>) {
        match after.map(str::parse) {
            None => (None, None),
            Some(Err(_)) => (None, Some("unreadable")),
            Some(Ok(_)) if !self.rooms.is_empty() => (None, Some("already_following")),
            Some(Ok(position)) => (Some(position), None),
        }
    }

    fn judge(&self, wish: &Wish) -> Result<(), Problem> {
        if let Some(id) = &wish.id {
            CommandId::parse("id", id).map_err(|no| Problem::from(&no))?;
        }
        let who = self.who.as_ref().ok_or_else(Problem::not_signed_in)?;
        if self.asked.is_some() {
            return Err(Problem::busy("another follow waits for its answer"));
        }
        self.judge_rooms(who, wish).map_err(|no| Problem::from(&no))
    }

    fn judge_rooms(&self, who: &Identity, wish: &Wish) -> Result<(), Rejection> {
        if wish.rooms.is_empty() {
            return Err(Rejection::invalid("rooms", "must name at least one room"));
        }
        let new = wish.rooms.iter().filter(|room| self.place(room).is_none()).count();
        if self.rooms.len() + new > limits::ROOMS_MAX {
            let what = "a connection".into();
            return Err(Rejection::TooMany { what, max: limits::ROOMS_MAX });
        }
        for room in &wish.rooms {
            access::follow(who, room)?;
            if wish.presence {
                access::attend(who, room)?;
            }
        }
        Ok(())
    }

    /// Refuses a request; a one-way transport has no other and ends.
    pub(super) fn refuse(&mut self, problem: &Problem, out: &mut Outbox) {
        out.send(Said::Error(problem).message());
        if !self.two_way() {
            self.leave(close::REFUSED, problem.code, None, out);
        }
    }

    pub(super) fn settle(
        &mut self,
        ticket: Ticket,
        followed: Followed,
        at: &Moment,
        out: &mut Outbox,
    ) {
        let Some(asked) = self.asked.take_if(|asked| asked.ticket == ticket) else { return };
        match followed {
            Followed::Live(position) => self.go_on(&asked, position, position, out),
            Followed::Recovering(upto) => {
                self.go_on(&asked, asked.after.unwrap_or(upto), upto, out);
            }
            Followed::Snapshot { position, snapshot: Ok(message), reset } => {
                out.send_at(mended(message, reset), position);
                self.join(&asked, out);
            }
            Followed::Snapshot { snapshot: Err(no), .. } => {
                self.fail(&asked, Problem::from(&no), out);
            }
            Followed::Fault => self.fail(&asked, Problem::fault(), out),
        }
        if let (Some(reset), false) = (self.lost.take(), self.over) {
            self.resync(reset, at, out);
        }
    }

    /// Says that events follow. The position is the client's own, not the head: it has none of
    /// the events in between yet. A poll's answer arrives whole or not at all, so there the
    /// head is what may be resumed from.
    fn go_on(&mut self, asked: &Asked, position: Position, upto: Position, out: &mut Outbox) {
        let said = Said::Following { id: asked.id.as_deref(), rooms: &asked.rooms, position, upto };
        let resume = if self.framing == Framing::Poll { upto } else { position };
        out.send_at(said.message(), resume);
        self.join(asked, out);
    }

    fn join(&mut self, asked: &Asked, out: &mut Outbox) {
        // Most clients follow once, so that room for more would stay unused.
        self.rooms.reserve_exact(asked.rooms.len());
        for room in &asked.rooms {
            if self.place(room).is_none() {
                self.rooms.push(Place { room: room.clone(), present: false });
            }
            if asked.presence {
                self.attend(room, None, out);
            }
        }
    }

    fn fail(&mut self, asked: &Asked, problem: Problem, out: &mut Outbox) {
        if asked.resync {
            out.send(Said::Error(&problem).message());
            return self.leave(close::FAULT, problem.code, Some(RETRY_AFTER_MS), out);
        }
        for room in asked.rooms.iter().filter(|room| self.place(room).is_none()) {
            out.push(Effect::Unfollow(room.clone()));
        }
        self.refuse(&problem.of(asked.id.clone()), out);
    }

    pub(super) fn unfollow(&mut self, rooms: &[Room], out: &mut Outbox) {
        for place in self.rooms.extract_if(.., |place| rooms.contains(&place.room)) {
            if place.present {
                out.push(Effect::Withdraw(place.room.clone()));
            }
            out.push(Effect::Unfollow(place.room));
        }
    }

    /// Events were skipped: all rooms begin anew with one snapshot. One, because a client that
    /// had only some of several would resume from a position that the other rooms lack.
    pub(super) fn resync(&mut self, reset: Reset, at: &Moment, out: &mut Outbox) {
        if self.asked.is_some() {
            self.lost = Some(reset);
            return;
        }
        let Some(who) = self.who.as_ref().filter(|_| !self.rooms.is_empty()) else { return };
        let rooms: Vec<Room> = self.rooms.iter().map(|place| place.room.clone()).collect();
        let question = Question {
            id: None,
            rooms: rooms.clone(),
            account: who.account.id.clone(),
            now: at.now,
            reset: Some(reset.code()),
            lenient: true,
        };
        let from = From::Snapshot(question.look());
        let ticket = self.ticket();
        let asked = Asked {
            ticket,
            id: None,
            rooms: rooms.clone(),
            after: None,
            presence: false,
            resync: true,
        };
        self.asked = Some(Box::new(asked));
        out.push(Effect::Follow { ticket, rooms, from });
    }

    pub(super) fn place(&self, room: &Room) -> Option<&Place> {
        self.rooms.iter().find(|place| place.room == *room)
    }
}

fn mended(message: Message, reset: Option<Reset>) -> Message {
    match reset {
        Some(reset) => snapshot::with_reset(&message, reset.code()),
        None => message,
    }
}
