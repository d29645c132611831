//! One running program for each data directory: of what two did, each would tell only its own half.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
    thread,
    time::Duration,
};

use anyhow::{Context, bail};

/// How long a start waits for the program before it, which may be draining (gym G6.7).
pub const WAIT: Duration = Duration::from_secs(20);

const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A data directory that is ours until this is dropped or the process ends, however it ends.
#[must_use]
#[derive(Debug)]
pub struct Sole(#[expect(dead_code, reason = "held for its lock")] File);

/// Makes the directory ours; waits so long for another program to let it go.
///
/// # Errors
/// Another program is still using it, or it cannot be written.
pub fn sole(directory: &Path, wait: Duration) -> anyhow::Result<Sole> {
    let path = directory.join("rollcall.lock");
    let file = OpenOptions::new().create(true).append(true).open(&path);
    let file = file.with_context(|| format!("cannot write {}", path.display()))?;
    for look in 0.. {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if LOOK_EVERY * look < wait => {
                if look == 0 {
                    tracing::warn!(directory = %directory.display(), "waiting for another rollcall to end");
                }
                #[expect(clippy::disallowed_methods, reason = "nothing is served yet")]
                thread::sleep(LOOK_EVERY);
            }
            Err(TryLockError::WouldBlock) => {
                bail!("another rollcall is running on {}", directory.display())
            }
            // A file system without locks: the operator must take care, as for everything on it.
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "cannot make sure that no other rollcall uses the directory");
                break;
            }
        }
    }
    Ok(Sole(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_serves_one_program_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let first = sole(directory.path(), Duration::ZERO).unwrap();
        let why = sole(directory.path(), Duration::ZERO).unwrap_err().to_string();
        assert!(why.contains("another rollcall is running on"), "{why}");
        thread::scope(|scope| {
            let second = scope.spawn(|| sole(directory.path(), WAIT).is_ok());
            drop(first);
            assert!(second.join().unwrap(), "it waits for the one before it");
        });
    }
}
