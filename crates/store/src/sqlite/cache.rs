//! Rows that the writer has read or written lately, so that a decision seldom asks SQLite.

use std::{cell::RefCell, collections::HashMap};

use rollcall_core::{
    event::Change,
    facts::{Alias, Facts, Key, Query, Row, Series},
    rejection::Fault,
};

use super::read::Rows;

/// Rows kept at most: some tens of MiB. A full cache is emptied whole; it refills in milliseconds.
const CACHE_ROWS_MAX: usize = 65_536;

/// Written through: what stands here is what the open transaction would read.
#[derive(Default)]
pub(super) struct Cache {
    rows: HashMap<i64, HashMap<Key, Option<Row>>>,
    count: usize,
}

impl Cache {
    /// Forgets everything: after a rollback, or when somebody else wrote to the file.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn get(&self, tenant: i64, key: &Key) -> Option<Option<Row>> {
        self.rows.get(&tenant)?.get(key).cloned()
    }

    fn set(&mut self, tenant: i64, key: Key, row: Option<Row>) {
        if self.count >= CACHE_ROWS_MAX {
            self.clear();
        }
        let before = self.rows.entry(tenant).or_default().insert(key, row);
        self.count += usize::from(before.is_none());
    }

    /// Follows a change that was just written.
    pub(super) fn follow(&mut self, tenant: i64, change: Change) {
        match change {
            Change::Put(row) => self.set(tenant, row.key(), Some(row)),
            Change::Remove(key) => self.set(tenant, key, None),
        }
    }
}

/// Facts of the open write transaction, through the cache.
pub(super) struct Inside<'c> {
    pub(super) rows: Rows<'c>,
    pub(super) cache: &'c RefCell<Cache>,
}

impl Facts for Inside<'_> {
    fn row(&self, key: &Key) -> Result<Option<Row>, Fault> {
        let tenant = self.rows.tenant;
        if let Some(row) = self.cache.borrow().get(tenant, key) {
            return Ok(row);
        }
        let row = self.rows.row(key)?;
        self.cache.borrow_mut().set(tenant, key.clone(), row.clone());
        Ok(row)
    }

    fn find(&self, alias: &Alias) -> Result<Option<Row>, Fault> {
        Ok(self.rows.find(alias)?)
    }

    fn rows(&self, query: &Query) -> Result<Vec<Row>, Fault> {
        Ok(self.rows.rows(query)?)
    }

    fn next_number(&self, series: Series) -> Result<u64, Fault> {
        Ok(self.rows.next_number(series)?)
    }
}
