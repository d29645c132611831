//! Rows out of SQLite: by key, by alias, by question.

use std::{ops::Range, sync::Arc};

use rollcall_core::{
    facts::{Alias, Key, Query, Row, Series},
    id::{AccountId, GatheringId},
    time::{Date, Timestamp},
};
use rusqlite::{Connection, OptionalExtension, Params, params};
use serde::de::DeserializeOwned;

use super::broken::{Broken, limit, unsigned};
use crate::names;

/// Which kind of row a statement's columns make: the JSON first, then what is not inside it.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Tenant,
    Account,
    Password,
    Session,
    Person,
    Family,
    Group,
    Gathering,
    Sheet,
    Mark,
    Headcount,
    Visit,
    Document,
}

/// The rows of one tenant, as a connection's transaction sees them.
#[derive(Clone, Copy)]
pub(super) struct Rows<'c> {
    pub(super) conn: &'c Connection,
    pub(super) tenant: i64,
}

impl Rows<'_> {
    pub(super) fn row(&self, key: &Key) -> Result<Option<Row>, Broken> {
        let t = self.tenant;
        let by_id = |kind, sql, id: &str| self.one(kind, sql, params![t, id]);
        match key {
            Key::Tenant => self.one(Kind::Tenant, "SELECT data FROM tenants WHERE id = ?1 AND data IS NOT NULL", [t]),
            Key::Account(id) => by_id(Kind::Account, "SELECT data FROM accounts WHERE tenant = ?1 AND id = ?2", id.as_str()),
            Key::Password(id) => by_id(Kind::Password, "SELECT data, account FROM passwords WHERE tenant = ?1 AND account = ?2", id.as_str()),
            Key::Session(id) => by_id(Kind::Session, "SELECT data FROM sessions WHERE tenant = ?1 AND id = ?2", id.as_str()),
            Key::Person(id) => by_id(Kind::Person, "SELECT data FROM people WHERE tenant = ?1 AND id = ?2", id.as_str()),
            Key::Family(id) => by_id(Kind::Family, "SELECT data FROM families WHERE tenant = ?1 AND id = ?2", id.as_str()),
            Key::Group(id) => by_id(Kind::Group, "SELECT data FROM \"groups\" WHERE tenant = ?1 AND id = ?2", id.as_str()),
            Key::Gathering(id) => by_id(Kind::Gathering, "SELECT data FROM gatherings WHERE tenant = ?1 AND id = ?2", id.as_str()),
            Key::Visit(id) => by_id(Kind::Visit, "SELECT data FROM visits WHERE tenant = ?1 AND id = ?2", id.as_str()),
            Key::Sheet(gathering, date) => self.one(
                Kind::Sheet,
                "SELECT data FROM sheets WHERE tenant = ?1 AND gathering = ?2 AND date = ?3",
                params![t, gathering.as_str(), date.to_string()],
            ),
            Key::Mark(gathering, date, person) => self.one(
                Kind::Mark,
                "SELECT data, gathering, date FROM marks WHERE tenant = ?1 AND gathering = ?2 AND date = ?3 AND person = ?4",
                params![t, gathering.as_str(), date.to_string(), person.as_str()],
            ),
            Key::Headcount(gathering, date, account) => self.one(
                Kind::Headcount,
                "SELECT data, gathering, date FROM headcounts WHERE tenant = ?1 AND gathering = ?2 AND date = ?3 AND account = ?4",
                params![t, gathering.as_str(), date.to_string(), account.as_str()],
            ),
            Key::Document(kind, id) => self.one(
                Kind::Document,
                "SELECT data FROM documents WHERE tenant = ?1 AND kind = ?2 AND id = ?3",
                params![t, kind.as_str(), id.as_str()],
            ),
        }
    }

    // Each index is named here and below: SQLite, which knows nothing of how many rows there are,
    // would rather walk through the whole tenant in the order that is asked for.
    pub(super) fn find(&self, alias: &Alias) -> Result<Option<Row>, Broken> {
        let t = self.tenant;
        match alias {
            Alias::Login(login) => self.one(
                Kind::Account,
                "SELECT data FROM accounts WHERE tenant = ?1 AND id = \
                 (SELECT min(account) FROM logins WHERE tenant = ?1 AND login = ?2)",
                params![t, names::login_form(login)],
            ),
            Alias::Number(number) => self.one(
                Kind::Person,
                "SELECT data FROM people INDEXED BY people_by_number \
                 WHERE tenant = ?1 AND number = ?2 ORDER BY id LIMIT 1",
                params![t, number],
            ),
            Alias::OpenVisit(person) => self.one(
                Kind::Visit,
                "SELECT data FROM visits INDEXED BY visits_open \
                 WHERE tenant = ?1 AND person = ?2 AND check_out IS NULL",
                params![t, person.as_str()],
            ),
            Alias::SheetNumber(number) => self.one(
                Kind::Sheet,
                "SELECT data FROM sheets INDEXED BY sheets_by_number \
                 WHERE tenant = ?1 AND number = ?2 ORDER BY gathering, date LIMIT 1",
                params![t, super::broken::signed(*number)],
            ),
        }
    }

    pub(super) fn rows(&self, query: &Query) -> Result<Vec<Row>, Broken> {
        let t = self.tenant;
        match query {
            Query::Accounts => self.all(Kind::Account, "SELECT data FROM accounts WHERE tenant = ?1 ORDER BY id", [t]),
            Query::Sessions(account) => self.all(
                Kind::Session,
                "SELECT data FROM sessions WHERE tenant = ?1 AND account = ?2 AND revoked_at IS NULL \
                 ORDER BY started_at DESC, id DESC",
                params![t, account.as_str()],
            ),
            Query::People => self.all(Kind::Person, "SELECT data FROM people WHERE tenant = ?1 ORDER BY id", [t]),
            Query::PeopleOfFamily(family) => self.all(
                Kind::Person,
                "SELECT data FROM people INDEXED BY people_by_family WHERE tenant = ?1 AND family = ?2 ORDER BY id",
                params![t, family.as_str()],
            ),
            Query::PeopleOfGroup(group) => self.all(
                Kind::Person,
                "SELECT data FROM people INDEXED BY people_by_group WHERE tenant = ?1 AND \"group\" = ?2 ORDER BY id",
                params![t, group.as_str()],
            ),
            Query::Families => self.all(Kind::Family, "SELECT data FROM families WHERE tenant = ?1 ORDER BY id", [t]),
            Query::Groups => self.all(Kind::Group, "SELECT data FROM \"groups\" WHERE tenant = ?1 ORDER BY id", [t]),
            Query::Gatherings => self.all(Kind::Gathering, "SELECT data FROM gatherings WHERE tenant = ?1 ORDER BY id", [t]),
            Query::Sheets(gathering) => self.all(
                Kind::Sheet,
                "SELECT data FROM sheets WHERE tenant = ?1 AND gathering = ?2 ORDER BY date DESC",
                params![t, gathering.as_str()],
            ),
            Query::AllSheets => self.all(Kind::Sheet, "SELECT data FROM sheets WHERE tenant = ?1 ORDER BY gathering, date", [t]),
            Query::Marks(gathering, date) => self.all(
                Kind::Mark,
                "SELECT data, gathering, date FROM marks WHERE tenant = ?1 AND gathering = ?2 AND date = ?3 ORDER BY person",
                params![t, gathering.as_str(), date.to_string()],
            ),
            Query::Headcounts(gathering, date) => self.all(
                Kind::Headcount,
                "SELECT data, gathering, date FROM headcounts WHERE tenant = ?1 AND gathering = ?2 AND date = ?3 ORDER BY account",
                params![t, gathering.as_str(), date.to_string()],
            ),
            Query::Documents(kind) => self.all(
                Kind::Document,
                "SELECT data FROM documents WHERE tenant = ?1 AND kind = ?2 ORDER BY id",
                params![t, kind.as_str()],
            ),
            Query::AllDocuments => self.all(Kind::Document, "SELECT data FROM documents WHERE tenant = ?1 ORDER BY kind, id", [t]),
            Query::OpenVisits => self.all(
                Kind::Visit,
                "SELECT data FROM visits INDEXED BY visits_open \
                 WHERE tenant = ?1 AND check_out IS NULL ORDER BY check_in DESC, id DESC",
                [t],
            ),
            Query::VisitsIn(span, max) => self.all(
                Kind::Visit,
                "SELECT data FROM visits WHERE tenant = ?1 AND check_in >= ?2 AND check_in < ?3 \
                 ORDER BY check_in DESC, id DESC LIMIT ?4",
                params![t, span.start.millis(), span.end.millis(), limit(*max)],
            ),
            Query::VisitsOf(person, max) => self.all(
                Kind::Visit,
                "SELECT data FROM visits INDEXED BY visits_by_person \
                 WHERE tenant = ?1 AND person = ?2 ORDER BY check_in DESC, id DESC LIMIT ?3",
                params![t, person.as_str(), limit(*max)],
            ),
        }
    }

    /// How many visits began in that span; their index alone is read.
    pub(super) fn visits_count(&self, span: &Range<Timestamp>) -> Result<usize, Broken> {
        let mut statement = self.conn.prepare_cached(
            "SELECT count(*) FROM visits WHERE tenant = ?1 AND check_in >= ?2 AND check_in < ?3",
        )?;
        let span = params![self.tenant, span.start.millis(), span.end.millis()];
        let count: i64 = statement.query_row(span, |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// Every row, in the order of keys.
    pub(super) fn everything(&self) -> Result<Vec<Row>, Broken> {
        let mut all = Vec::new();
        for (kind, sql) in [
            (Kind::Tenant, "SELECT data FROM tenants WHERE id = ?1 AND data IS NOT NULL"),
            (Kind::Account, "SELECT data FROM accounts WHERE tenant = ?1 ORDER BY id"),
            (
                Kind::Password,
                "SELECT data, account FROM passwords WHERE tenant = ?1 ORDER BY account",
            ),
            (Kind::Session, "SELECT data FROM sessions WHERE tenant = ?1 ORDER BY id"),
            (Kind::Person, "SELECT data FROM people WHERE tenant = ?1 ORDER BY id"),
            (Kind::Family, "SELECT data FROM families WHERE tenant = ?1 ORDER BY id"),
            (Kind::Group, "SELECT data FROM \"groups\" WHERE tenant = ?1 ORDER BY id"),
            (Kind::Gathering, "SELECT data FROM gatherings WHERE tenant = ?1 ORDER BY id"),
            (Kind::Sheet, "SELECT data FROM sheets WHERE tenant = ?1 ORDER BY gathering, date"),
            (
                Kind::Mark,
                "SELECT data, gathering, date FROM marks WHERE tenant = ?1 ORDER BY gathering, date, person",
            ),
            (
                Kind::Headcount,
                "SELECT data, gathering, date FROM headcounts WHERE tenant = ?1 ORDER BY gathering, date, account",
            ),
            (Kind::Visit, "SELECT data FROM visits WHERE tenant = ?1 ORDER BY id"),
            (Kind::Document, "SELECT data FROM documents WHERE tenant = ?1 ORDER BY kind, id"),
        ] {
            all.append(&mut self.all(kind, sql, [self.tenant])?);
        }
        Ok(all)
    }

    pub(super) fn next_number(&self, series: Series) -> Result<u64, Broken> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT highest FROM series WHERE tenant = ?1 AND series = ?2")?;
        let highest = statement
            .query_row(params![self.tenant, series_name(series)], |row| row.get(0))
            .optional()?;
        Ok(unsigned(highest.unwrap_or(0))? + 1)
    }

    fn one(&self, kind: Kind, sql: &str, params: impl Params) -> Result<Option<Row>, Broken> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        rows.next()?.map(|row| kind.row(row)).transpose()
    }

    fn all(&self, kind: Kind, sql: &str, params: impl Params) -> Result<Vec<Row>, Broken> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(kind.row(row)?);
        }
        Ok(all)
    }
}

