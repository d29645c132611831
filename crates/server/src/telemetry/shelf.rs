//! How numbers are registered: per listener, and as totals of all shards.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use prometheus_client::{
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Metric, Registry, Unit},
};

use crate::config::Listener;

pub(super) type Labels = Vec<(&'static str, String)>;
pub(super) type Counters = Family<Labels, Counter>;
pub(super) type Number = Gauge<i64, AtomicI64>;

/// What all shards together have and have done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Open connections.
    pub connections: i64,
    /// Of these, signed in.
    pub signed_in: i64,
    /// Rooms with a member.
    pub rooms: i64,
    /// Events given to conversations.
    pub deliveries: u64,
    /// Vectored writes.
    pub writes: u64,
    /// Connections that recovered by events.
    pub recoveries: u64,
    /// Connections that were brought up to date by a snapshot instead.
    pub resyncs: u64,
    /// Connections closed for being too slow.
    pub slow_readers: u64,
}

/// What is counted for one listener, found once instead of at each frame.
#[derive(Clone, Debug)]
pub(super) struct PerListener {
    pub name: String,
    pub open: Number,
    pub frames: [Counter; 2],
    pub bytes: [Counter; 2],
    pub heartbeats: Counter,
    pub malformed: Counter,
    pub slowed: Counter,
}

/// [`Totals`] as Prometheus sees them.
#[derive(Debug)]
pub(super) struct Shards {
    connections: Number,
    signed_in: Number,
    rooms: Number,
    deliveries: Counter,
    writes: Counter,
    recoveries: Counters,
    slow_readers: Counter,
}

/// Makes and registers metrics in one step.
pub(super) struct Shelf(pub Registry);

impl Shelf {
    pub(super) fn put<M: Metric + Clone>(&mut self, name: &str, help: &str, metric: M) -> M {
        self.0.register(name, help, metric.clone());
        metric
    }

    pub(super) fn seconds(&mut self, name: &str, help: &str) -> Histogram {
        // From half a millisecond to sixteen seconds.
        let histogram = Histogram::new(exponential_buckets(0.0005, 2.0, 16));
        self.0.register_with_unit(name, help, Unit::Seconds, histogram.clone());
        histogram
    }
}

pub(super) fn per_listener(shelf: &mut Shelf, listeners: &[Listener]) -> Vec<PerListener> {
    let open =
        shelf.put("listener_connections", "open connections", Family::<_, Number>::default());
    let frames = shelf.put("frames", "frames, in and out", Counters::default());
    let bytes = shelf.put("frame_bytes", "bytes of frames, in and out", Counters::default());
    let heartbeats = shelf.put("heartbeats", "signs of life from clients", Counters::default());
    let malformed = shelf.put("malformed", "frames that were not understood", Counters::default());
    let slowed = shelf.put("slowed", "frames beyond a client's pace", Counters::default());
    let per = |listener: &Listener| {
        let name = format!("{}={}", listener.dialect.name(), listener.address);
        let own = vec![("listener", name.clone())];
        let way = |way: &str| vec![("listener", name.clone()), ("way", way.to_owned())];
        PerListener {
            open: open.get_or_create_owned(&own),
            frames: ["in", "out"].map(|w| frames.get_or_create_owned(&way(w))),
            bytes: ["in", "out"].map(|w| bytes.get_or_create_owned(&way(w))),
            heartbeats: heartbeats.get_or_create_owned(&own),
            malformed: malformed.get_or_create_owned(&own),
            slowed: slowed.get_or_create_owned(&own),
            name,
        }
    };
    listeners.iter().map(per).collect()
}

impl Shards {
    pub(super) fn new(shelf: &mut Shelf) -> Self {
        Self {
            connections: shelf.put("connections", "open connections", Number::default()),
            signed_in: shelf.put("connections_signed_in", "signed in", Number::default()),
            rooms: shelf.put("rooms", "rooms with a member", Number::default()),
            deliveries: shelf.put("deliveries", "events told to clients", Counter::default()),
            writes: shelf.put("writes", "vectored writes", Counter::default()),
            recoveries: shelf.put("recoveries", "how clients caught up", Counters::default()),
            slow_readers: shelf.put("slow_readers", "closed as too slow", Counter::default()),
        }
    }

    pub(super) fn show(&self, totals: &Totals) {
        self.connections.set(totals.connections);
        self.signed_in.set(totals.signed_in);
        self.rooms.set(totals.rooms);
        raise(&self.deliveries, totals.deliveries);
        raise(&self.writes, totals.writes);
        let by = |kind: &str| self.recoveries.get_or_create_owned(&vec![("kind", kind.to_owned())]);
        raise(&by("events"), totals.recoveries);
        raise(&by("snapshot"), totals.resyncs);
        raise(&self.slow_readers, totals.slow_readers);
    }
}

/// Brings a counter up to a total that only grows.
fn raise(counter: &Counter, total: u64) {
    let inside: &AtomicU64 = counter.inner();
    inside.fetch_max(total, Ordering::Relaxed);
}
