//! The native dialect: one conversation over WebSocket, server-sent events and long polls.
//!
//! The protocol's text is `docs/protocol/native.md`; its golden vectors are in `vectors/native`.

mod access;
mod carried;
mod commands;
mod following;
mod misfit;
mod presence;
mod problem;
mod request;
pub mod rest;
mod said;
mod signing;
mod snapshot;
#[cfg(test)]
mod tests;
mod wording;

use std::sync::Arc;

use rollcall_core::{
    decide::Answer,
    id::CommandId,
    live::Reset,
    people::Permission,
    rejection::{Fault, Refusal, Rejection},
    room::Room,
    time::Timestamp,
};

use crate::{
    broadcast::{Broadcast, Form},
    conversation::{
        Conversation, Followed, Framing, Identity, Moment, Note, Opening, Outbox, SignInRefusal,
        Ticket,
    },
    message::Message,
};
use carried::Carried;
use problem::Problem;
use request::Request;
use said::Said;

/// Commands of one connection that may wait for their answers: a device's whole offline queue
/// goes out in a few turns, and a broken client cannot fill the tenant's.
pub const COMMANDS_MAX: usize = 64;

/// Malformed texts in a row after which a client is taken for broken.
pub const MALFORMED_MAX: u8 = 20;

/// How long a connection may stay without a sign-in.
pub const SIGN_IN_WITHIN_MS: i64 = 10_000;

/// What a client should wait at least before it connects again after a planned end.
const RETRY_AFTER_MS: u32 = 2_000;

/// The codes with which a WebSocket is closed.
mod close {
    /// A request of a one-way transport was refused; the reason stands in its `error`.
    pub const REFUSED: u16 = 4000;
    pub const SIGNED_OUT: u16 = 4001;
    pub const NO_SIGN_IN: u16 = 4008;
    pub const MALFORMED: u16 = 1008;
    pub const FAULT: u16 = 1011;
    pub const RESTART: u16 = 1012;
}

/// A room that is followed.
#[derive(Debug)]
struct Place {
    room: Room,
    /// Whether the account is seen there.
    present: bool,
}

/// One native client.
///
/// Small, because ten thousand of them are idle: what is rare is boxed.
pub struct Native {
    framing: Framing,
    opening: Option<Box<Opening>>,
    who: Option<Arc<Identity>>,
    checking: Option<signing::Checking>,
    /// By when a sign-in must have come; of one who is signed in, a fresh token.
    deadline: Option<Timestamp>,
    rooms: Vec<Place>,
    /// The one follow that waits for its answer.
    asked: Option<Box<following::Asked>>,
    /// Events were skipped while a follow was on its way: take a snapshot after it.
    lost: Option<Reset>,
    commands: Vec<(Ticket, CommandId, Carried)>,
    tickets: u32,
    malformed: u8,
    over: bool,
}

impl Native {
    /// A conversation that begins with what the client brought along.
    #[must_use]
    pub fn new(opening: Opening) -> Self {
        Self {
            framing: opening.framing,
            opening: Some(Box::new(opening)),
            who: None,
            checking: None,
            deadline: None,
            rooms: Vec::new(),
            asked: None,
            lost: None,
            commands: Vec::new(),
            tickets: 0,
            malformed: 0,
            over: false,
        }
    }

    fn ticket(&mut self) -> Ticket {
        self.tickets = self.tickets.wrapping_add(1);
        Ticket(self.tickets)
    }

    /// Whether a sign-in or a follow is on its way.
    const fn waits(&self) -> bool {
        self.checking.is_some() || self.asked.is_some()
    }

    /// Whether the client can say anything after its opening.
    fn two_way(&self) -> bool {
        !matches!(self.framing, Framing::Sse | Framing::Poll)
    }

    /// Says goodbye and ends the conversation.
    fn leave(&mut self, code: u16, reason: &str, retry_after_ms: Option<u32>, out: &mut Outbox) {
        out.send(Said::Bye { reason, retry_after_ms }.message());
        out.close(code, reason);
        self.over = true;
    }

    fn misspoken(&mut self, problem: &Problem, out: &mut Outbox) {
        out.send(Said::Error(problem).message());
        self.malformed += 1;
        if self.malformed >= MALFORMED_MAX {
            self.leave(close::MALFORMED, "malformed", None, out);
        }
    }

