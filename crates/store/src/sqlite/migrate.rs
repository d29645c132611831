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
const MIGRATIONS: &[Migration] =
    &[Migration { number: 1, name: "start", sql: include_str!("migrations/0001_start.sql") }];

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
    use super::*;

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
}
