//! One batch of commands, one transaction: facts, decide, append, apply, answer.

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use rollcall_core::{
    command::Ask,
    decide::{Answer, Decision, decide},
    event::{Committed, Event},
    facts::Row,
    id::TenantId,
    position::{Epoch, Position},
    rejection::{Fault, Refusal, Rejection},
    time::Timestamp,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    answers::{self, Asked},
    broken::Broken,
    cache::{Cache, Inside},
    log,
    read::Rows,
    write::{Writing, run},
};
use crate::{Loaded, Verdict};

/// The one connection that writes, and what it keeps between batches.
pub(super) struct Writer {
    conn: Connection,
    cache: RefCell<Cache>,
    /// Where each tenant's log stands; like the cache, true only while nobody else writes.
    ledgers: HashMap<TenantId, Ledger>,
    /// SQLite's count of commits by others, to notice another process (an import, say).
    seen_version: i64,
    buffer: Vec<u8>,
}

/// Why a batch was not kept.
enum Stopped {
    /// A write failed; the transaction was rolled back and its commands can be tried singly.
    Writing(Broken),
    /// The transaction could not begin, or not end: trying each command again would wait once more
    /// for each, or could keep things twice.
    Whole(Broken),
}

impl From<Broken> for Stopped {
    fn from(broken: Broken) -> Self {
        Self::Writing(broken)
    }
}

impl From<Stopped> for Fault {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Writing(broken) | Stopped::Whole(broken) => broken.into(),
        }
    }
}

impl Writer {
    pub(super) fn new(conn: Connection) -> Self {
        Self {
            conn,
            cache: RefCell::default(),
            ledgers: HashMap::new(),
            seen_version: 0,
            buffer: Vec::with_capacity(4_096),
        }
    }

    /// The whole batch in one transaction; if a write fails, each command in its own, so that
    /// one command's fault is not the others'. This costs nothing where a savepoint per command
    /// would cost two statements.
    pub(super) fn commit(&mut self, batch: &[Ask], now: Timestamp) -> Result<Vec<Verdict>, Fault> {
        match self.in_transaction(|t| t.answer_all(batch, now)) {
            Err(Stopped::Writing(_)) if batch.len() > 1 => {}
            Err(Stopped::Writing(broken)) => return Ok(vec![Err(Fault::from(broken).into())]),
            done => return Ok(done?),
        }
        let mut verdicts = Vec::with_capacity(batch.len());
        for ask in batch {
            let ask = std::slice::from_ref(ask);
            match self.in_transaction(|t| t.answer_all(ask, now)) {
                Ok(mut one) => verdicts.append(&mut one),
                Err(stopped) => verdicts.push(Err(Fault::from(stopped).into())),
            }
        }
        Ok(verdicts)
    }

    /// See [`crate::Store::load`].
    pub(super) fn load(
        &mut self,
        tenant: &TenantId,
        epoch: Epoch,
        rows: Vec<Row>,
        replace: bool,
        now: Timestamp,
    ) -> Result<Loaded, Fault> {
        let loaded = self.in_transaction(|t| t.load(tenant, epoch, rows, replace, now))?;
        Ok(loaded)
    }

    /// Moves committed pages from the write-ahead log into the file, as far as no reader needs them.
    pub(super) fn checkpoint(&mut self) -> Result<(), Fault> {
        let sql = "PRAGMA wal_checkpoint(PASSIVE)";
        let moved = self.conn.query_row(sql, [], |_| Ok(()));
        Ok(moved.map_err(Broken::from)?)
    }

    fn in_transaction<T>(
        &mut self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, Broken>,
    ) -> Result<T, Stopped> {
        if !self.conn.is_autocommit() {
            // A panic left a transaction open.
            self.undo()?;
        }
        run(&self.conn, "BEGIN IMMEDIATE", []).map_err(Stopped::Whole)?;
        let done = self.begun(work);
        let committed = match done {
            Ok(value) => run(&self.conn, "COMMIT", []).map(|()| value).map_err(Stopped::Whole),
            Err(broken) => Err(Stopped::Writing(broken)),
        };
        if committed.is_err() {
            self.undo()?;
        }
        committed
    }

    fn begun<T>(
        &mut self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, Broken>,
    ) -> Result<T, Broken> {
        let version =
            self.conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        if version != self.seen_version {
            self.remember_nothing();
            self.seen_version = version;
        }
        let mut transaction = Transaction {
            conn: &self.conn,
            cache: &self.cache,
            buffer: &mut self.buffer,
            ledgers: &mut self.ledgers,
        };
        work(&mut transaction)
    }

    /// What was remembered may not be so: a transaction is undone, or somebody else wrote.
    fn remember_nothing(&mut self) {
        self.cache.borrow_mut().clear();
        self.ledgers.clear();
    }

    fn undo(&mut self) -> Result<(), Broken> {
        self.remember_nothing();
        if self.conn.is_autocommit() {
            return Ok(());
        }
        run(&self.conn, "ROLLBACK", [])
    }
}

/// A tenant's log: its number, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Ledger {
    pub(super) tenant: i64,
    pub(super) position: Position,
}

