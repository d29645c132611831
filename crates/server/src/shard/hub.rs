//! The hub: every shard's inbox, and how what was committed reaches them all.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use rollcall_core::{
    command::Ask,
    id::{AccountId, GatheringId, TenantId},
    live::PresenceMember,
    position::{Epoch, Offset},
    rejection::{Fault, Rejection},
    room::Room,
    time::{Date, Timestamp},
};
use rollcall_store::Verdict;
use rollcall_wire::{
    Dialect,
    broadcast::Broadcast,
    conversation::{Conversation, Followed, Identity, Relay, SignInRefusal, Ticket},
    message::Message,
    present::Present,
};
use tokio::sync::{mpsc, oneshot};

use super::{ConnectionKey, Local, Opened};
use crate::connection::{Place, Sink};

/// Messages that may wait for a shard. It never waits itself, so only a burst fills it.
const INBOX_MAX: usize = 65_536;

/// Makes a conversation on the shard's own thread.
pub type Opener = Box<dyn FnOnce() -> Box<dyn Conversation> + Send>;

/// Makes a transport's writing half on the shard's own thread.
pub type SinkOpener = Box<dyn FnOnce() -> Box<dyn Sink> + Send>;

/// Where the verdict on a command goes.
pub enum Reply {
    /// To a connection of a shard.
    Connection(ConnectionKey, Ticket),
    /// To whoever waits.
    Waiter(oneshot::Sender<Verdict>),
}

/// Something that a transport does on the shard's own thread.
pub type Errand = Box<dyn FnOnce(Local) + Send>;

/// Something that a shard is told.
pub enum Inbound {
    /// Events were committed; and verdicts for connections of this shard.
    Committed {
        /// The events, of whatever tenants.
        events: Arc<[(TenantId, Arc<Broadcast>)]>,
        /// Who asked, and what became of it.
        answers: Vec<(ConnectionKey, Ticket, Verdict)>,
    },
    /// A token was checked.
    Identified(ConnectionKey, Result<Identity, SignInRefusal>),
    /// An account was looked at again.
    Reidentified(ConnectionKey, Result<Identity, SignInRefusal>),
    /// A tenant was looked up for its tape.
    TenantOpened(TenantId, Result<Opened, Fault>),
    /// A question was answered.
    Looked(ConnectionKey, Ticket, Result<Result<Message, Rejection>, Fault>),
    /// Rooms can be followed.
    Followed {
        /// Who.
        key: ConnectionKey,
        /// Which request.
        ticket: Ticket,
        /// Which rooms.
        rooms: Vec<Room>,
        /// From where, or why not.
        followed: Followed,
        /// Everything up to here is known to the client.
        known: Offset,
    },
    /// Events that had left the tape were read.
    CaughtUp {
        /// For whom.
        key: ConnectionKey,
        /// What was read; a fault ends the connection, so that it comes back.
        events: Result<Vec<Arc<Broadcast>>, Fault>,
        /// Everything up to here has been looked at.
        upto: Offset,
    },
    /// Events that a tape missed were read.
    Repaired(TenantId, Vec<Arc<Broadcast>>),
    /// Somebody's presence changed.
    Presence {
        /// In which tenant.
        tenant: TenantId,
        /// In which room.
        room: Room,
        /// Everybody there.
        present: Arc<Present>,
    },
    /// A connection attends a room.
    Attended {
        /// Which connection.
        key: ConnectionKey,
        /// Which room.
        room: Room,
        /// Everybody there.
        members: Arc<[PresenceMember]>,
        /// Connections there.
        connections: usize,
    },
    /// The sheets that a connection's account was busy with lately, the latest first.
    Recalled(ConnectionKey, Vec<(GatheringId, Date)>),
    /// A connection bears the name it claimed; what was kept under it.
    Claimed(ConnectionKey, Option<Arc<str>>),
    /// Another connection has claimed this one's name.
    TakenOver(ConnectionKey),
    /// A message from one connection to others of its tenant and dialect.
    Relay {
        /// In which tenant.
        tenant: TenantId,
        /// In which dialect.
        dialect: Dialect,
        /// Who sent it, if a connection did; it does not get it.
        from: Option<ConnectionKey>,
        /// The message.
        relay: Arc<Relay>,
    },
    /// A connection over a transport that another thread serves.
    Open {
        /// Its place where it came in.
        place: Place,
        /// The host name it asked for.
        host: Option<Box<str>>,
        /// Its conversation.
        opener: Opener,
        /// Its writing half.
        sink: SinkOpener,
        /// Told the connection's name.
        opened: oneshot::Sender<ConnectionKey>,
    },
    /// The transport of a connection is gone.
    Gone(ConnectionKey),
    /// The transport of a connection ends it; what was said so far goes out.
    End(ConnectionKey),
    /// Something that a transport does on the shard's own thread.
    Errand(Errand),
    /// How far has a tenant's tape come? `None`: it has only now been asked for.
    Probe {
        /// Which tenant.
        tenant: TenantId,
        /// Of which log; a tape of an earlier one is let go.
        epoch: Epoch,
        /// Told the tape's head.
        head: oneshot::Sender<Option<Offset>>,
    },
    /// What do you have? For pages that people look at.
    Inspect(oneshot::Sender<Inspected>),
    /// Stop: tell every connection within this many milliseconds.
    Drain(u64),
}

