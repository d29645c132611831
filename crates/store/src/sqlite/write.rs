//! Rows into SQLite: what an event changes, with the columns they are looked up by.

use rollcall_core::{
    event::Change,
    facts::{Key, Row},
    id::GatheringId,
    time::Date,
};
use rusqlite::{
    Connection, Params, ToSql, params,
    types::{ToSqlOutput, ValueRef},
};
use serde::Serialize;

use super::{
    broken::{Broken, signed},
    read::series_name,
};
use crate::names;

/// JSON bytes bound as text without another copy or check: `serde_json` writes UTF-8 only.
pub(super) struct Json<'b>(pub(super) &'b [u8]);

impl ToSql for Json<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(self.0)))
    }
}

/// Writes `value` into the reused buffer.
pub(super) fn json<'b>(
    buffer: &'b mut Vec<u8>,
    value: &impl Serialize,
) -> Result<Json<'b>, Broken> {
    buffer.clear();
    serde_json::to_writer(&mut *buffer, value)?;
    Ok(Json(buffer))
}

/// Writes rows of one tenant.
pub(super) struct Writing<'c> {
    pub(super) conn: &'c Connection,
    pub(super) tenant: i64,
    pub(super) buffer: &'c mut Vec<u8>,
}

impl Writing<'_> {
    pub(super) fn apply(&mut self, change: &Change) -> Result<(), Broken> {
        match change {
            Change::Put(row) => self.put(row),
            Change::Remove(key) => self.remove(key),
        }
    }

    fn put(&mut self, row: &Row) -> Result<(), Broken> {
        self.take_number(row)?;
        let (conn, t) = (self.conn, self.tenant);
        match row {
            Row::Tenant(tenant) => {
                let data = json(self.buffer, tenant)?;
                run(conn, "UPDATE tenants SET data = ?2 WHERE id = ?1", params![t, data])
            }
            Row::Account(account) => {
                self.entry(
                    "INSERT OR REPLACE INTO accounts VALUES (?1, ?2, ?3)",
                    account.id.as_str(),
                    account,
                )?;
                self.forget_logins(account.id.as_str())?;
                for login in names::logins(account) {
                    run(
                        conn,
                        "INSERT INTO logins VALUES (?1, ?2, ?3)",
                        params![t, login, account.id.as_str()],
                    )?;
                }
                Ok(())
            }
            Row::Password(account, hash) => run(
                conn,
                "INSERT OR REPLACE INTO passwords VALUES (?1, ?2, ?3)",
                params![t, account.as_str(), hash],
            ),
            Row::Family(family) => self.entry(
                "INSERT OR REPLACE INTO families VALUES (?1, ?2, ?3)",
                family.id.as_str(),
                family,
            ),
            Row::Group(group) => self.entry(
                "INSERT OR REPLACE INTO \"groups\" VALUES (?1, ?2, ?3)",
                group.id.as_str(),
                group,
            ),
            Row::Gathering(gathering) => self.entry(
                "INSERT OR REPLACE INTO gatherings VALUES (?1, ?2, ?3)",
                gathering.id.as_str(),
                gathering,
            ),
            Row::Mark(gathering, date, mark) => self.on_sheet(
                "INSERT OR REPLACE INTO marks VALUES (?1, ?2, ?3, ?4, ?5)",
                (gathering, *date, mark.person.as_str()),
                mark,
            ),
            Row::Headcount(gathering, date, headcount) => self.on_sheet(
                "INSERT OR REPLACE INTO headcounts VALUES (?1, ?2, ?3, ?4, ?5)",
                (gathering, *date, headcount.by.as_str()),
                headcount,
            ),
            Row::Session(_) | Row::Person(_) | Row::Sheet(_) | Row::Visit(_) | Row::Document(_) => {
                self.put_found(row)
            }
        }
    }

    /// Rows that are looked up by more than their key.
    fn put_found(&mut self, row: &Row) -> Result<(), Broken> {
        let (conn, t, buffer) = (self.conn, self.tenant, &mut *self.buffer);
        match row {
            Row::Session(s) => run(
                conn,
                "INSERT OR REPLACE INTO sessions VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    t,
                    s.id.as_str(),
                    s.account.as_str(),
                    s.started_at.millis(),
                    s.revoked_at.map(|at| at.millis()),
                    json(buffer, s)?
                ],
            ),
            Row::Person(p) => run(
                conn,
                "INSERT OR REPLACE INTO people VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    t,
                    p.id.as_str(),
                    p.number,
                    p.family.as_ref().map(|id| id.as_str()),
                    p.group.as_ref().map(|id| id.as_str()),
                    json(buffer, p)?
                ],
            ),
            Row::Sheet(s) => run(
                conn,
                "INSERT OR REPLACE INTO sheets VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    t,
                    s.gathering.as_str(),
                    s.date.to_string(),
                    signed(s.number),
                    json(buffer, s)?
                ],
            ),
            // Not OR REPLACE: that would quietly drop another open visit of the person.
            Row::Visit(v) => run(
                conn,
                "INSERT INTO visits VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (tenant, id) DO UPDATE SET \
                 person = excluded.person, check_in = excluded.check_in, check_out = excluded.check_out, data = excluded.data",
                params![
                    t,
                    v.id.as_str(),
                    v.person.as_str(),
                    v.check_in.millis(),
                    v.check_out.map(|at| at.millis()),
                    json(buffer, v)?
                ],
            ),
            Row::Document(d) => run(
                conn,
                "INSERT INTO documents VALUES (?1, ?2, ?3, ?4) ON CONFLICT (tenant, kind, id) DO UPDATE SET data = excluded.data",
                params![t, d.kind.as_str(), d.id.as_str(), json(buffer, d)?],
            ),
            _ => Ok(()),
        }
    }

    fn entry(&mut self, sql: &str, id: &str, row: &impl Serialize) -> Result<(), Broken> {
        run(self.conn, sql, params![self.tenant, id, json(self.buffer, row)?])
    }

    fn on_sheet(
        &mut self,
        sql: &str,
        (gathering, date, whose): (&GatheringId, Date, &str),
        row: &impl Serialize,
    ) -> Result<(), Broken> {
        let data = json(self.buffer, row)?;
        let date = date.to_string();
        run(self.conn, sql, params![self.tenant, gathering.as_str(), date, whose, data])
    }

    fn take_number(&self, row: &Row) -> Result<(), Broken> {
        let Some((series, number)) = names::number_taken(row) else {
            return Ok(());
        };
        run(
            self.conn,
            "INSERT INTO series VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET highest = excluded.highest \
             WHERE excluded.highest > highest",
            params![self.tenant, series_name(series), signed(number)],
        )
    }

    fn forget_logins(&self, account: &str) -> Result<(), Broken> {
        let sql = "DELETE FROM logins WHERE tenant = ?1 AND account = ?2";
        run(self.conn, sql, params![self.tenant, account])
    }

    fn remove(&self, key: &Key) -> Result<(), Broken> {
        let (conn, t) = (self.conn, self.tenant);
        let by_id = |sql, id: &str| run(conn, sql, params![t, id]);
        match key {
            Key::Tenant => run(conn, "UPDATE tenants SET data = NULL WHERE id = ?1", [t]),
            Key::Account(id) => {
                self.forget_logins(id.as_str())?;
                by_id("DELETE FROM accounts WHERE tenant = ?1 AND id = ?2", id.as_str())
            }
            Key::Password(id) => {
                by_id("DELETE FROM passwords WHERE tenant = ?1 AND account = ?2", id.as_str())
            }
            Key::Session(id) => {
                by_id("DELETE FROM sessions WHERE tenant = ?1 AND id = ?2", id.as_str())
            }
            Key::Person(id) => {
                by_id("DELETE FROM people WHERE tenant = ?1 AND id = ?2", id.as_str())
            }
            Key::Family(id) => {
                by_id("DELETE FROM families WHERE tenant = ?1 AND id = ?2", id.as_str())
            }
            Key::Group(id) => {
                by_id("DELETE FROM \"groups\" WHERE tenant = ?1 AND id = ?2", id.as_str())
            }
            Key::Gathering(id) => {
                by_id("DELETE FROM gatherings WHERE tenant = ?1 AND id = ?2", id.as_str())
            }
            Key::Visit(id) => {
                by_id("DELETE FROM visits WHERE tenant = ?1 AND id = ?2", id.as_str())
            }
            Key::Sheet(gathering, date) => run(
                conn,
                "DELETE FROM sheets WHERE tenant = ?1 AND gathering = ?2 AND date = ?3",
                params![t, gathering.as_str(), date.to_string()],
            ),
            Key::Mark(gathering, date, person) => run(
                conn,
                "DELETE FROM marks WHERE tenant = ?1 AND gathering = ?2 AND date = ?3 AND person = ?4",
                params![t, gathering.as_str(), date.to_string(), person.as_str()],
            ),
            Key::Headcount(gathering, date, account) => run(
                conn,
                "DELETE FROM headcounts WHERE tenant = ?1 AND gathering = ?2 AND date = ?3 AND account = ?4",
                params![t, gathering.as_str(), date.to_string(), account.as_str()],
            ),
            Key::Document(kind, id) => run(
                conn,
                "DELETE FROM documents WHERE tenant = ?1 AND kind = ?2 AND id = ?3",
                params![t, kind.as_str(), id.as_str()],
            ),
        }
    }

    /// Drops every row, event and answer of the tenant, but not its place among the tenants.
    pub(super) fn clear(&self) -> Result<(), Broken> {
        for table in [
            "log",
            "answers",
            "series",
            "accounts",
            "logins",
            "passwords",
            "sessions",
            "people",
            "families",
            "\"groups\"",
            "gatherings",
            "sheets",
            "marks",
            "headcounts",
            "visits",
            "documents",
        ] {
            let sql = format!("DELETE FROM {table} WHERE tenant = ?1");
            self.conn.execute(&sql, [self.tenant])?;
        }
        self.remove(&Key::Tenant)
    }
}

/// One prepared statement, run once.
pub(super) fn run(conn: &Connection, sql: &str, params: impl Params) -> Result<(), Broken> {
    conn.prepare_cached(sql)?.execute(params)?;
    Ok(())
}