/// Offsets are minted here, inside the transaction, so that a rollback leaves no hole.
struct Transaction<'w> {
    conn: &'w Connection,
    cache: &'w RefCell<Cache>,
    buffer: &'w mut Vec<u8>,
    ledgers: &'w mut HashMap<TenantId, Ledger>,
}

impl Transaction<'_> {
    fn answer_all(&mut self, batch: &[Ask], now: Timestamp) -> Result<Vec<Verdict>, Broken> {
        answers::forget(self.conn, now, 2 * batch.len())?;
        batch.iter().map(|ask| self.answer(ask, now)).collect()
    }

    /// `Err` means that a write failed and the transaction is void.
    fn answer(&mut self, ask: &Ask, now: Timestamp) -> Result<Verdict, Broken> {
        let Some(mut ledger) = self.ledger(&ask.tenant)? else {
            return Ok(Err(Rejection::not_found("tenant", &ask.tenant).into()));
        };
        let asked = Asked::new(ledger.tenant, ask);
        if let Some(asked) = &asked
            && let Some(given) = asked.first_answer(self.conn, ledger.position.epoch, now)?
        {
            return Ok(given.map_err(Refusal::from));
        }
        let before = ledger.position.offset;
        let verdict = match decide(&self.inside(ledger), ask, now) {
            Ok(decision) => Ok(self.keep(&mut ledger, ask, decision, now)?),
            Err(refusal) => Err(refusal),
        };
        let given = match &verdict {
            Ok(answer) => Some(Ok(answer)),
            Err(Refusal::Rejected(rejection)) => Some(Err(rejection)),
            Err(_) => None,
        };
        if let (Some(asked), Some(given)) = (asked, given) {
            let span = (before, ledger.position.offset);
            asked.remember(self.conn, span, given, now, self.buffer)?;
        }
        self.ledgers.insert(ask.tenant.clone(), ledger);
        Ok(verdict)
    }

    fn keep(
        &mut self,
        ledger: &mut Ledger,
        ask: &Ask,
        decision: Decision,
        now: Timestamp,
    ) -> Result<Answer, Broken> {
        let mut events = Vec::with_capacity(decision.events.len());
        for event in decision.events {
            events.push(self.append(ledger, event, Some(ask), now)?);
        }
        Ok(Answer { position: ledger.position, events, marks: decision.marks, repeated: false })
    }

    fn append(
        &mut self,
        ledger: &mut Ledger,
        event: Event,
        ask: Option<&Ask>,
        now: Timestamp,
    ) -> Result<Arc<Committed>, Broken> {
        ledger.position.offset = ledger.position.offset.next();
        let event = Committed {
            offset: ledger.position.offset,
            at: now,
            by: ask.and_then(|ask| ask.by.account().cloned()),
            command: ask.and_then(|ask| ask.id.clone()),
            event,
        };
        log::append(self.conn, ledger.tenant, &event, self.buffer)?;
        let mut rows = Writing { conn: self.conn, tenant: ledger.tenant, buffer: self.buffer };
        for change in event.event.changes() {
            rows.apply(&change)?;
            self.cache.borrow_mut().follow(ledger.tenant, change);
        }
        Ok(Arc::new(event))
    }

    fn load(
        &mut self,
        tenant: &TenantId,
        epoch: Epoch,
        rows: Vec<Row>,
        replace: bool,
        now: Timestamp,
    ) -> Result<Loaded, Broken> {
        if let Some(there) = self.ledger(tenant)? {
            if !replace {
                return Ok(Loaded::Kept);
            }
            self.cache.borrow_mut().clear();
            Writing { conn: self.conn, tenant: there.tenant, buffer: self.buffer }.clear()?;
        }
        run(
            self.conn,
            "INSERT INTO tenants (name, epoch) VALUES (?1, ?2) \
             ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch",
            params![tenant.as_str(), epoch.0],
        )?;
        let ledger = read_ledger(self.conn, tenant)?;
        let mut ledger = ledger.ok_or_else(|| Broken::Value("a tenant vanished".into()))?;
        self.append(&mut ledger, Event::Imported { rows }, None, now)?;
        self.ledgers.insert(tenant.clone(), ledger);
        Ok(Loaded::Done(ledger.position))
    }

    fn inside(&self, ledger: Ledger) -> Inside<'_> {
        Inside { rows: Rows { conn: self.conn, tenant: ledger.tenant }, cache: self.cache }
    }

    fn ledger(&mut self, tenant: &TenantId) -> Result<Option<Ledger>, Broken> {
        if let Some(known) = self.ledgers.get(tenant) {
            return Ok(Some(*known));
        }
        read_ledger(self.conn, tenant)
    }
}

/// A tenant's log as the connection's transaction has it.
pub(super) fn read_ledger(conn: &Connection, tenant: &TenantId) -> Result<Option<Ledger>, Broken> {
    let found = conn
        .prepare_cached("SELECT id, epoch FROM tenants WHERE name = ?1")?
        .query_row([tenant.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((tenant, epoch)) = found else {
        return Ok(None);
    };
    let position = Position { epoch: Epoch(epoch), offset: log::head(conn, tenant)? };
    Ok(Some(Ledger { tenant, position }))
}
