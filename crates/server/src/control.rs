//! What a shard has done elsewhere: look-ups, sign-ins and presence, so that it never waits itself.

use std::{sync::Arc, time::Duration};

use rollcall_core::{
    desk::Tally,
    facts::Facts,
    id::{AccountId, TenantId},
    limits,
    live::{PresenceMember, Recovery, recover},
    position::{Epoch, Offset, Position},
    rejection::Fault,
    room::Room,
    time::{Timestamp, Zone},
};
use rollcall_store::{Store, View};
use rollcall_wire::{
    Dialect,
    broadcast::Broadcast,
    conversation::{Followed, Identity, Look, Relay, Ticket},
};
use tokio::{runtime::Handle, sync::mpsc};

use crate::{
    auth::{Authority, Believed},
    clock,
    connection::Entrance,
    glimpses::{Glimpse, Glimpses, latest},
    names::Report,
    presence::Presenter,
    shard::{ConnectionKey, Hub, Inbound, Opened},
    submit::Submitter,
    telemetry::Metrics,
};

/// Until a store that could not say who somebody is gets asked again.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// The way out of a shard. Cheap to clone; nothing here blocks the caller.
#[derive(Clone)]
pub struct Control {
    /// Runs what may wait.
    pub runtime: Handle,
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// Who may come in.
    pub authority: Arc<Authority>,
    /// The entrance to the log.
    pub submitter: Submitter,
    /// Every shard.
    pub hub: Hub,
    /// Who is in which room now.
    pub presence: mpsc::Sender<Presenter>,
    /// Who bears which name now.
    pub names: mpsc::Sender<Report>,
    /// Who looked at which sheets lately.
    pub glimpses: Arc<Glimpses>,
    /// Counts.
    pub metrics: Metrics,
}

impl Control {
    /// Does something that may wait, then tells the shard.
    fn apart(
        &self,
        shard: u16,
        act: impl FnOnce(&dyn Store, &Authority) -> Inbound + Send + 'static,
    ) {
        let (store, authority, hub) =
            (self.store.clone(), self.authority.clone(), self.hub.clone());
        self.runtime.spawn_blocking(move || hub.tell(shard, act(&*store, &authority)));
    }

    /// Checks a token; the shard is told [`Inbound::Identified`].
    pub(crate) fn identify(
        &self,
        key: ConnectionKey,
        entrance: Arc<Entrance>,
        host: Option<Box<str>>,
        token: String,
    ) {
        self.apart(key.shard, move |_, authority| {
            let (tenant, now) = (entrance.tenant.as_ref(), clock::now());
            let who = authority.identify(entrance.dialect, tenant, host.as_deref(), &token, now);
            Inbound::Identified(key, who)
        });
    }

    /// Looks an account up again; the shard is told [`Inbound::Reidentified`].
    pub(crate) fn reidentify(&self, key: ConnectionKey, who: Arc<Identity>) {
        self.apart(key.shard, move |_, authority| {
            Inbound::Reidentified(key, authority.reidentify(&who, clock::now()))
        });
    }

    /// The same after a pause, because the store could not say.
    pub(crate) fn reidentify_later(&self, key: ConnectionKey, who: Arc<Identity>) {
        let control = self.clone();
        self.runtime.spawn(async move {
            tokio::time::sleep(ASK_AGAIN).await;
            control.reidentify(key, who);
        });
    }

    /// Looks a tenant up for a tape; the shard is told [`Inbound::TenantOpened`].
    pub(crate) fn open_tenant(&self, tenant: TenantId, shard: u16) {
        self.apart(shard, move |store, _| {
            let mut found = None;
            let looked = store.look(&tenant, &mut |view| {
                found = Some(opened(view, clock::now())?);
                Ok(())
            });
            // A tenant that is not there (church 3.7) is an empty one.
            let opened = looked.map(|_| found.unwrap_or_else(|| nothing(clock::now())));
            Inbound::TenantOpened(tenant, opened)
        });
    }

    /// Answers a question; the shard is told [`Inbound::Looked`].
    pub(crate) fn look(
        &self,
        key: ConnectionKey,
        ticket: Ticket,
        tenant: TenantId,
        question: Look,
    ) {
        self.apart(key.shard, move |store, _| {
            let found = look(store, &tenant, |view| question(view, view.position()));
            Inbound::Looked(key, ticket, found)
        });
    }

