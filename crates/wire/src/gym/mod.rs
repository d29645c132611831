//! The gym dialect over WebSocket (contract gym, sections 2 to 7): one conversation for every
//! generation of the client. [`shape`] and [`json`] serve its REST too.
//!
//! A request is read by [`request`], worked off in [`work`] one at a time, let in by [`door`].
//! Events leave as [`news`]: the strict half at once, the rest by the deferred lane of [`lanes`].

mod batch_in;
mod batch_out;
mod close;
mod door;
mod frames;
pub mod json;
mod lanes;
mod news;
mod notice;
mod operation;
mod pace;
mod request;
mod resume;
pub mod shape;
mod work;

use std::{collections::VecDeque, sync::Arc};

pub use batch_in::BATCH_ITEMS_MAX;
pub use lanes::{HELD_EVENTS_MAX, HELD_MS_MAX, OPENING_QUIET_MS};
pub use notice::forgotten;
pub use operation::{command_id, person_ref};
use rollcall_core::{
    decide::Answer,
    id::CommandId,
    rejection::{Fault, Refusal, Rejection},
    time::Timestamp,
};

use self::{
    close::Close,
    lanes::{Deferred, News, Opening, StatsDue},
    operation::Side,
    pace::Pace,
    request::Request,
    resume::Seen,
};
use crate::{
    broadcast::Broadcast,
    conversation::{
        Conversation, Followed, Identity, Moment, Note, Opening as Brought, Outbox, Relay,
        SignInRefusal, Ticket,
    },
    message::Message,
};

/// Bytes of the largest frame that is read (G3.7); the framing closes with 1009 above it.
pub const FRAME_BYTES_MAX: usize = 256 * 1024;

/// What an operator chose for the gym clients of one address.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// How long a socket may stay without a token, in milliseconds (G2.12).
    pub anonymous_ms_max: u32,
    /// Silence of the immediate lane before the deferred one speaks, in milliseconds, and its
    /// collection time: `W` of G4.8.
    pub quiet_ms: u32,
}

impl Default for Endpoint {
    fn default() -> Self {
        Self { anonymous_ms_max: 8_000, quiet_ms: 100 }
    }
}

/// One gym client's socket.
pub struct Gym {
    stage: Stage,
    waiting: Option<Waiting>,
    /// Read, but not begun: a batch, or operations above their rate.
    queue: VecDeque<Work>,
    deferred: Deferred,
    seen: Seen,
    /// Ordinary frames; the excess is refused.
    frames: Pace,
    /// Operations and items of batches; the excess waits.
    operations: Pace,
    /// When `Rate limit exceeded` was last said.
    limited_at: Timestamp,
    expires_at: Timestamp,
    /// When to try for the `initial_stats` that are owed (G7.17).
    retry_at: Option<Timestamp>,
    /// The account may no longer be here; carried out once nothing is owed.
    signed_out: Option<SignInRefusal>,
    /// Whether the head of the queue waits for its rate.
    paced: bool,
    draining: bool,
    following: bool,
    tickets: u32,
    anonymous_ms_max: u32,
}

/// How far the conversation has come.
enum Stage {
    /// Not opened yet; what the address carried.
    Unopened(Box<Brought>),
    /// No token yet; until when one is waited for.
    Anonymous(Timestamp),
    /// Signed in.
    Known,
    /// The close was asked for; after a drain, operations are still carried out (G6.7).
    Over { operable: bool },
}

/// What must be answered before the next request begins (G3.1).
enum Waiting {
    SignIn(Via),
    Follow(Ticket, Follow),
    Submit(Ticket, Side, Option<Box<CommandId>>),
}

/// Where a token was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Via {
    Url,
    Message,
}

/// Why rooms are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follow {
    Join(Via),
    /// Once more after a fault.
    Again,
    Resume,
}

/// A request and whether it may be refused for its rate.
struct Work {
    request: Request,
    batched: bool,
}

