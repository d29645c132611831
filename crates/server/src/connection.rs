//! A connection: one client's conversation, who it is, what it follows and how far it has come.

use std::{
    any::Any,
    collections::VecDeque,
    fmt,
    future::Future,
    ops::Deref,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Waker,
};

use bytes::Bytes;
use rollcall_core::{
    id::TenantId,
    position::{Offset, Position},
    room::Room,
    time::Timestamp,
};
use rollcall_wire::{
    Dialect,
    conversation::{Conversation, Identity, Opening},
    engineio, gym,
    message::Message,
};

use crate::few::Few;
pub use crate::flow::Flow;
use crate::flow::Used;

/// Where a connection came in: what the operator said of that address.
#[derive(Debug)]
pub struct Entrance {
    /// Its place in the list of listeners, for metrics.
    pub index: usize,
    /// What is spoken there.
    pub dialect: Dialect,
    /// The tenant of tokens that name none.
    pub tenant: Option<TenantId>,
    /// What the operator chose for gym clients.
    pub gym: gym::Endpoint,
    /// What Engine.IO is served here, if any.
    pub engines: Vec<Engine>,
    /// Places taken by live connections now, on all shards.
    pub open: AtomicUsize,
    /// How many there may be.
    pub open_max: usize,
    /// How fast the messages of each connection are taken, where its dialect does not say.
    pub flow: Flow,
}

/// One live connection's place at an entrance. It is taken before the client is told that it may
/// come, so that many who come at once cannot be more than there may be; it is free again when dropped.
#[derive(Debug)]
pub struct Place(Arc<Entrance>);

impl Place {
    /// Takes a place; `None`: one more is too many.
    #[must_use]
    pub fn take(entrance: &Arc<Entrance>) -> Option<Self> {
        let before = entrance.open.fetch_add(1, Ordering::Relaxed);
        let place = Self(entrance.clone());
        (before < entrance.open_max).then_some(place)
    }
}

impl Deref for Place {
    type Target = Arc<Entrance>;

    fn deref(&self) -> &Arc<Entrance> {
        &self.0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One Engine.IO address of an entrance.
#[derive(Clone)]
pub struct Engine {
    /// Its path, with the trailing slash.
    pub path: &'static str,
    /// Its times and bounds.
    pub settings: Arc<engineio::Settings>,
    /// Begins a conversation for each session.
    pub begin: Arc<dyn Fn(Opening) -> Box<dyn Conversation> + Send + Sync>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path)
    }
}

/// How writing went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flushed {
    /// Everything is with the system.
    Done,
    /// The reader is slow: the rest waits for [`Sink::writable`].
    Blocked,
    /// Nobody is there any more, or everything that had to be said has been.
    Over,
}

/// A transport's writing half. Nothing is written before [`Sink::flush`], so that a turn costs
/// one write.
pub trait Sink: Any {
    /// Takes a message; `id` is the position a reader may resume from once it has it.
    fn message(&mut self, message: Message, id: Option<Position>);

    /// Takes bytes that are no text, where the transport knows such messages.
    fn binary(&mut self, _bytes: &Bytes) {}

    /// Asks the peer for a sign of life, or gives one unasked where the peer cannot be asked.
    fn heartbeat(&mut self);

    /// Milliseconds between two heartbeats (gym G6.6).
    fn heartbeat_ms(&self) -> i64 {
        20_000
    }

    /// Answers the peer's own ping.
    fn pong(&mut self, _payload: &[u8]) {}

    /// When the transport's own clock wants [`Sink::tick`], if it has one.
    fn due(&self) -> Option<Timestamp> {
        None
    }

    /// The time it asked for has come.
    fn tick(&mut self, _now: Timestamp) {}

    /// Ends the transport after what was taken so far.
    fn close(&mut self, code: u16, reason: &str);

    /// Writes what was taken.
    fn flush(&mut self) -> Flushed;

    /// Bytes that were taken and not written.
    fn waiting_bytes(&self) -> usize;

    /// Reads what the next [`Sink::flush`] will need, so that it is in the processor's cache.
    fn fetch(&self) {}

    /// Ready when [`Sink::flush`] can go on.
    fn writable(&self) -> Pin<Box<dyn Future<Output = ()>>>;

    /// Whether the peer answers heartbeats, so that its silence means it is gone.
    fn answers_heartbeats(&self) -> bool {
        false
    }
}

/// What a transport read from its client.
#[derive(Debug)]
pub enum Input {
    /// A text.
    Text(Box<str>),
    /// A binary message.
    Binary(Bytes),
}

/// Why a connection's delivery stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// It does not: the connection follows the tape.
    Live,
    /// A snapshot is being read; events wait so that it comes in its place.
    Following,
    /// Events that left the tape are being read from the store.
    CatchingUp,
}

/// Whether a connection's account is being looked up again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Recheck {
    /// It is not.
    #[default]
    None,
    /// The answer will count.
    Asked,
    /// Something changed since it was asked: the answer will not count, and it is asked again.
    Again,
}

