//! A store in one SQLite file: one connection writes, others read consistent snapshots.

mod answers;
mod backup;
mod broken;
mod cache;
mod commit;
mod log;
mod migrate;
mod read;
mod write;

use std::{
    ops::Range,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

pub use backup::restore;
use rollcall_core::{
    command::Ask,
    facts::{Alias, Facts, Key, Query, Row, Series},
    id::TenantId,
    position::{Epoch, Offset, Position},
    rejection::Fault,
    room::Room,
    time::Timestamp,
};
use rusqlite::{Connection, OpenFlags};

use self::{
    broken::Broken,
    commit::{Ledger, Writer},
    read::Rows,
};
use crate::{Loaded, LogPage, Store, Verdict, View};

/// Pages of the write-ahead log at which SQLite checkpoints by itself; before that, a quiet
/// moment does it, so that no command waits for it.
const CHECKPOINT_PAGES: u32 = 10_000;

/// Milliseconds to wait for another process that writes.
const BUSY_MS: u64 = 5_000;

/// Prepared statements kept per connection: more than there are.
const STATEMENTS_MAX: usize = 160;

/// What a connection for reading keeps of the file, in KiB. The next commit empties it, and the
/// system keeps the file for all of them: SQLite's 2 MiB each would only be a second copy.
const READER_CACHE_KIB: i64 = 64;

/// Connections kept for reading: more readers at once open and close their own.
const READERS_MAX: usize = 8;

/// Why a database file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite said no.
    #[error("cannot open the database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file was written by a newer program, which this one would damage.
    #[error(
        "the database was written by a newer version (it has migration {number}); install that version"
    )]
    Newer {
        /// The first migration that this program does not know.
        number: i64,
    },
    /// A migration that was applied is not the one that this program has.
    #[error(
        "migration {number:04}_{name} was applied in another form than this program has; restore a backup or install the version that made it"
    )]
    Changed {
        /// Its number.
        number: i64,
        /// Its name.
        name: &'static str,
    },
    /// The file is a database, but not one of ours.
    #[error("not a Rollcall database: {0}")]
    Foreign(String),
    /// The file would be written over.
    #[error("{} is there already", .0.display())]
    There(PathBuf),
}

/// Bytes of write-ahead log to begin with: some hundred commits between two pauses.
const WAL_BYTES_AT_ONCE: u32 = 16 * 1024 * 1024;

/// Keeps tenants in one SQLite file.
pub struct SqliteStore {
    path: PathBuf,
    writer: Mutex<Writer>,
    readers: Mutex<Vec<Connection>>,
}

impl SqliteStore {
    /// Opens or makes the file and brings it to this program's form.
    ///
    /// # Errors
    /// [`OpenError`]: the file cannot be used.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        let path = path.into();
        let mut conn =
            connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        migrate::migrate(&mut conn)?;
        make_room(&conn)?;
        Ok(Self { path, writer: Mutex::new(Writer::new(conn)), readers: Mutex::default() })
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `read` on a connection whose view of the file does not move meanwhile.
    fn reading<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        let free = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match free {
            Some(conn) => conn,
            None => reader(&self.path).map_err(Broken::from)?,
        };
        // A failure on the way drops the connection, and its transaction with it.
        write::run(&conn, "BEGIN", [])?;
        let outcome = read(&conn);
        write::run(&conn, "ROLLBACK", [])?;
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS_MAX {
            readers.push(conn);
        }
        outcome
    }
}

/// Lets the write-ahead log grow before anybody waits for it. Writing over blocks that a file has
/// costs a sync of the data alone; writing behind its end costs the file system's journal too.
fn make_room(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch(&format!(
        "BEGIN IMMEDIATE;
         CREATE TABLE room (bytes BLOB);
         INSERT INTO room VALUES (zeroblob({WAL_BYTES_AT_ONCE}));
         DROP TABLE room;
         COMMIT;"
    ))?;
    // From here on the log begins again at its start, in the room that it has.
    conn.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()))
}

fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    // Negative: KiB, not pages.
    conn.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(conn)
}

fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(Duration::from_millis(BUSY_MS))?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(conn)
}

impl Store for SqliteStore {
    fn commit(&self, batch: &[Ask], now: Timestamp) -> Result<Vec<Verdict>, Fault> {
        self.writer().commit(batch, now)
    }

    fn rest(&self) -> Result<(), Fault> {
        self.writer().checkpoint()
    }

    fn look(
        &self,
        tenant: &TenantId,
        look: &mut dyn FnMut(&dyn View) -> Result<(), Fault>,
    ) -> Result<bool, Fault> {
        self.reading(|conn| {
            let Some(Ledger { tenant, position }) = commit::read_ledger(conn, tenant)? else {
                return Ok(false);
            };
            let rows = Rows { conn, tenant };
            look(&Snapshot { rows, position }).map(|()| true)
        })
    }

    fn tenants(&self) -> Result<Vec<TenantId>, Fault> {
        self.reading(|conn| Ok(tenants_of(conn).map_err(Broken::from)?))
    }

    fn load(
        &self,
        tenant: &TenantId,
        epoch: Epoch,
        rows: Vec<Row>,
        replace: bool,
        now: Timestamp,
    ) -> Result<Loaded, Fault> {
        self.writer().load(tenant, epoch, rows, replace, now)
    }
}

fn tenants_of(conn: &Connection) -> rusqlite::Result<Vec<TenantId>> {
    let mut statement = conn.prepare_cached("SELECT name FROM tenants ORDER BY name")?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    names.map(|name| name.map(TenantId::new)).collect()
}

/// One tenant in one read transaction.
struct Snapshot<'c> {
    rows: Rows<'c>,
    position: Position,
}

impl Facts for Snapshot<'_> {
    fn row(&self, key: &Key) -> Result<Option<Row>, Fault> {
        Ok(self.rows.row(key)?)
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

impl View for Snapshot<'_> {
    fn position(&self) -> Position {
        self.position
    }

    fn log(&self, after: Offset, limit: usize, rooms: Option<&[Room]>) -> Result<LogPage, Fault> {
        let head = self.position.offset;
        let Rows { conn, tenant } = self.rows;
        Ok(log::page(conn, tenant, head, (after, limit), rooms)?)
    }

    fn visits_count(&self, span: &Range<Timestamp>) -> Result<usize, Fault> {
        Ok(self.rows.visits_count(span)?)
    }

    fn everything(&self) -> Result<Vec<Row>, Fault> {
        Ok(self.rows.everything()?)
    }
}
