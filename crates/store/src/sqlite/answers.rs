//! First answers, kept for some hours so that every command can be sent again.

use rollcall_core::{
    command::Ask,
    decide::Answer,
    id::CommandId,
    limits::ANSWER_HOURS,
    position::{Epoch, Offset, Position},
    rejection::Rejection,
    time::Timestamp,
};
use rusqlite::{Connection, params};
use serde::de::DeserializeOwned;

use super::{
    broken::{Broken, signed, unsigned},
    log, read,
    write::{json, run},
};

/// An answer as it was first given.
pub(super) type Given = Result<Answer, Rejection>;

/// What makes a command the same command.
pub(super) struct Asked<'a> {
    tenant: i64,
    account: &'a str,
    command: &'a str,
}

impl<'a> Asked<'a> {
    pub(super) fn new(tenant: i64, ask: &'a Ask) -> Option<Self> {
        Some(Self {
            tenant,
            account: ask.by.account().map_or("", |account| account.as_str()),
            command: ask.id.as_ref().map(CommandId::as_str)?,
        })
    }

    /// The first answer, with its events read back from the log.
    pub(super) fn first_answer(
        &self,
        conn: &Connection,
        epoch: Epoch,
        now: Timestamp,
    ) -> Result<Option<Given>, Broken> {
        let mut statement = conn.prepare_cached(
            "SELECT first, last, marks, rejection FROM answers \
             WHERE tenant = ?1 AND account = ?2 AND command = ?3 AND at > ?4",
        )?;
        let mut rows =
            statement.query(params![self.tenant, self.account, self.command, oldest(now)])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        if let Some(rejection) = maybe(row, 3)? {
            return Ok(Some(Err(rejection)));
        }
        let (first, last) = (unsigned(row.get(0)?)?, unsigned(row.get(1)?)?);
        Ok(Some(Ok(Answer {
            position: Position { epoch, offset: Offset(last) },
            events: log::span(conn, self.tenant, first..=last)?,
            marks: maybe(row, 2)?.unwrap_or_default(),
            repeated: true,
        })))
    }

    /// Remembers a first answer; `before` is the log's head before the command.
    pub(super) fn remember(
        &self,
        conn: &Connection,
        (before, after): (Offset, Offset),
        given: Result<&Answer, &Rejection>,
        now: Timestamp,
        buffer: &mut Vec<u8>,
    ) -> Result<(), Broken> {
        buffer.clear();
        let (marks, rejection) = match given {
            Ok(answer) if answer.marks.is_empty() => (None, None),
            Ok(answer) => (Some(json(buffer, &answer.marks)?), None),
            Err(rejection) => (None, Some(json(buffer, rejection)?)),
        };
        run(
            conn,
            "INSERT OR REPLACE INTO answers (tenant, account, command, at, first, last, marks, rejection) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                self.tenant,
                self.account,
                self.command,
                now.millis(),
                signed(before.next().0),
                signed(after.0),
                marks,
                rejection,
            ],
        )
    }
}

/// Drops at most `max` of the oldest answers, as far as their time is over. Called with every
/// batch for twice its size, so that the table shrinks as fast as it grew and nobody waits.
pub(super) fn forget(conn: &Connection, now: Timestamp, max: usize) -> Result<(), Broken> {
    run(
        conn,
        "DELETE FROM answers WHERE id < (SELECT min(id) FROM answers) + ?1 AND at <= ?2",
        params![super::broken::limit(max), oldest(now)],
    )
}

fn oldest(now: Timestamp) -> i64 {
    now.plus_ms(-ANSWER_HOURS * 3_600_000).millis()
}

fn maybe<T: DeserializeOwned>(row: &rusqlite::Row<'_>, column: usize) -> Result<Option<T>, Broken> {
    if row.get_ref(column)? == rusqlite::types::ValueRef::Null {
        return Ok(None);
    }
    Ok(Some(serde_json::from_str(read::text(row, column)?)?))
}