/// One client's conversation, over whatever transport.
pub struct Connection {
    pub(crate) conversation: Box<dyn Conversation>,
    pub(crate) sink: Box<dyn Sink>,
    pub(crate) entrance: Place,
    /// The host name the client asked for; it may name the tenant.
    pub(crate) host: Option<Box<str>>,
    pub(crate) identity: Option<Arc<Identity>>,
    /// The shard's count of changed rights when the latest sign-in began.
    pub(crate) rights_seen: u64,
    pub(crate) recheck: Recheck,
    pub(crate) rooms: Few<Room>,
    pub(crate) present_in: Few<Room>,
    /// The name it claimed, if it did.
    pub(crate) name: Option<Arc<str>>,
    /// Everything up to here has been given to the conversation, or was not for it.
    pub(crate) upto: Offset,
    pub(crate) delivery: Delivery,
    /// Whether the reader is slow: nothing more is given until it can be written.
    pub(crate) blocked: bool,
    /// Whether a task waits until it can be written.
    pub(crate) awaits_writable: bool,
    /// When the peer was last heard of.
    pub(crate) heard_at: Timestamp,
    pub(crate) heartbeat_at: Timestamp,
    /// The earliest time in the wheel.
    pub(crate) scheduled: Option<Timestamp>,
    /// Until when the peer may take its leave after we closed.
    pub(crate) closing: Option<Closing>,
    /// When the server's stop reaches this connection.
    pub(crate) drain_at: Option<Timestamp>,
    /// Read, but not yet given: the conversation was not ready.
    pub(crate) inputs: VecDeque<Input>,
    /// What it has used of the entrance's flow.
    pub(crate) used: Used,
    pub(crate) reader: Option<Waker>,
    /// The peer says nothing more: what it said before is still carried out and answered.
    pub(crate) leaving: Option<Box<Leaving>>,
    /// Whether its transport ends it as soon as it has what it is owed.
    pub(crate) ending: bool,
    pub(crate) opened_at: Timestamp,
    /// When it last asked a command.
    pub(crate) asked_at: Timestamp,
}

/// A connection that we are ending.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closing {
    pub(crate) code: u16,
    pub(crate) until: Timestamp,
}

/// A connection whose peer is ending it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaving {
    /// The code of the close that it wants answered, if it said one.
    pub(crate) code: Option<u16>,
    /// Until when its answers are waited for.
    pub(crate) until: Timestamp,
}

impl Connection {
    pub(crate) fn new(
        conversation: Box<dyn Conversation>,
        sink: Box<dyn Sink>,
        entrance: Place,
        host: Option<Box<str>>,
        now: Timestamp,
    ) -> Self {
        let heartbeat_at = now.plus_ms(sink.heartbeat_ms());
        Self {
            conversation,
            sink,
            entrance,
            host,
            identity: None,
            rights_seen: 0,
            recheck: Recheck::None,
            rooms: Few::default(),
            present_in: Few::default(),
            name: None,
            upto: Offset(0),
            delivery: Delivery::Live,
            blocked: false,
            awaits_writable: false,
            heard_at: now,
            heartbeat_at,
            scheduled: None,
            closing: None,
            drain_at: None,
            inputs: VecDeque::new(),
            used: Used::default(),
            reader: None,
            leaving: None,
            ending: false,
            opened_at: now,
            asked_at: now,
        }
    }

    /// Whether the transport may read on.
    pub(crate) fn may_read(&self, now: Timestamp) -> bool {
        self.inputs.is_empty() && self.may_take(now)
    }

    /// Whether the next message may be given to the conversation. What may not waits, at first
    /// here and then with its sender: a client that says too much is slowed down, and loses
    /// nothing.
    pub(crate) fn may_take(&self, now: Timestamp) -> bool {
        self.conversation.ready() && self.free_at(now).is_none()
    }

    /// From when the flow lets the next message pass; `None`: it does now. After our close
    /// everything passes, so that the transport comes upon the client's own.
    fn free_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.used.free_at(self.entrance.flow, now).filter(|_| self.closing.is_none())
    }

    /// Counts a message that came.
    pub(crate) fn charge(&mut self, now: Timestamp) {
        self.used.charge(self.entrance.flow, now);
    }

    /// Whether events can be given to it now.
    pub(crate) fn takes_events(&self) -> bool {
        self.delivery == Delivery::Live
            && !self.blocked
            && self.closing.is_none()
            && !self.rooms.is_empty()
    }

    /// When it must be looked at next.
    pub(crate) fn due(&self, now: Timestamp) -> Timestamp {
        let mut due = match self.closing {
            Some(closing) => closing.until,
            None => self.heartbeat_at,
        };
        if self.closing.is_none() {
            due = self.conversation.wake_at().map_or(due, |at| at.min(due));
        }
        due = self.free_at(now).map_or(due, |at| at.min(due));
        due = self.sink.due().map_or(due, |at| at.min(due));
        due = self.leaving.as_ref().map_or(due, |leaving| leaving.until.min(due));
        self.drain_at.map_or(due, |at| at.min(due))
    }
}
