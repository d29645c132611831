//! The log in SQLite: appending, and reading it by offset and by room.

use std::{ops::RangeInclusive, sync::Arc};

use rollcall_core::{
    event::Committed,
    id::{AccountId, CommandId},
    position::Offset,
    room::Room,
    time::Timestamp,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    broken::{Broken, limit, signed, unsigned},
    read::text,
    write::{json, run},
};
use crate::LogPage;

/// The last offset in a tenant's log; 0 if it has none.
pub(super) fn head(conn: &Connection, tenant: i64) -> Result<Offset, Broken> {
    let mut statement = conn.prepare_cached(
        "SELECT \"offset\" FROM log INDEXED BY log_by_offset \
         WHERE tenant = ?1 ORDER BY \"offset\" DESC LIMIT 1",
    )?;
    let last = statement.query_row([tenant], |row| row.get(0)).optional()?;
    Ok(Offset(last.map_or(Ok(0), unsigned)?))
}

/// Adds one event at the end.
pub(super) fn append(
    conn: &Connection,
    tenant: i64,
    event: &Committed,
    buffer: &mut Vec<u8>,
) -> Result<(), Broken> {
    let room = event.event.room().to_string();
    run(
        conn,
        "INSERT INTO log (tenant, \"offset\", at, \"by\", command, room, event) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            tenant,
            signed(event.offset.0),
            event.at.millis(),
            event.by.as_ref().map(AccountId::as_str),
            event.command.as_ref().map(CommandId::as_str),
            room,
            json(buffer, &event.event)?,
        ],
    )
}

/// The events of a span of offsets.
pub(super) fn span(
    conn: &Connection,
    tenant: i64,
    offsets: RangeInclusive<u64>,
) -> Result<Vec<Arc<Committed>>, Broken> {
    let mut statement = conn.prepare_cached(
        "SELECT \"offset\", at, \"by\", command, event FROM log \
         WHERE tenant = ?1 AND \"offset\" BETWEEN ?2 AND ?3 ORDER BY \"offset\"",
    )?;
    let bounds = params![tenant, signed(*offsets.start()), signed(*offsets.end())];
    let mut rows = statement.query(bounds)?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(committed(row)?);
    }
    Ok(events)
}

fn committed(row: &rusqlite::Row<'_>) -> Result<Arc<Committed>, Broken> {
    Ok(Arc::new(Committed {
        offset: Offset(unsigned(row.get(0)?)?),
        at: Timestamp::from_millis(row.get(1)?),
        by: row.get::<_, Option<String>>(2)?.map(AccountId::new),
        command: row.get::<_, Option<String>>(3)?.map(CommandId::new),
        event: serde_json::from_str(text(row, 4)?)?,
    }))
}

/// A page of the log up to `head`.
pub(super) fn page(
    conn: &Connection,
    tenant: i64,
    head: Offset,
    (after, max): (Offset, usize),
    rooms: Option<&[Room]>,
) -> Result<LogPage, Broken> {
    let events = match rooms {
        Some(rooms) if !rooms.contains(&Room::Everything) => {
            let mut events = Vec::new();
            for offset in offsets_in(conn, tenant, (after, max), rooms)? {
                events.append(&mut span(conn, tenant, offset..=offset)?);
            }
            events
        }
        _ => {
            let last = after.0.saturating_add(max as u64).min(head.0);
            span(conn, tenant, after.0.saturating_add(1)..=last)?
        }
    };
    Ok(LogPage::of(events, max, after, head))
}

/// The first offsets after `after` whose events one of the rooms holds, in order, each once.
fn offsets_in(
    conn: &Connection,
    tenant: i64,
    (after, max): (Offset, usize),
    rooms: &[Room],
) -> Result<Vec<u64>, Broken> {
    let mut offsets = Vec::new();
    for room in rooms {
        let sql = match room {
            // An index range per room: the room's name is the whole condition.
            Room::Sheet(..)
            | Room::Documents(_)
            | Room::Named(_)
            | Room::Desk
            | Room::People
            | Room::Gatherings
            | Room::Accounts => {
                "SELECT \"offset\" FROM log INDEXED BY log_by_room \
                 WHERE tenant = ?1 AND \"offset\" > ?2 AND room = ?3 ORDER BY \"offset\" LIMIT ?4"
            }
            // A wide room's name begins the names of those inside it. Their events are many, so
            // the log is walked in order until there are enough.
            Room::Everything | Room::Sheets | Room::AllDocuments => {
                "SELECT \"offset\" FROM log INDEXED BY log_by_offset \
                 WHERE tenant = ?1 AND \"offset\" > ?2 AND substr(room, 1, length(?3) + 1) = ?3 || '/' \
                 ORDER BY \"offset\" LIMIT ?4"
            }
        };
        let mut statement = conn.prepare_cached(sql)?;
        let found = params![tenant, signed(after.0), room.to_string(), limit(max)];
        let mut rows = statement.query(found)?;
        while let Some(row) = rows.next()? {
            offsets.push(unsigned(row.get(0)?)?);
        }
    }
    offsets.sort_unstable();
    offsets.dedup();
    offsets.truncate(max);
    Ok(offsets)
}
