//! Numbers for Prometheus, by what they count (gym G11.2). Labels come from closed sets only:
//! never an id, a name or a token.

use std::sync::Arc;

use prometheus_client::{
    encoding::text::encode,
    metrics::{
        counter::Counter,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use rollcall_core::{
    id::{AccountId, TenantId},
    rejection::Refusal,
    time::Timestamp,
};
use rollcall_store::Verdict;
use rollcall_wire::conversation::SignInRefusal;

use super::{
    returns::Returns,
    shelf::{Counters, Number, PerListener, Shards, Shelf, Totals, per_listener},
};
use crate::config::Listener;

/// Who ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The client.
    Client,
    /// This program.
    Server,
}

/// Every number of the program. Cheap to clone; counting never blocks on reading.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    registry: Registry,
    listeners: Vec<PerListener>,
    returns: Returns,
    returned: Counter,
    refusals: Counters,
    endings: Counters,
    closes: Counters,
    commands: Counters,
    requests: Counters,
    batch: Histogram,
    commit: Histogram,
    answer: Histogram,
    fan_out: Histogram,
    waiting: Number,
    well: Number,
    shards: Shards,
}

impl Metrics {
    /// Begins to count, for each of these listeners.
    #[must_use]
    pub fn new(listeners: &[Listener]) -> Self {
        let mut shelf = Shelf(Registry::with_prefix("rollcall"));
        let listeners = per_listener(&mut shelf, listeners);
        let shards = Shards::new(&mut shelf);
        let s = &mut shelf;
        Self(Arc::new(Inside {
            listeners,
            shards,
            returns: Returns::default(),
            returned: s.put("reconnects", "accounts back within 5 minutes", Counter::default()),
            refusals: s.put("sign_in_refusals", "tokens refused, by reason", Counters::default()),
            endings: s.put("connections_ended", "ended connections", Counters::default()),
            closes: s.put("closes", "closes, by code and by side", Counters::default()),
            commands: s.put("commands", "commands, by what became of them", Counters::default()),
            requests: s.put("requests", "REST requests, by status class", Counters::default()),
            batch: s.put("batch_commands", "commands of one commit", commands_at_once()),
            commit: s.seconds("commit", "how long one commit took"),
            answer: s.seconds("answer", "from a command's arrival to its answer"),
            fan_out: s.seconds("fan_out", "from a commit to the last connection told"),
            waiting: s.put("commands_waiting", "commands in line for the store", Number::default()),
            well: s.put("well", "whether the program's own probe works", Number::default()),
            registry: shelf.0,
        }))
    }

    /// A connection came in at a listener.
    pub fn opened(&self, listener: usize) {
        self.at(listener, |counts| counts.open.inc());
    }

    /// A connection was turned away because the listener is full.
    pub fn turned_away(&self, listener: usize) {
        self.at(listener, |counts| {
            self.count(&self.0.endings, [("listener", &counts.name), ("why", "turned away")]);
        });
    }

    /// A connection of a listener is over, `why` in a few fixed words.
    pub fn closed(&self, listener: usize, why: &'static str) {
        self.at(listener, |counts| {
            counts.open.dec();
            self.count(&self.0.endings, [("listener", &counts.name), ("why", why)]);
        });
    }

    /// The server closes a connection with a code.
    pub fn closing(&self, listener: usize, code: u16) {
        self.close(listener, Peer::Server, code);
    }

    /// One side closes a connection with a code. A client's codes outside those in use count as 0,
    /// so that it cannot make labels up.
    pub fn close(&self, listener: usize, by: Peer, code: u16) {
        let (side, code) = match by {
            Peer::Server => ("server", code),
            Peer::Client if (1000..=1015).contains(&code) || code == 4000 => ("client", code),
            Peer::Client => ("client", 0),
        };
        self.at(listener, |counts| {
            let labels = [("listener", &*counts.name), ("side", side), ("code", &code.to_string())];
            self.count(&self.0.closes, labels);
        });
    }

    /// An account came in.
    pub fn joined(&self, tenant: &TenantId, account: &AccountId, now: Timestamp) {
        if self.0.returns.is_back(tenant, account, now) {
            self.0.returned.inc();
        }
    }

    /// A connection of an account ended.
    pub fn left(&self, tenant: &TenantId, account: &AccountId, now: Timestamp) {
        self.0.returns.left(tenant, account, now);
    }

    /// A token was refused.
    pub fn sign_in_refused(&self, refusal: SignInRefusal) {
        let reason = match refusal {
            SignInRefusal::Invalid => "invalid",
            SignInRefusal::Expired => "expired",
            SignInRefusal::Account => "account",
            SignInRefusal::NoTenant => "no_tenant",
            SignInRefusal::Revoked => "revoked",
            SignInRefusal::Busy => "busy",
        };
        self.count(&self.0.refusals, [("reason", reason)]);
    }

    /// A frame came in at a listener.
    pub fn frame_in(&self, listener: usize, bytes: usize) {
        self.frames(listener, 0, 1, bytes);
    }