/// What one shard has at a moment.
#[derive(Clone, Debug, Default)]
pub struct Inspected {
    /// Open connections.
    pub connections: usize,
    /// Accounts with a connection; one on two shards counts on both.
    pub accounts: usize,
    /// Every room with its members.
    pub rooms: Vec<(TenantId, Room, usize)>,
    /// Every connection.
    pub clients: Vec<Client>,
}

/// One connection of a shard.
#[derive(Clone, Debug)]
pub struct Client {
    /// What it speaks.
    pub dialect: Dialect,
    /// Who it is, once signed in.
    pub account: Option<(TenantId, AccountId)>,
    /// Rooms where it is present.
    pub present_in: Vec<Room>,
}

/// Numbers of one shard that others read.
#[derive(Debug, Default)]
pub struct Gauge {
    /// Open connections.
    pub connections: AtomicI64,
    /// Of these, signed in.
    pub signed_in: AtomicI64,
    /// Rooms with a member.
    pub rooms: AtomicI64,
    /// Events given to conversations.
    pub deliveries: AtomicU64,
    /// Vectored writes.
    pub writes: AtomicU64,
    /// Connections that recovered by events.
    pub recoveries: AtomicU64,
    /// Connections that were brought up to date by a snapshot instead.
    pub resyncs: AtomicU64,
    /// Connections closed for being too slow.
    pub slow_readers: AtomicU64,
}

impl Gauge {
    pub(super) fn add(number: &AtomicU64, by: u64) {
        number.fetch_add(by, Ordering::Relaxed);
    }
}

/// Every shard's inbox. Cheap to clone.
#[derive(Clone)]
pub struct Hub {
    shards: Arc<[(mpsc::Sender<Inbound>, Arc<Gauge>)]>,
}

impl Hub {
    /// Inboxes for `shards` shards, and their other ends.
    #[must_use]
    pub fn new(shards: u16) -> (Self, Vec<mpsc::Receiver<Inbound>>) {
        let (senders, receivers): (Vec<_>, Vec<_>) = (0..shards)
            .map(|_| {
                let (sender, receiver) = mpsc::channel(INBOX_MAX);
                ((sender, Arc::new(Gauge::default())), receiver)
            })
            .unzip();
        (Self { shards: senders.into() }, receivers)
    }

    /// Numbers of every shard.
    pub fn gauges(&self) -> impl Iterator<Item = &Arc<Gauge>> {
        self.shards.iter().map(|(_, gauge)| gauge)
    }

