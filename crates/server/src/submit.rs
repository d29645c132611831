//! The one way in: every command of every dialect, REST call and chore is kept here, then published.

use std::{sync::Arc, thread};

use rollcall_core::{command::Ask, limits, rejection::Refusal};
use rollcall_store::{Store, Verdict};
use tokio::sync::{mpsc, oneshot};

use crate::{
    clock,
    shard::{Hub, Reply},
    telemetry::Metrics,
};

/// Commands after which the store may tidy up in the next pause: seldom enough to cost nothing,
/// often enough that it never has to in a rush, and that its journal goes over the same few
/// blocks again while the system still has them at hand.
const REST_AFTER: usize = 64;

/// The entrance to the log. Cheap to clone.
#[derive(Clone)]
pub struct Submitter {
    queue: mpsc::Sender<(Ask, Reply)>,
}

impl Submitter {
    /// Puts a command in line without waiting.
    ///
    /// # Errors
    /// The line is full ([`limits::SUBMIT_QUEUE_MAX`]); the command was not taken.
    pub fn submit(&self, ask: Ask, reply: Reply) -> Result<(), Refusal> {
        self.queue.try_send((ask, reply)).map_err(|_| Refusal::Overloaded)
    }

    /// Puts a command in line and waits until it is kept or refused.
    ///
    /// # Errors
    /// Why it was not kept.
    pub async fn submit_and_wait(&self, ask: Ask) -> Verdict {
        let (reply, verdict) = oneshot::channel();
        self.submit(ask, Reply::Waiter(reply))?;
        verdict.await.unwrap_or(Err(Refusal::Overloaded))
    }
}

/// Starts the one thread that writes. It ends when every [`Submitter`] is gone.
///
/// # Errors
/// The system has no thread to give.
pub fn start(
    store: Arc<dyn Store>,
    hub: Hub,
    metrics: Metrics,
) -> std::io::Result<(Submitter, thread::JoinHandle<()>)> {
    let (queue, line) = mpsc::channel(limits::SUBMIT_QUEUE_MAX);
    let writer = thread::Builder::new().name("rollcall-writer".into());
    let writer = writer.spawn(move || run(line, &*store, &hub, &metrics))?;
    Ok((Submitter { queue }, writer))
}

/// The middle of the product: take what is in line, keep it, publish it, answer.
fn run(mut line: mpsc::Receiver<(Ask, Reply)>, store: &dyn Store, hub: &Hub, metrics: &Metrics) {
    let mut taken = Vec::with_capacity(limits::BATCH_COMMANDS_MAX);
    let mut kept = 0;
    while line.blocking_recv_many(&mut taken, limits::BATCH_COMMANDS_MAX) > 0 {
        let (asks, replies): (Vec<Ask>, Vec<Reply>) = taken.drain(..).unzip();
        let began = clock::now();
        let verdicts = store.commit(&asks, began).unwrap_or_else(|fault| {
            tracing::error!(%fault, commands = asks.len(), "nothing of a batch could be kept");
            asks.iter().map(|_| Err(Refusal::Fault(fault.clone()))).collect()
        });
        metrics.committed(asks.len(), clock::now().since_ms(began), &verdicts);
        hub.publish(&asks, replies, verdicts);
        metrics.waiting(line.len());
        kept += asks.len();
        if line.is_empty() && kept >= REST_AFTER {
            kept = 0;
            if let Err(fault) = store.rest() {
                tracing::warn!(%fault, "the store could not tidy up");
            }
        }
    }
}
