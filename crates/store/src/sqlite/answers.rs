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
        for day in (day(oldest(now))..=day(now)).rev() {
            let given = self.given_on(conn, epoch, day, now)?;
            if given.is_some() {
                return Ok(given);
            }
        }
        Ok(None)
    }

    fn given_on(
        &self,
        conn: &Connection,
        epoch: Epoch,
        day: i64,
        now: Timestamp,
    ) -> Result<Option<Given>, Broken> {
        let mut statement = conn.prepare_cached(
            "SELECT first, last, marks, rejection FROM answers \
             WHERE day = ?1 AND tenant = ?2 AND account = ?3 AND command = ?4 AND at > ?5",
        )?;
        let oldest = oldest(now).millis();
        let asked = params![day, self.tenant, self.account, self.command, oldest];
        let mut rows = statement.query(asked)?;
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
            "INSERT OR REPLACE INTO answers \
             (day, tenant, account, command, at, first, last, marks, rejection) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                day(now),
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

/// Day, tenant, account and command of an answer.
type OldAnswer = (i64, i64, String, String);

/// Drops old answers a few at a time, so that nobody waits for it.
#[derive(Default)]
pub(super) struct Forgetting {
    /// No answer is left of days before this one.
    done: i64,
}

impl Forgetting {
    /// Drops at most `max` answers of days whose time is over. Called with every batch for twice
    /// its size, so that the table shrinks faster than it grows.
    pub(super) fn forget(
        &mut self,
        conn: &Connection,
        now: Timestamp,
        max: usize,
    ) -> Result<(), Broken> {
        let first = day(oldest(now));
        if self.done >= first {
            return Ok(());
        }
        let old: Vec<OldAnswer> = conn
            .prepare_cached(
                "SELECT day, tenant, account, command FROM answers WHERE day < ?1 LIMIT ?2",
            )?
            .query_map(params![first, super::broken::limit(max)], |row| row.try_into())?
            .collect::<Result<_, _>>()?;
        // One by one: SQLite would find a set of them by their tenants alone.
        let dropped = old.len();
        for key in old {
            run(
                conn,
                "DELETE FROM answers WHERE day = ?1 AND tenant = ?2 AND account = ?3 AND command = ?4",
                key,
            )?;
        }
        if dropped < max {
            self.done = first;
        }
        Ok(())
    }
}

/// Drops all answers that a tenant was given.
pub(super) fn clear(conn: &Connection, tenant: i64) -> Result<(), Broken> {
    run(
        conn,
        "WITH RECURSIVE days (day) AS (SELECT min(day) FROM answers UNION ALL \
           SELECT (SELECT min(a.day) FROM answers a WHERE a.day > days.day) FROM days WHERE day NOT NULL) \
         DELETE FROM answers WHERE tenant = ?1 AND day IN (SELECT day FROM days)",
        [tenant],
    )
}

/// Answers from before this are not given again.
fn oldest(now: Timestamp) -> Timestamp {
    now.plus_ms(-ANSWER_HOURS * 3_600_000)
}

/// The day of an answer as the table counts days: since 1970, in UTC.
fn day(at: Timestamp) -> i64 {
    at.millis().div_euclid(86_400_000)
}

fn maybe<T: DeserializeOwned>(row: &rusqlite::Row<'_>, column: usize) -> Result<Option<T>, Broken> {
    if row.get_ref(column)? == rusqlite::types::ValueRef::Null {
        return Ok(None);
    }
    Ok(Some(serde_json::from_str(read::text(row, column)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::migrate::migrate;

    #[test]
    fn old_answers_go_a_few_at_a_time_and_others_stay() {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn).unwrap();
        let now = Timestamp::from_millis(1_790_000_000_000);
        let give = |days: i64, command: usize| {
            let (tenant, account, command) = (1, "ann", &*command.to_string());
            let asked = Asked { tenant, account, command };
            let (at, offset) = (now.plus_ms(-days * 86_400_000), Offset(1));
            let position = Position { epoch: Epoch(1), offset };
            let (events, marks) = (Vec::new(), Vec::new());
            let answer = Answer { position, events, marks, repeated: false };
            asked.remember(&conn, (offset, offset), Ok(&answer), at, &mut Vec::new()).unwrap();
        };
        (0..10).for_each(|command| give(2 + command as i64 % 2, command));
        give(0, 10);
        give(1, 11);
        let mut forgetting = Forgetting::default();
        let left = [4, 4, 4, 4].map(|max| {
            forgetting.forget(&conn, now, max).unwrap();
            conn.query_row("SELECT count(*) FROM answers", [], |row| row.get::<_, i64>(0)).unwrap()
        });
        assert_eq!(left, [8, 4, 2, 2]);
        clear(&conn, 2).unwrap();
        clear(&conn, 1).unwrap();
        let none = conn.query_row("SELECT count(*) FROM answers", [], |row| row.get::<_, i64>(0));
        assert_eq!(none.unwrap(), 0);
    }
}
