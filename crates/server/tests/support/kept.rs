//! What is kept, read past the program: the truth that tests compare with.

use std::{collections::BTreeMap, sync::Arc};

use rollcall::{clock, control};
use rollcall_core::{
    desk::{Stats, Visit},
    event::{Committed, Event},
    facts::Facts,
    position::{Offset, Position},
    room::Room,
};
use rollcall_store::Store;

use super::tenant;

/// Every event of some rooms (or of all), with its position as clients see it.
pub fn log(store: &dyn Store, rooms: Option<&[Room]>) -> Vec<(Position, Arc<Committed>)> {
    control::look(store, &tenant(), |view| {
        let epoch = view.position().epoch;
        let page = view.log(Offset(0), usize::MAX >> 1, rooms)?;
        let at = |event: Arc<Committed>| (Position { epoch, offset: event.offset }, event);
        Ok(page.events.into_iter().map(at).collect())
    })
    .unwrap()
}

/// The desk's statistics, counted afresh.
pub fn tally(store: &dyn Store) -> Stats {
    control::look(store, &tenant(), |view| {
        let facts: &dyn Facts = view;
        control::tally(facts, facts.zone()?, clock::now())
    })
    .unwrap()
    .stats()
}

/// The desk as its log tells it.
#[derive(Default)]
pub struct Desk {
    /// Visits by id, as they stand.
    pub visits: BTreeMap<String, Visit>,
    /// The clients' ids of requests that came to an event at the desk, in order.
    pub commands: Vec<String>,
}

/// Reads the desk from the log.
pub fn desk(store: &dyn Store) -> Desk {
    let mut desk = Desk::default();
    for (_, committed) in log(store, Some(&[Room::Desk])) {
        let (Event::CheckedIn { visit, .. } | Event::CheckedOut { visit, .. }) = &committed.event
        else {
            continue;
        };
        let before = desk.visits.insert(visit.id.to_string(), visit.clone());
        let opens = matches!(committed.event, Event::CheckedIn { .. });
        assert_eq!(before.is_none(), opens, "a visit begins once and ends after it began");
        let id = committed.command.as_ref().map(|id| id.as_str());
        // The gym's are kept with what they ask for.
        desk.commands.extend(id.map(|id| id.split_once(':').map_or(id, |(_, own)| own).to_owned()));
    }
    desk
}
