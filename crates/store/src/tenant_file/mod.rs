//! The tenant file: one JSON object that describes one tenant, read whole and written back.

mod entry;
mod export;
mod lists;
mod references;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub use export::export;
use rollcall_core::{
    facts::{Key, Row},
    id::{AccountId, TenantId},
    time::Timestamp,
};
use serde_json::Value;

use self::{
    entry::Entry,
    lists::Reading,
    references::{Missing, link, settle},
};
use crate::names;

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {why}")]
pub struct FileError {
    /// The place, such as `people[3].family`.
    pub path: String,
    /// What is wrong there, and with what other place if two do not fit.
    pub why: String,
}

impl FileError {
    fn new(path: impl Into<String>, why: impl Into<String>) -> Self {
        Self { path: path.into(), why: why.into() }
    }
}

/// A file that was read and found sound. Clear passwords are in it until they are hashed, so it
/// cannot be printed.
pub struct TenantFile {
    tenant: TenantId,
    rows: Vec<Row>,
    clear: Vec<(AccountId, String)>,
}

impl TenantFile {
    /// Which tenant the file describes.
    #[must_use]
    pub const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The rows to load, with every clear password replaced by what `hash` makes of it, a PHC
    /// string (T4).
    #[must_use]
    pub fn into_rows(self, hash: &dyn Fn(&str) -> String) -> Vec<Row> {
        let hashed = self.clear.into_iter();
        let hashed = hashed.map(|(account, clear)| Row::Password(account, hash(&clear).into()));
        self.rows.into_iter().chain(hashed).collect()
    }
}

/// A row and the place in the file that it came from.
struct Placed {
    path: String,
    row: Row,
}

/// Reads a file whole or says what is wrong with it (T1 to T6). `now` stands in where a record
/// does not say when it was made.
///
/// # Errors
/// [`FileError`]: the first thing that is wrong.
pub fn parse(text: &str, now: Timestamp) -> Result<TenantFile, FileError> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| FileError::new("file", format!("is not JSON: {error}")))?;
    let mut reading = Reading::new(now);
    let tenant = reading.file(Entry::new(String::new(), value)?)?;
    let Reading { mut rows, clear, .. } = reading;
    unique(&rows)?;
    resolve(&mut rows)?;
    let rows = rows.into_iter().map(|placed| placed.row).collect();
    Ok(TenantFile { tenant, rows, clear })
}

/// Ids are unique per list (T2), and so is whatever else finds a single row.
fn unique(rows: &[Placed]) -> Result<(), FileError> {
    let (mut keys, mut aliases) = (HashMap::new(), HashMap::new());
    for Placed { path, row } in rows {
        if let Some(first) = keys.insert(row.key(), path) {
            return Err(FileError::new(path, format!("is the same as {first}: {}", named(row))));
        }
        for alias in names::aliases(row) {
            if let Some(first) = aliases.insert(alias.clone(), path) {
                let why = format!("{} belongs to {first} already", called(&alias));
                return Err(FileError::new(path, why));
            }
        }
    }
    Ok(())
}

fn named(row: &Row) -> String {
    match row.key() {
        Key::Sheet(gathering, date) => format!("gathering {:?} on {date}", gathering.as_str()),
        Key::Mark(_, _, person) => format!("person {:?}", person.as_str()),
        Key::Headcount(_, _, account) => format!("by {:?}", account.as_str()),
        Key::Document(kind, id) => format!("{kind} {:?}", id.as_str()),
        Key::Account(id) => format!("id {:?}", id.as_str()),
        Key::Person(id) => format!("id {:?}", id.as_str()),
        Key::Family(id) => format!("id {:?}", id.as_str()),
        Key::Group(id) => format!("id {:?}", id.as_str()),
        Key::Gathering(id) => format!("id {:?}", id.as_str()),
        Key::Visit(id) => format!("id {:?}", id.as_str()),
        Key::Tenant | Key::Password(_) | Key::Session(_) => "there can be one only".into(),
    }
}

fn called(alias: &rollcall_core::facts::Alias) -> String {
    use rollcall_core::facts::Alias;
    match alias {
        Alias::Login(login) => format!("the login {login:?}"),
        Alias::Number(number) => format!("the number {number:?}"),
        Alias::OpenVisit(person) => format!("the open visit of person {:?}", person.as_str()),
        Alias::SheetNumber(number) => format!("the sheet number {number}"),
    }
}

/// Every reference leads somewhere (T3); persons and accounts name each other.
fn resolve(rows: &mut [Placed]) -> Result<(), FileError> {
    let keys: std::collections::HashSet<_> = rows.iter().map(|placed| placed.row.key()).collect();
    for Placed { path, row } in rows.iter_mut() {
        let mut first: Option<Missing> = None;
        settle(row, &|key| keys.contains(key), &mut |missing| {
            first.get_or_insert(missing);
        });
        if let Some(Missing { field, what, id }) = first {
            let why = format!("there is no {what} {id:?} in the file");
            return Err(FileError::new(format!("{path}.{field}"), why));
        }
    }
    let paths: Vec<_> = rows.iter().map(|placed| placed.path.clone()).collect();
    let mut rows: Vec<_> = rows.iter_mut().map(|placed| &mut placed.row).collect();
    match link(&mut rows).into_iter().next() {
        None => Ok(()),
        Some(conflict) => {
            let other = &paths[conflict.first];
            let why = format!("does not name the same person and account as {other}");
            Err(FileError::new(&paths[conflict.second], why))
        }
    }
}
