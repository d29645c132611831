//! A shard: one thread, its connections, and the live end of every tenant that has members here.

mod dirty;
mod effects;
mod follow;
mod hub;
mod inbox;
mod members;
mod rights;
mod run;
mod tenant;
#[cfg(test)]
mod tests;
mod turn;
mod wheel;

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    io,
    ops::ControlFlow,
    rc::Rc,
    sync::Arc,
};

use dirty::Dirty;
pub(crate) use hub::sleep_until;
pub use hub::{Client, Errand, Gauge, Hub, Inbound, Inspected, Opener, Reply, SinkOpener};
use rollcall_core::{id::TenantId, time::Timestamp};
use rollcall_wire::{broadcast::Broadcast, conversation::Outbox};
pub use run::{Shards, listen, start};
use slab::Slab;
pub use tenant::Opened;
use tenant::Tenant;
use tokio::{net::TcpStream, sync::Notify};
use turn::Interest;
use wheel::Wheel;

use crate::{
    clock,
    connection::{Connection, Input, Place, Sink},
    control::Control,
    telemetry::{Metrics, Peer},
};

/// Milliseconds of silence after which a peer is dropped (gym G6.6).
const SILENCE_MS: i64 = 60_000;

/// Milliseconds that a peer may take for its own close after ours (gym G6.7).
const CLOSING_MS: i64 = 2_000;

/// Milliseconds that a peer which says nothing more is waited for: what one read can hold of
/// operations is worked off at a gym's rate in half of it (gym G10.2).
const LEAVING_MS: i64 = 30_000;

/// Bytes that may wait for one slow reader; beyond, it is closed (church 2.13).
const WAITING_BYTES_MAX: usize = 1_000_000;

/// Bytes read from a socket at once, into one buffer that all connections of a shard share.
pub(crate) const READ_BYTES: usize = 64 * 1024;

/// Names a connection of the process. The generation tells it from earlier ones in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionKey {
    /// Which shard.
    pub shard: u16,
    /// Which place there.
    pub index: u32,
    /// Which use of that place.
    pub generation: u32,
}

/// A shard as its own thread's tasks hold it.
#[derive(Clone)]
pub struct Local {
    shard: Rc<RefCell<Shard>>,
    /// Wakes the task that ends the turn.
    turn: Rc<Notify>,
    /// Wakes the task that sleeps until the wheel's next slot: an earlier one was set.
    alarm: Rc<Notify>,
}

/// What one thread knows. Nothing in it is shared or locked.
pub struct Shard {
    number: u16,
    connections: Slab<(u32, Connection)>,
    generation: u32,
    tenants: BTreeMap<TenantId, Tenant>,
    /// Connections that have something to send at the end of the turn.
    dirty: Dirty,
    wheel: Wheel,
    /// When the next day of which tenant begins.
    midnights: Vec<(Timestamp, TenantId)>,
    /// What the shard tells itself, so that no call nests in another.
    later: VecDeque<Inbound>,
    /// What can be done only once more events have come.
    early: Vec<Inbound>,
    outbox: Outbox,
    /// Lent to each delivery in turn.
    owed: Vec<(Arc<Broadcast>, Interest)>,
    /// How often anybody's rights have changed: a sign-in that began before looks again.
    rights_changes: u64,
    control: Control,
    gauge: Arc<Gauge>,
    draining: bool,
    /// When the shard wakes up by itself.
    sleeps_until: Option<Timestamp>,
    /// Frames and bytes given to transports in this turn, by listener.
    sent: Vec<(u64, usize)>,
    /// When the newest event of this turn was committed.
    told: Option<Timestamp>,
    /// The buffer that sockets are read into.
    buffer: Option<Box<[u8]>>,
    now: Timestamp,
}

impl Shard {
    fn new(number: u16, control: Control, gauge: Arc<Gauge>) -> Self {
        Self {
            number,
            connections: Slab::new(),
            generation: 0,
            tenants: BTreeMap::new(),
            dirty: Dirty::default(),
            wheel: Wheel::default(),
            midnights: Vec::new(),
            later: VecDeque::new(),
            early: Vec::new(),
            outbox: Outbox::default(),
            owed: Vec::new(),
            rights_changes: 0,
            control,
            gauge,
            draining: false,
            sleeps_until: None,
            sent: Vec::new(),
            told: None,
            buffer: Some(vec![0; READ_BYTES].into()),
            now: clock::now(),
        }
    }

    /// Which shard it is.
    pub(crate) const fn number(&self) -> u16 {
        self.number
    }

    /// The place that the next connection will have.
    pub(crate) fn next_place(&self) -> u32 {
        u32::try_from(self.connections.vacant_key()).unwrap_or(u32::MAX)
    }