    /// Finds out from where rooms can be followed; the shard is told [`Inbound::Followed`].
    pub(crate) fn follow(
        &self,
        key: ConnectionKey,
        ticket: Ticket,
        tenant: TenantId,
        rooms: Vec<Room>,
        after: Option<Position>,
        snapshot: Look,
    ) {
        self.apart(key.shard, move |store, _| {
            let found = look(store, &tenant, |view| begin(view, after, snapshot));
            let (followed, known) = found.unwrap_or_else(|fault| {
                tracing::error!(%tenant, %fault, "rooms could not be followed");
                (Followed::Fault, Offset(0))
            });
            Inbound::Followed { key, ticket, rooms, followed, known }
        });
    }

    /// Reads what left the tape; the shard is told [`Inbound::CaughtUp`].
    pub(crate) fn catch_up(
        &self,
        key: ConnectionKey,
        tenant: TenantId,
        after: Offset,
        rooms: Vec<Room>,
    ) {
        self.apart(key.shard, move |store, _| {
            let mut upto = after;
            let events = look(store, &tenant, |view| {
                let page = view.log(after, limits::CATCH_UP_EVENTS, Some(&rooms))?;
                upto = page.upto;
                Ok(broadcasts(view, page.events))
            });
            Inbound::CaughtUp { key, events, upto }
        });
    }

    /// Reads what a tape missed; the shard is told [`Inbound::Repaired`].
    pub(crate) fn repair(&self, tenant: TenantId, after: Offset, shard: u16) {
        self.apart(shard, move |store, _| {
            let events = look(store, &tenant, |view| {
                let page = view.log(after, limits::TAPE_EVENTS_MAX, None)?;
                Ok(broadcasts(view, page.events))
            });
            Inbound::Repaired(tenant, events.unwrap_or_default())
        });
    }

    /// Looks for the sheets that an account was busy with lately; the shard is told
    /// [`Inbound::Recalled`].
    pub(crate) fn recall(&self, key: ConnectionKey, tenant: TenantId, account: AccountId) {
        let glimpses = self.glimpses.clone();
        self.apart(key.shard, move |store, _| {
            let since = clock::now().plus_ms(-limits::RECALL_MS);
            let found = look(store, &tenant, |view| written(view, &account, since));
            // Whoever is told nothing anew shows what it showed before.
            let mut sheets = found.unwrap_or_default();
            sheets.extend(glimpses.of(&tenant, &account, since));
            latest(&mut sheets);
            let sheets = sheets.into_iter().map(|(_, gathering, date)| (gathering, date));
            Inbound::Recalled(key, sheets.collect())
        });
    }

    /// Somebody is present in a room; `always` as in [`Presenter`].
    pub(crate) fn attend(
        &self,
        tenant: TenantId,
        room: Room,
        key: ConnectionKey,
        member: PresenceMember,
        always: bool,
    ) {
        self.present(Presenter { tenant, room, key, member: Some(member), always });
    }

    /// Somebody is present in a room no longer.
    pub(crate) fn withdraw(&self, tenant: TenantId, room: Room, key: ConnectionKey) {
        self.present(Presenter { tenant, room, key, member: None, always: false });
    }

    fn present(&self, presenter: Presenter) {
        self.report(&self.presence, presenter);
    }

    /// Reports what a connection does with a name.
    pub(crate) fn name(&self, report: Report) {
        self.report(&self.names, report);
    }

