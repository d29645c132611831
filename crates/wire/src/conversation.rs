//! A conversation: one client's side of a dialect as a pure state machine. It never meets a socket.

mod relay;

use std::{fmt, sync::Arc};

pub use relay::{Reach, Relay};

use rollcall_core::{
    audience::Keys,
    command::Command,
    decide::Answer,
    desk::Stats,
    facts::Facts,
    id::{CommandId, GatheringId, SessionId, TenantId},
    live::{PresenceMember, Reset},
    people::Account,
    position::Position,
    rejection::{Fault, Refusal, Rejection},
    room::Room,
    time::{Date, Timestamp},
};

use crate::{broadcast::Broadcast, message::Message, present::Present};

/// What the world looks like at the moment of a call.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The server's clock.
    pub now: Timestamp,
    /// The desk's statistics as of all that was given so far; `None` before the tenant is known.
    pub stats: Option<Stats>,
}

/// Names one request of a conversation until its answer comes. The conversation chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(pub u32);

/// How the bytes travel; a dialect may say less over one than over another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Both ways, a text a frame.
    WebSocket,
    /// One way, an event a message.
    Sse,
    /// One answer with whatever there is, then over.
    Poll,
    /// Engine.IO packets over polling or WebSocket.
    EngineIo,
}

/// What a client brought along when it connected.
#[derive(Clone)]
pub struct Opening {
    /// How the bytes travel.
    pub framing: Framing,
    /// The token found where this dialect allows one (header, subprotocol, cookie or query).
    pub token: Option<String>,
    /// Rooms asked for in the address (native SSE and poll).
    pub rooms: Vec<String>,
    /// The position from which the client wants to go on, as it wrote it.
    pub after: Option<String>,
}

impl fmt::Debug for Opening {
    /// Without the token, which must reach no log line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { framing, token, rooms, after } = self;
        write!(f, "Opening({framing:?}, token {}, {rooms:?}, {after:?})", token.is_some())
    }
}

/// Who is at the other end, as of now. A connection and its conversation share one, because ten
/// thousand connections hold one each and a delivery reads it.
#[derive(Clone, Debug)]
pub struct Identity {
    /// In which tenant.
    pub tenant: TenantId,
    /// The account.
    pub account: Arc<Account>,
    /// What it may hear.
    pub keys: Keys,
    /// The sign-in, if the token belongs to one of ours.
    pub session: Option<SessionId>,
    /// When the token expires.
    pub expires_at: Timestamp,
}

/// Why a token was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInRefusal {
    /// Unreadable, forged, of another kind or for another tenant.
    Invalid,
    /// Its time is over.
    Expired,
    /// The account is unknown or not active.
    Account,
    /// The sign-in was ended.
    Revoked,
    /// It names no tenant, and there is more than one.
    NoTenant,
    /// We could not find out; try again.
    Busy,
}

/// A question about what is kept, answered off the shard from one look: a message, or a no.
pub type Look =
    Box<dyn FnOnce(&dyn Facts, Position) -> Result<Result<Message, Rejection>, Fault> + Send>;

/// Where a conversation that follows rooms begins.
pub enum From {
    /// With the next event.
    Head,
    /// With a snapshot, then everything after it.
    Snapshot(Look),
    /// With everything after a position; with the snapshot if that cannot be had.
    After(Position, Look),
}

/// What following came to.
#[derive(Clone, Debug)]
pub enum Followed {
    /// From here on; nothing before it is owed.
    Live(Position),
    /// The snapshot, as of a position; `reset` says why it came instead of the events asked for.
    Snapshot {
        /// As of when.
        position: Position,
        /// The snapshot, or the rules' no.
        snapshot: Result<Message, Rejection>,
        /// Why the events could not be had.
        reset: Option<Reset>,
    },
    /// The events after the position asked for follow now, up to this one and beyond.
    Recovering(Position),
    /// The store broke; nothing is followed.
    Fault,
}