impl Kind {
    fn row(self, row: &rusqlite::Row<'_>) -> Result<Row, Broken> {
        Ok(match self {
            Self::Tenant => Row::Tenant(json(row)?),
            Self::Account => Row::Account(json(row)?),
            Self::Password => {
                let account: String = row.get(1)?;
                Row::Password(AccountId::new(account), text(row, 0)?.into())
            }
            Self::Session => Row::Session(json(row)?),
            Self::Person => Row::Person(json(row)?),
            Self::Family => Row::Family(json(row)?),
            Self::Group => Row::Group(json(row)?),
            Self::Gathering => Row::Gathering(json(row)?),
            Self::Sheet => Row::Sheet(json(row)?),
            Self::Mark => {
                let (gathering, date) = sheet(row)?;
                Row::Mark(gathering, date, json(row)?)
            }
            Self::Headcount => {
                let (gathering, date) = sheet(row)?;
                Row::Headcount(gathering, date, json(row)?)
            }
            Self::Visit => Row::Visit(json(row)?),
            Self::Document => Row::Document(json(row)?),
        })
    }
}

pub(super) fn text<'r>(row: &'r rusqlite::Row<'_>, column: usize) -> Result<&'r str, Broken> {
    row.get_ref(column)?.as_str().map_err(|error| Broken::Value(error.to_string()))
}

fn json<T: DeserializeOwned>(row: &rusqlite::Row<'_>) -> Result<Arc<T>, Broken> {
    Ok(Arc::new(serde_json::from_str(text(row, 0)?)?))
}

fn sheet(row: &rusqlite::Row<'_>) -> Result<(GatheringId, Date), Broken> {
    let date = text(row, 2)?;
    let date = date.parse().map_err(|error| Broken::Value(format!("{date:?}: {error}")))?;
    Ok((GatheringId::new(text(row, 1)?), date))
}

/// How a series is called in its table.
pub(super) const fn series_name(series: Series) -> &'static str {
    match series {
        Series::Sheets => "sheets",
        Series::People => "people",
        Series::Families => "families",
        Series::Gatherings => "gatherings",
    }
}