    /// Reports without waiting. Only a flood makes a report wait, and then it may be overtaken.
    fn report<T: Send + 'static>(&self, line: &mpsc::Sender<T>, report: T) {
        if let Err(mpsc::error::TrySendError::Full(report)) = line.try_send(report) {
            let line = line.clone();
            self.runtime.spawn(async move { line.send(report).await.is_ok() });
        }
    }

    /// Passes a message on to everybody it is for, on every shard; one client's messages in their
    /// order. Only a flood makes one wait, and then it may be overtaken.
    pub(crate) fn relay(
        &self,
        tenant: TenantId,
        dialect: Dialect,
        from: Option<ConnectionKey>,
        relay: Arc<Relay>,
    ) {
        for shard in (0u16..).take(self.hub.len()) {
            let (tenant, relay) = (tenant.clone(), relay.clone());
            let inbound = Inbound::Relay { tenant, dialect, from, relay };
            if let Some(inbound) = self.hub.try_tell(shard, inbound) {
                let hub = self.hub.clone();
                self.runtime.spawn(async move { hub.tell_soon(shard, inbound).await });
            }
        }
    }

    /// Believes a client without a token; the shard is told [`Inbound::Identified`].
    pub(crate) fn believe(&self, key: ConnectionKey, claim: Believed) {
        self.apart(key.shard, move |_, authority| {
            Inbound::Identified(key, authority.believe(&claim, clock::now()))
        });
    }
}

/// One consistent look at a tenant that must be there.
///
/// # Errors
/// The store broke, or there is no such tenant.
pub fn look<T>(
    store: &dyn Store,
    tenant: &TenantId,
    question: impl FnOnce(&dyn View) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let (mut question, mut answer) = (Some(question), None);
    store.look(tenant, &mut |view| {
        if let Some(question) = question.take() {
            answer = Some(question(view)?);
        }
        Ok(())
    })?;
    answer.ok_or_else(|| Fault(format!("there is no tenant {tenant}")))
}

/// The sheets that an account wrote on, the latest first, as far back as is worth reading.
fn written(view: &dyn View, account: &AccountId, since: Timestamp) -> Result<Vec<Glimpse>, Fault> {
    let newest = limits::RECALL_EVENTS_MAX;
    let after = Offset(view.position().offset.0.saturating_sub(newest as u64));
    let page = view.log(after, newest, Some(&[Room::Sheets]))?;
    let mut sheets: Vec<Glimpse> = Vec::new();
    for event in page.events.iter().rev().take_while(|event| event.at >= since) {
        let Room::Sheet(gathering, date) = event.event.room() else { continue };
        let known = |(_, g, d): &Glimpse| *g == gathering && *d == date;
        if event.by.as_ref() == Some(account) && !sheets.iter().any(known) {
            sheets.push((event.at, gathering, date));
        }
        if sheets.len() == limits::RECALL_SHEETS_MAX {
            break;
        }
    }
    Ok(sheets)
}

fn broadcasts(
    view: &dyn View,
    events: Vec<Arc<rollcall_core::event::Committed>>,
) -> Vec<Arc<Broadcast>> {
    let epoch = view.position().epoch;
    events.into_iter().map(|event| Arc::new(Broadcast::new(epoch, event))).collect()
}

fn begin(
    view: &dyn View,
    after: Option<Position>,
    snapshot: Look,
) -> Result<(Followed, Offset), Fault> {
    let position = view.position();
    let reset = match after.map(|known| (known, recover(known, position))) {
        Some((known, Recovery::Events)) => {
            return Ok((Followed::Recovering(position), known.offset));
        }
        Some((_, Recovery::Snapshot(reset))) => Some(reset),
        None => None,
    };
    let snapshot = snapshot(view, position)?;
    Ok((Followed::Snapshot { position, snapshot, reset }, position.offset))
}

fn nothing(now: Timestamp) -> Opened {
    let position = Position { epoch: Epoch(0), offset: Offset(0) };
    Opened { position, tally: Tally::new(Zone::utc(), now) }
}

fn opened(view: &dyn View, now: Timestamp) -> Result<Opened, Fault> {
    let facts: &dyn Facts = view;
    let tally = tally(facts, facts.zone()?, now)?;
    Ok(Opened { position: view.position(), tally })
}

/// The desk's sums, counted afresh (gym G7.15): the one computation behind every screen.
///
/// # Errors
/// The store broke.
pub fn tally(facts: &dyn Facts, zone: Zone, now: Timestamp) -> Result<Tally, Fault> {
    let midnight = zone.start_of(zone.date_of(now));
    let mut visits = facts.open_visits()?;
    visits.extend(facts.visits_since(midnight, usize::MAX)?);
    // Open visits of today stand in both answers.
    let mut seen = std::collections::HashSet::new();
    let counted = visits.iter().map(|visit| &**visit).filter(|visit| seen.insert(&visit.id));
    Ok(Tally::recount(zone, now, counted))
}
