//! Backups of a running store, and restoring one into a new file.

use std::{path::Path, time::Duration};

use rollcall_core::{id::TenantId, position::Epoch};
use rusqlite::{Connection, OpenFlags, backup::Backup, params};

use super::{OpenError, SqliteStore, broken::Broken, connect, migrate};
use crate::Fault;

/// Pages copied at once.
const STEP_PAGES: i32 = 4_096;

impl SqliteStore {
    /// Writes a consistent copy of everything to a new file, while others go on writing.
    ///
    /// # Errors
    /// The file is there already, or SQLite failed.
    pub fn backup(&self, to: &Path) -> Result<(), Fault> {
        if to.exists() {
            return Err(Fault(OpenError::There(to.into()).to_string()));
        }
        // Within a read transaction the copy does not start anew when somebody writes.
        self.reading(|conn| {
            conn.query_row("SELECT count(*) FROM tenants", [], |_| Ok(())).map_err(Broken::from)?;
            copy(conn, to).map_err(Broken::from)?;
            Ok(())
        })
    }
}

/// Makes a store of a backup. Its tenants' logs may lack what clients have already seen, so each
/// gets the new epoch that `epoch` gives it.
///
/// # Errors
/// [`OpenError`]: there is a store already, or the backup is not one of ours.
pub fn restore(
    backup: &Path,
    to: &Path,
    epoch: &mut dyn FnMut(&TenantId) -> Epoch,
) -> Result<(), OpenError> {
    if to.exists() {
        return Err(OpenError::There(to.into()));
    }
    let source = connect(backup, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    // Asked before anything is made: a file of somebody else's must not be migrated.
    let ours = "SELECT count(*) FROM migrations, tenants";
    source
        .query_row(ours, [], |_| Ok(()))
        .map_err(|error| OpenError::Foreign(error.to_string()))?;
    let finished =
        copy(&source, to).map_err(OpenError::from).and_then(|mut made| finish(&mut made, epoch));
    if finished.is_err() {
        // Half a restore must not be mistaken for a store.
        let _ = std::fs::remove_file(to);
    }
    finished
}

fn finish(
    conn: &mut Connection,
    epoch: &mut dyn FnMut(&TenantId) -> Epoch,
) -> Result<(), OpenError> {
    migrate::migrate(conn)?;
    let tx = conn.transaction()?;
    for tenant in super::tenants_of(&tx)? {
        let epoch = epoch(&tenant).0;
        let sql = "UPDATE tenants SET epoch = ?2 WHERE name = ?1";
        tx.execute(sql, params![tenant.as_str(), epoch])?;
    }
    tx.commit()?;
    Ok(())
}

fn copy(from: &Connection, to: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut made = connect(to, flags)?;
    Backup::new(from, &mut made)?.run_to_completion(STEP_PAGES, Duration::ZERO, None)?;
    // A copy is one plain file, not a file and its write-ahead log.
    made.pragma_update(None, "journal_mode", "DELETE")?;
    Ok(made)
}

#[cfg(test)]
mod tests {
    use rollcall_core::{
        facts::{Key, Row},
        people::Family,
        position::{Offset, Position},
        time::Timestamp,
    };

    use super::*;
    use crate::{Loaded, Store};

    fn load(store: &SqliteStore, tenant: &str, family: &str) -> Loaded {
        let family: Family =
            serde_json::from_str(&format!(r#"{{"id":"1","name":"{family}"}}"#)).unwrap();
        let rows = vec![Row::Family(family.into())];
        store.load(&tenant.into(), Epoch(1), rows, false, Timestamp::default()).unwrap()
    }

    fn family_of(store: &SqliteStore, tenant: &str) -> Option<(Position, String)> {
        let mut found = None;
        let looked = store.look(&tenant.into(), &mut |view| {
            if let Some(Row::Family(family)) = view.row(&Key::Family("1".into()))? {
                found = Some((view.position(), family.name.clone()));
            }
            Ok(())
        });
        looked.unwrap();
        found
    }

    #[test]
    fn a_restored_backup_is_what_was_there_under_new_epochs() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let store = SqliteStore::open(at("a.db")).unwrap();
        load(&store, "s", "Smith");
        load(&store, "t", "Jones");
        store.backup(&at("backup.db")).unwrap();
        load(&store, "late", "Late");
        assert!(store.backup(&at("backup.db")).is_err(), "a backup is never written over");

        let mut epoch = 40;
        let mut next = |_: &TenantId| {
            epoch += 1;
            Epoch(epoch)
        };
        restore(&at("backup.db"), &at("b.db"), &mut next).unwrap();
        assert!(matches!(
            restore(&at("backup.db"), &at("a.db"), &mut next),
            Err(OpenError::There(_))
        ));
        let restored = SqliteStore::open(at("b.db")).unwrap();
        for (tenant, epoch, name) in [("s", 41, "Smith"), ("t", 42, "Jones")] {
            let position = Position { epoch: Epoch(epoch), offset: Offset(1) };
            assert_eq!(family_of(&restored, tenant), Some((position, name.into())));
        }
        assert_eq!(family_of(&restored, "late"), None);
        load(&restored, "new", "New");
    }

    #[test]
    fn what_is_no_backup_leaves_no_store() {
        let dir = tempfile::tempdir().unwrap();
        let (bad, to) = (dir.path().join("bad.db"), dir.path().join("to.db"));
        std::fs::write(&bad, "x".repeat(8_192)).unwrap();
        assert!(restore(&bad, &to, &mut |_| Epoch(1)).is_err());
        assert!(restore(&dir.path().join("none.db"), &to, &mut |_| Epoch(1)).is_err());
        let empty = dir.path().join("empty.db");
        Connection::open(&empty).unwrap().execute_batch("CREATE TABLE x (y)").unwrap();
        assert!(restore(&empty, &to, &mut |_| Epoch(1)).is_err());
        assert!(!to.exists());
    }
}