    /// The connection that stands in a place now.
    pub(crate) fn place(&mut self, index: u32) -> Option<(ConnectionKey, &mut Connection)> {
        let (generation, connection) = self.connections.get_mut(index as usize)?;
        let key = ConnectionKey { shard: self.number, index, generation: *generation };
        Some((key, connection))
    }

    /// Counts something at a connection's listener.
    fn count(&mut self, key: ConnectionKey, count: impl FnOnce(&Metrics, usize)) {
        if let Some(connection) = self.connection(key) {
            let listener = connection.entrance.index;
            count(&self.control.metrics, listener);
        }
    }

    /// When something must be done without being told.
    fn next_due(&self) -> Option<Timestamp> {
        let midnight = self.midnights.iter().map(|(at, _)| *at).min();
        self.wheel.next().into_iter().chain(midnight).min()
    }

    /// Whether the last connection has gone after the server was told to stop.
    fn is_over(&self) -> bool {
        self.draining && self.connections.is_empty()
    }

    pub(crate) fn connection(&mut self, key: ConnectionKey) -> Option<&mut Connection> {
        let (generation, connection) = self.connections.get_mut(key.index as usize)?;
        (*generation == key.generation).then_some(connection)
    }
}

impl Local {
    fn new(shard: Shard) -> Self {
        let (turn, alarm) = (Rc::default(), Rc::default());
        Self { shard: Rc::new(RefCell::new(shard)), turn, alarm }
    }

    /// Does something with the shard and sees to the end of the turn.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Shard) -> T) -> T {
        let mut shard = self.shard.borrow_mut();
        shard.now = clock::now();
        let done = act(&mut shard);
        if shard.has_work() {
            self.turn.notify_one();
        }
        self.set_alarm(&shard);
        done
    }

    /// Sees to it that the shard does not oversleep.
    fn set_alarm(&self, shard: &Shard) {
        if shard.next_due().is_some_and(|due| shard.sleeps_until.is_none_or(|at| due < at)) {
            self.alarm.notify_one();
        }
    }

    /// Opens a connection; its conversation is told.
    pub(crate) fn open(
        &self,
        place: Place,
        host: Option<Box<str>>,
        opener: Opener,
        sink: Box<dyn Sink>,
    ) -> ConnectionKey {
        self.with(|shard| shard.open(place, host, opener, sink))
    }

    /// Gives what was read. It waits in order while the conversation is not ready.
    pub(crate) fn input(&self, key: ConnectionKey, input: Input) {
        self.with(|shard| shard.input(key, input));
    }

    /// The peer asked for a sign of life.
    pub(crate) fn pinged(&self, key: ConnectionKey, payload: &[u8]) {
        self.with(|shard| {
            shard.pinged(key, payload);
        });
    }

    /// The peer answered a heartbeat.
    pub(crate) fn ponged(&self, key: ConnectionKey) {
        self.with(|shard| {
            shard.heard(key);
            shard.count(key, Metrics::heartbeat);
        });
    }

    /// The peer misspoke: it is closed with a code that says how.
    pub(crate) fn misspoke(&self, key: ConnectionKey, code: u16, reason: &str) {
        self.with(|shard| {
            shard.count(key, Metrics::malformed);
            shard.close(key, code, reason);
        });
    }

    /// The peer closes: after what it is owed it gets our close too, unless it answers one.
    pub(crate) fn peer_closed(&self, key: ConnectionKey, code: u16) {
        self.with(|shard| {
            shard.count(key, |metrics, listener| metrics.close(listener, Peer::Client, code));
            shard.peer_leaves(key, Some(code));
        });
    }

    /// Nothing more can be read from a connection.
    pub(crate) fn gone(&self, key: ConnectionKey) {
        self.with(|shard| shard.peer_leaves(key, None));
    }

    /// Waits until the connection's transport may read on; `false`: the connection is over.
    pub(crate) async fn may_read(&self, key: ConnectionKey) -> bool {
        std::future::poll_fn(|context| {
            let mut shard = self.shard.borrow_mut();
            let now = shard.now;
            let Some(connection) = shard.connection(key) else {
                return std::task::Poll::Ready(false);
            };
            if connection.may_read(now) {
                return std::task::Poll::Ready(true);
            }
            connection.reader = Some(context.waker().clone());
            std::task::Poll::Pending
        })
        .await
    }

    /// Reads what has come on a socket into the shard's one buffer and gives it to `take`.
    /// `Break`: nothing more will come, or `take` wants no more.
    pub(crate) fn read(
        &self,
        stream: &TcpStream,
        take: impl FnOnce(&mut [u8]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let lent = self.shard.borrow_mut().buffer.take();
        let mut buffer = lent.unwrap_or_else(|| vec![0; READ_BYTES].into());
        let flow = match stream.try_read(&mut buffer) {
            Ok(0) => ControlFlow::Break(()),
            Ok(count) => take(&mut buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        self.shard.borrow_mut().buffer = Some(buffer);
        flow
    }
}