    /// Frames went out at a listener.
    pub fn frames_out(&self, listener: usize, frames: u64, bytes: usize) {
        self.frames(listener, 1, frames, bytes);
    }

    fn frames(&self, listener: usize, way: usize, frames: u64, bytes: usize) {
        self.at(listener, |counts| {
            counts.frames[way].inc_by(frames);
            counts.bytes[way].inc_by(bytes as u64);
        });
    }

    /// A client answered a heartbeat, or gave one.
    pub fn heartbeat(&self, listener: usize) {
        self.at(listener, |counts| counts.heartbeats.inc());
    }

    /// A client misspoke.
    pub fn malformed(&self, listener: usize) {
        self.at(listener, |counts| counts.malformed.inc());
    }

    /// A client was faster than it may be.
    pub fn slowed(&self, listener: usize) {
        self.at(listener, |counts| counts.slowed.inc());
    }

    /// A batch of commands was judged and kept within so many milliseconds.
    pub fn committed(&self, commands: usize, took_ms: i64, verdicts: &[Verdict]) {
        self.0.batch.observe(f64::from(u32::try_from(commands).unwrap_or(u32::MAX)));
        self.0.commit.observe(seconds(took_ms));
        for verdict in verdicts {
            let result = match verdict {
                Ok(answer) if answer.repeated => "repeated",
                Ok(_) => "accepted",
                Err(Refusal::Rejected(rejection)) => rejection.code(),
                Err(Refusal::Fault(_)) => "fault",
                Err(Refusal::Overloaded) => "overloaded",
            };
            self.count(&self.0.commands, [("result", result)]);
        }
    }

    /// A command was answered so many milliseconds after it came.
    pub fn answered(&self, took_ms: i64) {
        self.0.answer.observe(seconds(took_ms));
    }

    /// The last connection was told so many milliseconds after the commit.
    pub fn told(&self, took_ms: i64) {
        self.0.fan_out.observe(seconds(took_ms));
    }

    /// So many commands are in line for the store.
    pub fn waiting(&self, commands: usize) {
        self.0.waiting.set(i64::try_from(commands).unwrap_or(i64::MAX));
    }

    /// Whether the program's own probe works.
    pub fn well(&self, well: bool) {
        self.0.well.set(well.into());
    }

    /// A REST request was answered.
    pub fn request(&self, listener: usize, status: u16) {
        self.at(listener, |counts| {
            let class = format!("{}xx", status / 100);
            self.count(&self.0.requests, [("listener", &counts.name), ("status", &class)]);
        });
    }

    /// All numbers in Prometheus' text format, with what the shards have done so far.
    #[must_use]
    pub fn encode(&self, totals: &Totals) -> String {
        self.0.shards.show(totals);
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.0.registry);
        text
    }

    fn at<T>(&self, listener: usize, count: impl FnOnce(&PerListener) -> T) {
        if let Some(counts) = self.0.listeners.get(listener) {
            count(counts);
        }
    }

    fn count<const N: usize>(&self, counters: &Counters, labels: [(&'static str, &str); N]) {
        let labels = labels.map(|(name, value)| (name, value.to_owned()));
        counters.get_or_create(&labels.to_vec()).inc();
    }
}

fn commands_at_once() -> Histogram {
    Histogram::new(exponential_buckets(1.0, 2.0, 10))
}

fn seconds(ms: i64) -> f64 {
    f64::from(i32::try_from(ms).unwrap_or(i32::MAX)) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g11_2_what_was_counted_is_told() {
        let metrics = Metrics::new(&["gym=127.0.0.1:8000".parse().unwrap()]);
        metrics.opened(0);
        metrics.opened(0);
        metrics.closed(0, "gone");
        metrics.closing(0, 4001);
        metrics.close(0, Peer::Client, 1001);
        metrics.close(0, Peer::Client, 4999);
        metrics.sign_in_refused(SignInRefusal::Expired);
        metrics.frame_in(0, 120);
        metrics.frames_out(0, 3, 900);
        metrics.committed(2, 7, &[Err(Refusal::Overloaded)]);
        metrics.request(0, 404);
        let totals = Totals { signed_in: 5, deliveries: 9, resyncs: 1, ..Totals::default() };
        assert!(!metrics.encode(&totals).is_empty(), "reading twice counts nothing twice");
        let text = metrics.encode(&totals);
        for line in [
            r#"rollcall_listener_connections{listener="gym=127.0.0.1:8000"} 1"#,
            r#"side="server",code="4001"} 1"#,
            r#"side="client",code="1001"} 1"#,
            r#"side="client",code="0"} 1"#,
            r#"rollcall_sign_in_refusals_total{reason="expired"} 1"#,
            r#"rollcall_frame_bytes_total{listener="gym=127.0.0.1:8000",way="out"} 900"#,
            r#"rollcall_commands_total{result="overloaded"} 1"#,
            "rollcall_commit_seconds_sum 0.007",
            r#"status="4xx"} 1"#,
            "rollcall_connections_signed_in 5",
            "rollcall_deliveries_total 9",
            r#"rollcall_recoveries_total{kind="snapshot"} 1"#,
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }
}