    /// How many shards there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shards.is_empty()
    }

    /// Tells a shard something, waiting for a place in its inbox. Not for a shard's own thread.
    pub fn tell(&self, shard: u16, inbound: Inbound) {
        if let Some((inbox, _)) = self.shards.get(usize::from(shard)) {
            // A shard that has ended needs to be told nothing.
            let _ = inbox.blocking_send(inbound);
        }
    }

    /// Asks every shard what it has; one that has ended has nothing.
    pub async fn inspect(&self) -> Vec<Inspected> {
        let mut found = Vec::with_capacity(self.len());
        for shard in (0u16..).take(self.len()) {
            let (told, heard) = oneshot::channel();
            self.tell_soon(shard, Inbound::Inspect(told)).await;
            found.push(heard.await.unwrap_or_default());
        }
        found
    }

    /// Tells a shard something without waiting; gives back what finds no place in its inbox.
    #[must_use]
    pub fn try_tell(&self, shard: u16, inbound: Inbound) -> Option<Inbound> {
        let (inbox, _) = self.shards.get(usize::from(shard))?;
        match inbox.try_send(inbound) {
            Err(mpsc::error::TrySendError::Full(inbound)) => Some(inbound),
            // A shard that has ended needs to be told nothing.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => None,
        }
    }

    /// Tells a shard something from an asynchronous place.
    pub async fn tell_soon(&self, shard: u16, inbound: Inbound) {
        if let Some((inbox, _)) = self.shards.get(usize::from(shard)) {
            let _ = inbox.send(inbound).await;
        }
    }

    /// Tells every shard the same.
    pub async fn tell_all(&self, inbound: impl Fn() -> Inbound) {
        for shard in (0u16..).take(self.len()) {
            self.tell_soon(shard, inbound()).await;
        }
    }

    /// Publishes a batch: its events to every shard, then each verdict to whoever asked.
    /// Events and verdicts of one batch reach a shard as one message.
    pub fn publish(&self, asks: &[Ask], replies: Vec<Reply>, verdicts: Vec<Verdict>) {
        let events: Arc<[_]> = fresh_events(asks, &verdicts).into();
        let mut answers: HashMap<u16, Vec<_>> = HashMap::new();
        let mut waiters = Vec::new();
        for (reply, verdict) in replies.into_iter().zip(verdicts) {
            match reply {
                Reply::Connection(key, ticket) => {
                    answers.entry(key.shard).or_default().push((key, ticket, verdict));
                }
                Reply::Waiter(waiter) => waiters.push((waiter, verdict)),
            }
        }
        for shard in (0u16..).take(self.shards.len()) {
            let answers = answers.remove(&shard).unwrap_or_default();
            if !events.is_empty() || !answers.is_empty() {
                self.tell(shard, Inbound::Committed { events: events.clone(), answers });
            }
        }
        for (waiter, verdict) in waiters {
            // Whoever no longer waits can ask again by the command's id.
            let _ = waiter.send(verdict);
        }
    }
}

/// The events of a batch, without those of answers that were only given again.
fn fresh_events(asks: &[Ask], verdicts: &[Verdict]) -> Vec<(TenantId, Arc<Broadcast>)> {
    let mut events = Vec::new();
    for (ask, verdict) in asks.iter().zip(verdicts) {
        let Ok(answer) = verdict else { continue };
        if answer.repeated {
            continue;
        }
        for committed in &answer.events {
            let event = Broadcast::new(answer.position.epoch, committed.clone());
            events.push((ask.tenant.clone(), Arc::new(event)));
        }
    }
    events
}

/// How long to sleep when `next` is the next thing to do.
pub(crate) fn sleep_until(next: Option<Timestamp>, now: Timestamp) -> std::time::Duration {
    const IDLE_MS: u64 = 60_000;
    let wait_ms = next.map_or(IDLE_MS, |at| u64::try_from(at.since_ms(now)).unwrap_or(0));
    std::time::Duration::from_millis(wait_ms.min(IDLE_MS))
}