/// News that stand in no log.
#[derive(Clone, Debug)]
pub enum Note {
    /// Another connection's message.
    Relayed(Arc<Relay>),
    /// Another connection has claimed this one's name: close in the dialect's way.
    TakenOver,
    /// The desk's statistics changed without an event that the conversation is given: a new day
    /// began, or the account follows the desk but may not hear this visit (gym G7.13).
    Stats(Stats),
    /// Who is in a room now.
    Presence {
        /// Which room.
        room: Room,
        /// Everybody there.
        present: Arc<Present>,
    },
    /// The account behind the conversation changed; what it hears has been adjusted.
    Identity(Arc<Identity>),
    /// The account may no longer be here: disabled, removed or its sign-in ended.
    SignedOut(SignInRefusal),
    /// The reader fell so far behind that events were skipped: it must take a fresh snapshot.
    Lost(Reset),
    /// The server is about to stop; close in the dialect's way.
    Draining,
}

/// What a conversation wants done.
pub enum Effect {
    /// Send a message; `id` is the position a reader may resume from once it has it.
    Send {
        /// The message.
        message: Message,
        /// The position that the message carries, if it does.
        id: Option<Position>,
    },
    /// Send bytes that are no text; only framings that know such messages do.
    Binary(bytes::Bytes),
    /// Check a token; the answer is [`Conversation::signed_in`].
    SignIn {
        /// The token as the client wrote it.
        token: String,
    },
    /// Believe a client that shows no token (church 3.7); the answer is
    /// [`Conversation::signed_in`]. An account that is not kept gets an identity for the moment,
    /// with the role given and the key of all gatherings.
    Trust {
        /// The tenant it names; it need not be there.
        tenant: String,
        /// The account it names.
        account: String,
        /// The e-mail address it gives.
        email: Option<String>,
        /// The role it gives.
        role: Option<String>,
    },
    /// Be the connection of that name in the tenant from here on: whoever bears the name already
    /// gets [`Note::TakenOver`]. The answer is [`Conversation::claimed`].
    Claim {
        /// The name; unguessable.
        name: Arc<str>,
    },
    /// Keep a text under the claimed name for its next bearer; it may be lost with the node.
    Keep {
        /// The text.
        state: Arc<str>,
    },
    /// Remember that the account looked at a sheet, for a while.
    Saw(GatheringId, Date),
    /// Name the account's latest sheets; the answer is [`Conversation::recalled`].
    Recall,
    /// Pass a message on.
    Relay(Arc<Relay>),
    /// Put a command to the tenant; the answer is [`Conversation::answered`].
    Submit {
        /// Names the answer.
        ticket: Ticket,
        /// What is asked.
        command: Command,
        /// The client's id for it.
        id: Option<CommandId>,
    },
    /// Look something up; the answer is [`Conversation::looked`].
    Look {
        /// Names the answer.
        ticket: Ticket,
        /// The question.
        look: Look,
    },
    /// Follow rooms, beside those followed already; the answer is [`Conversation::followed`].
    /// [`From::After`] counts only while nothing is followed yet.
    Follow {
        /// Names the answer.
        ticket: Ticket,
        /// Which rooms; the conversation has judged that the account may.
        rooms: Vec<Room>,
        /// From where.
        from: From,
    },
    /// Follow a room no longer.
    Unfollow(Room),
    /// Be present in a room, editing something or nothing; everybody present there is told. The
    /// answer is [`Conversation::attended`].
    Attend {
        /// Which room.
        room: Room,
        /// What is edited now.
        editing: Option<Box<str>>,
    },
    /// Be present in a room no longer.
    Withdraw(Room),
    /// End the conversation: everything sent so far goes out first.
    Close {
        /// The WebSocket close code; other framings just end.
        code: u16,
        /// A short reason for people who look.
        reason: String,
    },
}

/// Collects what a conversation wants done, in order.
#[derive(Default)]
pub struct Outbox {
    effects: Vec<Effect>,
}

impl Outbox {
    /// Sends a message that carries no position.
    pub fn send(&mut self, message: Message) {
        self.effects.push(Effect::Send { message, id: None });
    }

