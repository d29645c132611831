//! How it is kept: one log per tenant, and the rows that follow from it.
//!
//! [`Store`] is the seam; [`contract`] is the suite that every store passes.

pub mod check;
pub mod contract;
mod kept;
mod memory;
mod names;
pub mod sqlite;
pub mod tenant_file;

use std::{ops::Range, sync::Arc};

pub use memory::MemoryStore;
pub use names::login_form;
pub use rollcall_core::rejection::Fault;
use rollcall_core::{
    command::Ask,
    decide::Answer,
    event::Committed,
    facts::{Facts, Row},
    id::TenantId,
    position::{Epoch, Offset, Position},
    rejection::Refusal,
    room::Room,
    time::Timestamp,
};

/// What became of one command of a batch.
pub type Verdict = Result<Answer, Refusal>;

/// Part of a tenant's log.
#[derive(Clone, Debug, Default)]
pub struct LogPage {
    /// Events in order; with a filter, only those of the rooms asked for.
    pub events: Vec<Arc<Committed>>,
    /// Everything up to and including this offset has been looked at.
    pub upto: Offset,
}

impl LogPage {
    /// What was found after `after`: a page that was cut at `limit` ends at its last event, any
    /// other at the head.
    pub(crate) fn of(
        events: Vec<Arc<Committed>>,
        limit: usize,
        after: Offset,
        head: Offset,
    ) -> Self {
        let upto = if events.len() < limit {
            head.max(after)
        } else {
            events.last().map_or(after, |last| last.offset)
        };
        Self { events, upto }
    }
}

/// One consistent look at a tenant: nothing moves while it is held.
pub trait View: Facts {
    /// The log's head at the moment of the look.
    fn position(&self) -> Position;

    /// At most `limit` events after `after`, oldest first; with `rooms`, only events that one of
    /// these rooms holds.
    ///
    /// # Errors
    /// The store broke.
    fn log(&self, after: Offset, limit: usize, rooms: Option<&[Room]>) -> Result<LogPage, Fault>;

    /// How many visits began in that span.
    ///
    /// # Errors
    /// The store broke.
    fn visits_count(&self, span: &Range<Timestamp>) -> Result<usize, Fault>;

    /// Every row of the tenant, passwords and ended sessions included, by key.
    ///
    /// # Errors
    /// The store broke.
    fn everything(&self) -> Result<Vec<Row>, Fault>;
}

/// What became of loading a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// It is there now, as the file says.
    Done(Position),
    /// It was there already and was left as it was (tenant file, first paragraph).
    Kept,
}

/// Keeps tenants. Every method blocks; call it from a thread that may wait.
pub trait Store: Send + Sync + 'static {
    /// Judges a batch of commands in order and keeps what they come to, in one transaction.
    /// When it returns, the events are durable. A command whose id was answered within
    /// [`rollcall_core::limits::ANSWER_HOURS`] gets its first answer, rejections included.
    /// One command's rejection or fault leaves the others as they are.
    ///
    /// # Errors
    /// The store broke; nothing of the batch was kept.
    fn commit(&self, batch: &[Ask], now: Timestamp) -> Result<Vec<Verdict>, Fault>;

    /// Chores for a moment in which nobody waits; the writer's thread calls it when it is idle.
    ///
    /// # Errors
    /// The store broke.
    fn rest(&self) -> Result<(), Fault> {
        Ok(())
    }

    /// Looks at a tenant once, consistently. Does nothing for a tenant that is not there and
    /// says so by `false`.
    ///
    /// # Errors
    /// The store broke, or `look` said so.
    fn look(
        &self,
        tenant: &TenantId,
        look: &mut dyn FnMut(&dyn View) -> Result<(), Fault>,
    ) -> Result<bool, Fault>;

    /// The ids of all tenants, in order.
    ///
    /// # Errors
    /// The store broke.
    fn tenants(&self) -> Result<Vec<TenantId>, Fault>;

    /// Makes a tenant with a new log that begins with these rows, in one transaction (T3).
    /// `replace` drops what was there before.
    ///
    /// # Errors
    /// The store broke; nothing was changed.
    fn load(
        &self,
        tenant: &TenantId,
        epoch: Epoch,
        rows: Vec<Row>,
        replace: bool,
        now: Timestamp,
    ) -> Result<Loaded, Fault>;
}
