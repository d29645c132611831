//! What can go wrong beneath the store: SQLite, or a text in it that is not ours.

use rollcall_core::rejection::Fault;

/// SQLite failed, or what it holds cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// SQLite said so.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A column holds JSON that is not ours.
    #[error("a stored row cannot be read or written: {0}")]
    Json(#[from] serde_json::Error),
    /// A column holds a number, date or text that cannot be.
    #[error("a stored row cannot be read: {0}")]
    Value(String),
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        Self(broken.to_string())
    }
}

/// An offset as SQLite keeps integers.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number that was never negative when it was written.
pub(super) fn unsigned(number: i64) -> Result<u64, Broken> {
    u64::try_from(number).map_err(|_| Broken::Value(format!("{number} is negative")))
}

/// A limit as SQLite takes it.
pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