    /// Sends a message after which the client may resume from `id`.
    pub fn send_at(&mut self, message: Message, id: Position) {
        self.effects.push(Effect::Send { message, id: Some(id) });
    }

    /// Wants something else done.
    pub fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Ends the conversation.
    pub fn close(&mut self, code: u16, reason: impl Into<String>) {
        self.effects.push(Effect::Close { code, reason: reason.into() });
    }

    /// Takes what was collected; the room stays for reuse.
    pub fn drain(&mut self) -> std::vec::Drain<'_, Effect> {
        self.effects.drain(..)
    }

    /// Whether nothing is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.effects.is_empty()
    }
}

/// One client's side of a dialect.
///
/// The transport calls in; the conversation answers through the [`Outbox`]. Every request gets
/// its answer exactly once, also when the store breaks.
pub trait Conversation {
    /// The transport is open. Called once, first.
    fn opened(&mut self, at: &Moment, out: &mut Outbox);

    /// A text came in.
    fn text(&mut self, text: &str, at: &Moment, out: &mut Outbox);

    /// A binary message came in.
    fn binary(&mut self, bytes: &[u8], at: &Moment, out: &mut Outbox);

    /// Whether the next message may be given now. While not, the transport stops reading.
    fn ready(&self) -> bool {
        true
    }

    /// Whether the answer to something that the client said is still to come. One that says nothing
    /// more is kept until it has had them all.
    fn owes_answers(&self) -> bool {
        !self.ready()
    }

    /// The token of [`Effect::SignIn`] was checked. [`Moment::stats`] is known from here on.
    fn signed_in(
        &mut self,
        who: Result<Arc<Identity>, SignInRefusal>,
        at: &Moment,
        out: &mut Outbox,
    );

    /// The name of [`Effect::Claim`] is borne; `kept` is what was kept under it.
    fn claimed(&mut self, _kept: Option<Arc<str>>, _at: &Moment, _out: &mut Outbox) {}

    /// The sheets of [`Effect::Recall`], the latest first; the account may see others by now.
    fn recalled(&mut self, _: Vec<(GatheringId, Date)>, _at: &Moment, _out: &mut Outbox) {}

    /// The room of [`Effect::Attend`] is attended, with this one by so many connections.
    fn attended(
        &mut self,
        _room: &Room,
        _members: &Arc<[PresenceMember]>,
        _connections: usize,
        _at: &Moment,
        _out: &mut Outbox,
    ) {
    }

    /// The transport is gone. Called once, last; of what is wanted only relays are still done.
    fn closed(&mut self, _at: &Moment, _out: &mut Outbox) {}

    /// The command of [`Effect::Submit`] was judged and, if accepted, is durable.
    fn answered(
        &mut self,
        ticket: Ticket,
        verdict: &Result<Answer, Refusal>,
        at: &Moment,
        out: &mut Outbox,
    );

    /// Whether [`Conversation::answered`] comes after the command's own events were given
    /// (church 5.4) instead of before them (gym G4.7).
    fn events_before_answer(&self) -> bool {
        false
    }

    /// The question of [`Effect::Look`] was answered.
    fn looked(
        &mut self,
        ticket: Ticket,
        found: Result<Result<Message, Rejection>, Fault>,
        at: &Moment,
        out: &mut Outbox,
    );

    /// The rooms of [`Effect::Follow`] are followed from here on, or not.
    fn followed(&mut self, ticket: Ticket, followed: Followed, at: &Moment, out: &mut Outbox);

    /// An event of a followed room that the account may hear, in log order, each once.
    /// [`Moment::stats`] is as of this event.
    fn event(&mut self, event: &Arc<Broadcast>, at: &Moment, out: &mut Outbox);

    /// News that stand in no log.
    fn note(&mut self, note: &Note, at: &Moment, out: &mut Outbox);

    /// When the conversation wants [`Conversation::woken`], if it does.
    fn wake_at(&self) -> Option<Timestamp> {
        None
    }

    /// The time it asked for has come.
    fn woken(&mut self, _at: &Moment, _out: &mut Outbox) {}
}
