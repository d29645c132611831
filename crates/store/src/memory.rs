//! A store in memory behind one lock: for tests and for trying things out. Nothing outlives it.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    ops::Range,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use rollcall_core::{
    command::Ask,
    decide::{Answer, Decision, decide},
    event::{Committed, Event},
    facts::{Alias, Facts, Key, Query, Row, Series},
    id::{AccountId, CommandId, TenantId},
    limits::ANSWER_HOURS,
    position::{Epoch, Offset, Position},
    rejection::{Fault, Refusal, Rejection},
    room::Room,
    time::Timestamp,
};

use crate::{Loaded, LogPage, Store, Verdict, View, kept::Kept};

/// Keeps tenants in memory. A clone is another handle to the same tenants.
#[derive(Clone, Default)]
pub struct MemoryStore {
    tenants: Arc<RwLock<BTreeMap<TenantId, World>>>,
}

/// One tenant: its log, the rows that follow from it, the answers that were given.
struct World {
    epoch: Epoch,
    events: Vec<Arc<Committed>>,
    kept: Kept,
    answers: HashMap<Asked, Verdict>,
    /// When each answer was given, oldest first.
    given: VecDeque<(Timestamp, Asked)>,
}

/// What makes a command the same command.
type Asked = (Option<AccountId>, CommandId);

impl MemoryStore {
    /// A store without tenants.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<TenantId, World>> {
        self.tenants.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<TenantId, World>> {
        self.tenants.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    fn new(epoch: Epoch) -> Self {
        Self {
            epoch,
            events: Vec::new(),
            kept: Kept::default(),
            answers: HashMap::new(),
            given: VecDeque::new(),
        }
    }

    fn head(&self) -> Offset {
        Offset(self.events.len() as u64)
    }

    fn forget_answers(&mut self, now: Timestamp) {
        let oldest = now.plus_ms(-ANSWER_HOURS * 3_600_000);
        while self.given.front().is_some_and(|(at, _)| *at <= oldest) {
            if let Some((_, asked)) = self.given.pop_front() {
                self.answers.remove(&asked);
            }
        }
    }

    fn answer(&mut self, ask: &Ask, now: Timestamp) -> Verdict {
        let asked = ask.id.clone().map(|id| (ask.by.account().cloned(), id));
        if let Some(first) = asked.as_ref().and_then(|asked| self.answers.get(asked)) {
            return first.clone().map(|answer| Answer { repeated: true, ..answer });
        }
        let verdict = decide(&self.kept, ask, now).and_then(|d| self.keep(ask, d, now));
        if let Some(asked) = asked.filter(|_| !matches!(verdict, Err(Refusal::Fault(_)))) {
            self.given.push_back((now, asked.clone()));
            self.answers.insert(asked, verdict.clone());
        }
        verdict
    }

    fn keep(&mut self, ask: &Ask, decision: Decision, now: Timestamp) -> Verdict {
        self.kept.apply(decision.events.iter().flat_map(Event::changes))?;
        let from = self.events.len();
        for event in decision.events {
            self.append(event, Some(ask), now);
        }
        let position = Position { epoch: self.epoch, offset: self.head() };
        Ok(Answer {
            position,
            events: self.events[from..].to_vec(),
            marks: decision.marks,
            repeated: false,
        })
    }

    fn append(&mut self, event: Event, ask: Option<&Ask>, now: Timestamp) {
        self.events.push(Arc::new(Committed {
            offset: self.head().next(),
            at: now,
            by: ask.and_then(|ask| ask.by.account().cloned()),
            command: ask.and_then(|ask| ask.id.clone()),
            event,
        }));
    }
}

impl Store for MemoryStore {
    fn commit(&self, batch: &[Ask], now: Timestamp) -> Result<Vec<Verdict>, Fault> {
        let mut tenants = self.write();
        let verdicts = batch.iter().map(|ask| {
            let Some(world) = tenants.get_mut(&ask.tenant) else {
                return Err(Rejection::not_found("tenant", &ask.tenant).into());
            };
            world.forget_answers(now);
            world.answer(ask, now)
        });
        Ok(verdicts.collect())
    }

    fn look(
        &self,
        tenant: &TenantId,
        look: &mut dyn FnMut(&dyn View) -> Result<(), Fault>,
    ) -> Result<bool, Fault> {
        match self.read().get(tenant) {
            Some(world) => look(world).map(|()| true),
            None => Ok(false),
        }
    }

    fn tenants(&self) -> Result<Vec<TenantId>, Fault> {
        Ok(self.read().keys().cloned().collect())
    }

    fn load(
        &self,
        tenant: &TenantId,
        epoch: Epoch,
        rows: Vec<Row>,
        replace: bool,
        now: Timestamp,
    ) -> Result<Loaded, Fault> {
        let mut tenants = self.write();
        if tenants.contains_key(tenant) && !replace {
            return Ok(Loaded::Kept);
        }
        let mut world = World::new(epoch);
        let event = Event::Imported { rows };
        world.kept.apply(event.changes())?;
        world.append(event, None, now);
        let position = world.position();
        tenants.insert(tenant.clone(), world);
        Ok(Loaded::Done(position))
    }
}

impl Facts for World {
    fn row(&self, key: &Key) -> Result<Option<Row>, Fault> {
        self.kept.row(key)
    }

    fn find(&self, alias: &Alias) -> Result<Option<Row>, Fault> {
        self.kept.find(alias)
    }

    fn rows(&self, query: &Query) -> Result<Vec<Row>, Fault> {
        self.kept.rows(query)
    }

    fn next_number(&self, series: Series) -> Result<u64, Fault> {
        self.kept.next_number(series)
    }
}

impl View for World {
    fn position(&self) -> Position {
        Position { epoch: self.epoch, offset: self.head() }
    }

    fn log(&self, after: Offset, limit: usize, rooms: Option<&[Room]>) -> Result<LogPage, Fault> {
        let after = usize::try_from(after.0).unwrap_or(usize::MAX);
        let rest = self.events.get(after..).unwrap_or_default();
        let held = |event: &&Arc<Committed>| {
            let room = event.event.room();
            rooms.is_none_or(|rooms| rooms.iter().any(|wide| wide.holds(&room)))
        };
        let events: Vec<_> = rest.iter().filter(held).take(limit).cloned().collect();
        Ok(LogPage::of(events, limit, Offset(after as u64), self.head()))
    }

    fn visits_count(&self, span: &Range<Timestamp>) -> Result<usize, Fault> {
        Ok(self.kept.visits_count(span))
    }

    fn everything(&self) -> Result<Vec<Row>, Fault> {
        Ok(self.kept.iter().map(|(_, row)| row.clone()).collect())
    }
}