impl Gym {
    /// A conversation that begins with what the client brought along.
    #[must_use]
    pub fn new(endpoint: Endpoint, opening: Brought) -> Self {
        Self {
            stage: Stage::Unopened(Box::new(opening)),
            waiting: None,
            queue: VecDeque::new(),
            deferred: Deferred::new(endpoint.quiet_ms),
            seen: Seen::default(),
            frames: Pace::default(),
            operations: Pace::default(),
            limited_at: Timestamp::default(),
            expires_at: Timestamp::default(),
            retry_at: None,
            signed_out: None,
            paced: false,
            draining: false,
            following: false,
            tickets: 0,
            anonymous_ms_max: endpoint.anonymous_ms_max,
        }
    }

    /// Sends by the immediate lane.
    fn say(&mut self, message: Message, at: &Moment, out: &mut Outbox) {
        if !self.over() {
            self.deferred.spoke(at.now);
            out.send(message);
        }
    }

    const fn over(&self) -> bool {
        matches!(self.stage, Stage::Over { .. })
    }

    const fn known(&self) -> bool {
        matches!(self.stage, Stage::Known)
    }

    /// Whether the client still waits for an answer.
    fn owes(&self) -> bool {
        self.waiting.is_some() || !self.queue.is_empty()
    }

    fn close(&mut self, why: Close, out: &mut Outbox) {
        if self.over() {
            return;
        }
        why.ask(out);
        // Nobody has done anything wrong: what was sent before our close arrived still counts.
        let operable = self.known() && matches!(why, Close::Restart | Close::Overload);
        self.stage = Stage::Over { operable };
        if !operable {
            self.waiting = None;
            self.queue = VecDeque::new();
        }
    }

    const fn ticket(&mut self) -> Ticket {
        self.tickets = self.tickets.wrapping_add(1);
        Ticket(self.tickets)
    }

    /// Sends what the deferred lane holds and is due; `all` of it before a restart.
    fn flush(&mut self, all: bool, at: &Moment, out: &mut Outbox) {
        if !self.known() {
            return;
        }
        let owed = self.owes();
        match self.deferred.take_opening(at.now, owed) {
            Opening::Pair(_) => {
                out.send(frames::auth_response());
                out.send(frames::connection_status());
            }
            Opening::Status(_) => out.send(frames::connection_status()),
            Opening::Done => {}
        }
        let Some(News { events, notice, stats }) = self.deferred.take_news(at.now, owed, all)
        else {
            return;
        };
        let known = at.stats.filter(|_| stats != StatsDue::None);
        if stats != StatsDue::None && known.is_none() && !all {
            self.deferred.owe_stats(stats, at.now);
        }
        let shared = known.filter(|_| stats == StatsDue::All);
        let notice = notice.as_ref().map(|relay| &relay.message);
        for message in batch_out::frames(&events, notice, shared, at.now).iter() {
            out.send(message.clone());
        }
        if let (StatsDue::Initial, Some(known)) = (stats, known) {
            out.send(frames::stats(batch_out::INITIAL_STATS, known, at.now));
        }
    }

    /// Holds a notice for those who run the desk. The lane has room for one.
    fn notify(&mut self, notice: &Arc<Relay>, at: &Moment, out: &mut Outbox) {
        if !self.known() {
            return;
        }
        if self.deferred.holds_notice() {
            self.flush(true, at, out);
        }
        self.deferred.hold_notice(notice.clone(), at.now);
    }

    /// What every call ends with: whatever was waiting for nothing to be owed.
    fn settle(&mut self, at: &Moment, out: &mut Outbox) {
        if self.over() || self.waiting.is_some() {
            return;
        }
        if self.known() {
            let expired = (at.now >= self.expires_at).then_some(SignInRefusal::Expired);
            if let Some(refusal) = self.signed_out.or(expired) {
                return self.refuse(refusal, at, out);
            }
        }
        if self.draining && self.queue.is_empty() {
            self.flush(true, at, out);
            self.close(Close::Restart, out);
        }
    }
}

impl Conversation for Gym {
    fn opened(&mut self, at: &Moment, out: &mut Outbox) {
        self.knock(at, out);
    }

    fn text(&mut self, text: &str, at: &Moment, out: &mut Outbox) {
        self.hear(request::read(text), at, out);
        self.settle(at, out);
    }

