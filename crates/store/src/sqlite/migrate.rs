//! Numbered SQL files, applied once each under the write lock, forward only.

use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest, Sha256};

use super::OpenError;

struct Migration {
    number: i64,
    name: &'static str,
    sql: &'static str,
}

/// Every migration, in order. A file that was ever released is never edited: add the next one.
const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "start", sql: include_str!("migrations/0001_start.sql") },
    Migration { number: 2, name: "heads", sql: include_str!("migrations/0002_heads.sql") },
];

/// Brings the database to this program's form.
pub(super) fn migrate(conn: &mut Connection) -> Result<(), OpenError> {
    apply(conn, MIGRATIONS)
}

fn apply(conn: &mut Connection, migrations: &[Migration]) -> Result<(), OpenError> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(
        "CREATE TABLE IF NOT EXISTS migrations \
         (number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL) STRICT",
    )?;
    let done: Vec<(i64, String)> = tx
        .prepare("SELECT number, sha256 FROM migrations ORDER BY number")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (number, checksum) in &done {
        let known = migrations.iter().find(|m| m.number == *number);
        let known = known.ok_or(OpenError::Newer { number: *number })?;
        if checksum_of(known.sql) != *checksum {
            return Err(OpenError::Changed { number: *number, name: known.name });
        }
    }
    for migration in &migrations[done.len()..] {
        tx.execute_batch(migration.sql)?;
        tx.execute(
            "INSERT INTO migrations (number, name, sha256) VALUES (?1, ?2, ?3)",
            (migration.number, migration.name, checksum_of(migration.sql)),
        )?;
    }
    tx.commit()?;
    Ok(())
}

fn checksum_of(sql: &str) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(sql.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use rollcall_core::{
        command::{Ask, By, Command, List},
        event::Event,
        position::{Epoch, Offset, Position},
        time::Timestamp,
    };

    use super::*;
    use crate::{Store as _, sqlite::SqliteStore};

    const ONE: Migration = Migration { number: 1, name: "one", sql: "CREATE TABLE a (x INTEGER)" };
    const TWO: Migration = Migration { number: 2, name: "two", sql: "CREATE TABLE b (x INTEGER)" };

    #[test]
    fn each_is_applied_once_and_later_ones_follow() {
        let mut conn = Connection::open_in_memory().unwrap();
        apply(&mut conn, &[ONE]).unwrap();
        apply(&mut conn, &[ONE, TWO]).unwrap();
        apply(&mut conn, &[ONE, TWO]).unwrap();
        conn.execute_batch("INSERT INTO a VALUES (1); INSERT INTO b VALUES (1);").unwrap();
    }

    #[test]
    fn a_changed_file_is_refused_by_name() {
        let mut conn = Connection::open_in_memory().unwrap();
        apply(&mut conn, &[ONE]).unwrap();
        let edited = Migration { sql: "CREATE TABLE a (y INTEGER)", ..ONE };
        let error = apply(&mut conn, &[edited]).unwrap_err();
        assert!(error.to_string().contains("0001_one"), "{error}");
    }

    #[test]
    fn a_database_of_a_newer_program_is_refused() {
        let mut conn = Connection::open_in_memory().unwrap();
        apply(&mut conn, &[ONE, TWO]).unwrap();
        let error = apply(&mut conn, &[ONE]).unwrap_err();
        assert!(matches!(error, OpenError::Newer { number: 2 }), "{error}");
    }

    #[test]
    fn a_failing_file_leaves_nothing() {
        let mut conn = Connection::open_in_memory().unwrap();
        let broken = Migration { sql: "CREATE TABLE b (x INTEGER); CREATE NONSENSE", ..TWO };
        assert!(apply(&mut conn, &[ONE, broken]).is_err());
        assert!(conn.execute_batch("SELECT * FROM a").is_err());
        apply(&mut conn, &[ONE, TWO]).unwrap();
    }

    #[test]
    fn a_file_of_the_first_form_keeps_its_logs_and_answers() {
        const AT: i64 = 1_790_000_000_000;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("old.db");
        let mut conn = Connection::open(&path).unwrap();
        apply(&mut conn, &MIGRATIONS[..1]).unwrap();
        let event = Event::Imported { rows: Vec::new() };
        let (room, event) = (event.room().to_string(), serde_json::to_string(&event).unwrap());
        conn.execute_batch(&format!(
            "INSERT INTO tenants VALUES (1, 's', 7, 1, NULL), (2, 't', 8, 2, NULL);
             INSERT INTO log (tenant, \"offset\", at, \"by\", command, room, event) VALUES
               (2, 1, {AT}, NULL, NULL, '{room}', '{event}'), (1, 1, {AT}, NULL, NULL, '{room}', '{event}'),
               (2, 2, {AT}, 'ann', 'c', '{room}', '{event}');
             INSERT INTO answers VALUES (1, 2, 'ann', 'c', {AT}, 2, 2, NULL, NULL);"
        ))
        .unwrap();
        drop(conn);
        let store = SqliteStore::open(&path).unwrap();
        for (tenant, epoch, offsets) in [("s", 7, vec![1]), ("t", 8, vec![1, 2])] {
            let looked = store.look(&tenant.into(), &mut |view| {
                let head = Offset(offsets.len() as u64);
                assert_eq!(view.position(), Position { epoch: Epoch(epoch), offset: head });
                let events = view.log(Offset(0), 10, None)?.events;
                assert!(events.iter().map(|event| event.offset.0).eq(offsets.clone()));
                Ok(())
            });
            assert!(looked.unwrap());
        }
        let ask = Ask {
            tenant: "t".into(),
            by: By::Account("ann".into()),
            id: Some("c".into()),
            command: Command::Remove { list: List::Groups, id: "g".into() },
            fresh: "fresh".into(),
        };
        let verdicts = store.commit(&[ask], Timestamp::from_millis(AT + 1)).unwrap();
        let answer = verdicts[0].as_ref().unwrap();
        assert_eq!((answer.repeated, answer.position.offset), (true, Offset(2)));
    }
}