    fn request(&mut self, request: Request, at: &Moment, out: &mut Outbox) {
        match request {
            Request::SignIn { token } => self.sign_in(token, out),
            Request::Follow { id, rooms, after, presence } => {
                let wish = following::Wish { id: Some(id), rooms, after, presence };
                self.follow(wish, at, out);
            }
            Request::Unfollow { rooms } => self.unfollow(&rooms, out),
            Request::Command { id, command } => self.command(&id, command, out),
            Request::Edit { room, what } => self.edit(&room, what, out),
            Request::Ping(_) => out.send(Said::Pong { now: at.now }.message()),
        }
    }

    /// Whether the desk's statistics belong on this screen.
    fn shows_stats(&self) -> bool {
        let may = |who: &Arc<Identity>| who.account.may(Permission::ReadDesk);
        let follows = |place: &Place| matches!(place.room, Room::Desk | Room::Everything);
        self.who.as_ref().is_some_and(may) && self.rooms.iter().any(follows)
    }
}

impl Conversation for Native {
    fn opened(&mut self, at: &Moment, out: &mut Outbox) {
        self.begin(at, out);
    }

    fn text(&mut self, text: &str, at: &Moment, out: &mut Outbox) {
        if self.over {
            return;
        }
        match Request::read(text) {
            Ok(request) => {
                self.malformed = 0;
                self.request(request, at, out);
            }
            Err(malformed) => self.misspoken(&malformed.into(), out),
        }
    }

    fn binary(&mut self, _bytes: &[u8], _at: &Moment, out: &mut Outbox) {
        if !self.over {
            self.misspoken(&Problem::binary(), out);
        }
    }

    /// One sign-in and one follow at a time: what a client sends meanwhile waits in its socket,
    /// so that requests take effect in the order in which they were sent. After the end
    /// everything is taken and ignored, so that the transport comes upon the client's own close.
    fn ready(&self) -> bool {
        self.over || (!self.waits() && self.commands.len() < COMMANDS_MAX)
    }

    fn owes_answers(&self) -> bool {
        !self.over && (self.waits() || !self.commands.is_empty())
    }

    fn signed_in(
        &mut self,
        who: Result<Arc<Identity>, SignInRefusal>,
        at: &Moment,
        out: &mut Outbox,
    ) {
        if !self.over {
            self.checked(who, at, out);
        }
    }

    fn answered(
        &mut self,
        ticket: Ticket,
        verdict: &Result<Answer, Refusal>,
        _at: &Moment,
        out: &mut Outbox,
    ) {
        if !self.over {
            self.answer(ticket, verdict, out);
        }
    }

    /// Snapshots come with following; nothing else is looked up.
    fn looked(
        &mut self,
        _ticket: Ticket,
        _found: Result<Result<Message, Rejection>, Fault>,
        _at: &Moment,
        _out: &mut Outbox,
    ) {
    }

    fn followed(&mut self, ticket: Ticket, followed: Followed, at: &Moment, out: &mut Outbox) {
        if !self.over {
            self.settle(ticket, followed, at, out);
        }
    }

    fn event(&mut self, event: &Arc<Broadcast>, at: &Moment, out: &mut Outbox) {
        if self.over {
            return;
        }
        let Some(message) = event.message(Form::Native, || said::event(event)) else { return };
        out.send_at(message.clone(), event.position());
        if event.room != Room::Desk || !self.shows_stats() {
            return;
        }
        let stats = || Some(Said::Stats(event.stats().or(at.stats)?).message());
        if let Some(message) = event.message(Form::NativeStats, stats) {
            out.send(message.clone());
        }
    }

    fn note(&mut self, note: &Note, at: &Moment, out: &mut Outbox) {
        if self.over {
            return;
        }
        match note {
            Note::Stats(stats) if self.shows_stats() => out.send(Said::Stats(*stats).message()),
            Note::Stats(_) | Note::Relayed(_) | Note::TakenOver => {}
            Note::Presence { room, present } => self.seen(room, present, out),
            Note::Identity(who) => self.changed(who, out),
            Note::SignedOut(refusal) => self.sign_out(&refusal.into(), out),
            Note::Lost(reset) => self.resync(*reset, at, out),
            Note::Draining => self.leave(close::RESTART, "restart", Some(RETRY_AFTER_MS), out),
        }
    }

    fn wake_at(&self) -> Option<Timestamp> {
        if self.over || self.checking.is_some() {
            return None;
        }
        self.deadline
    }

    fn woken(&mut self, at: &Moment, out: &mut Outbox) {
        if self.wake_at().is_some_and(|due| due <= at.now) {
            self.timed_out(out);
        }
    }
}