    fn binary(&mut self, bytes: &[u8], at: &Moment, out: &mut Outbox) {
        let read = std::str::from_utf8(bytes).map_err(|_| request::Malformed::Json);
        self.hear(read.and_then(request::read), at, out);
        self.settle(at, out);
    }

    fn ready(&self) -> bool {
        !self.owes()
    }

    fn signed_in(
        &mut self,
        who: Result<Arc<Identity>, SignInRefusal>,
        at: &Moment,
        out: &mut Outbox,
    ) {
        if let Some(Waiting::SignIn(via)) =
            self.waiting.take_if(|w| matches!(w, Waiting::SignIn(_)))
        {
            self.let_in(via, who, at, out);
            self.work(at, out);
        }
        self.settle(at, out);
    }

    fn answered(
        &mut self,
        ticket: Ticket,
        verdict: &Result<Answer, Refusal>,
        at: &Moment,
        out: &mut Outbox,
    ) {
        let ours = |w: &mut Waiting| matches!(w, Waiting::Submit(asked, ..) if *asked == ticket);
        if let Some(Waiting::Submit(_, side, id)) = self.waiting.take_if(ours) {
            self.say(operation::answer(side, id.as_deref(), verdict, at.now), at, out);
            self.work(at, out);
        }
        self.settle(at, out);
    }

    fn looked(
        &mut self,
        _ticket: Ticket,
        _found: Result<Result<Message, Rejection>, Fault>,
        _at: &Moment,
        _out: &mut Outbox,
    ) {
        // This dialect asks nothing of the kind: statistics are a maintained value (G6.5).
    }

    fn followed(&mut self, ticket: Ticket, followed: Followed, at: &Moment, out: &mut Outbox) {
        let ours = |w: &mut Waiting| matches!(w, Waiting::Follow(asked, _) if *asked == ticket);
        if let Some(Waiting::Follow(_, why)) = self.waiting.take_if(ours) {
            self.joined(why, followed, at, out);
            self.work(at, out);
        }
        self.settle(at, out);
    }

    fn event(&mut self, event: &Arc<Broadcast>, at: &Moment, out: &mut Outbox) {
        if !self.known() || !self.seen.is_new(event) || !news::concerns(&event.committed.event) {
            return;
        }
        if let Some(message) = news::checked(event) {
            self.deferred.spoke(at.now);
            out.send_at(message.clone(), event.position());
            self.deferred.owe_stats(StatsDue::All, at.now);
        }
        if self.deferred.hold(event.clone(), at.now) {
            self.flush(true, at, out);
        }
    }

    fn note(&mut self, note: &Note, at: &Moment, out: &mut Outbox) {
        match note {
            Note::Stats(_) | Note::Lost(_) if !self.known() => {}
            Note::Stats(_) => self.deferred.owe_stats(StatsDue::All, at.now),
            // No frame is dropped silently (G6.9): the client comes back and asks for everything.
            Note::Lost(_) => self.close(Close::Overload, out),
            Note::Identity(who) => self.expires_at = who.expires_at,
            Note::SignedOut(why) => self.signed_out = Some(*why),
            Note::Draining => self.draining = true,
            Note::Relayed(notice) => self.notify(notice, at, out),
            Note::Presence { .. } | Note::TakenOver => {}
        }
        self.work(at, out);
        self.settle(at, out);
    }

    fn wake_at(&self) -> Option<Timestamp> {
        let stage = match self.stage {
            Stage::Anonymous(until) => Some(until),
            Stage::Known => Some(self.expires_at),
            Stage::Unopened(_) | Stage::Over { .. } => None,
        };
        let paced = self.paced.then(|| self.operations.free_at());
        if self.over() {
            return paced.filter(|_| self.waiting.is_none());
        }
        let idle = stage.into_iter().chain(self.retry_at).chain(paced);
        let idle = idle.filter(|_| self.waiting.is_none());
        idle.chain(self.deferred.wake_at(self.owes()).filter(|_| self.known())).min()
    }

    fn woken(&mut self, at: &Moment, out: &mut Outbox) {
        self.lose_patience(at, out);
        self.retry(at, out);
        self.work(at, out);
        self.flush(false, at, out);
        self.settle(at, out);
    }
}
