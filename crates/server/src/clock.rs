//! The only place that reads the clock and draws chance; everything else is told.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rollcall_core::time::Timestamp;
use uuid::Uuid;

/// The machine's wall clock. A clock before 1970 counts as 1970.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the server's clock")]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The monotonic clock, for measuring how long something took.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the server's clock")]
pub fn instant() -> Instant {
    Instant::now()
}

/// Does a chore once a minute, for as long as the runtime lives.
pub async fn each_minute(chore: impl Fn(Timestamp)) {
    loop {
        tokio::time::sleep(Duration::from_secs(60)).await;
        chore(now());
    }
}

/// A fresh UUID v7: later ones of this process sort after earlier ones.
#[must_use]
pub fn fresh_id() -> String {
    Uuid::now_v7().to_string()
}

/// A number nobody can foresee, for jitter and masks.
#[must_use]
pub fn random_u32() -> u32 {
    u32::from_be_bytes(random_bytes())
}

/// Bytes nobody can foresee, from the operating system, good enough for secrets.
#[must_use]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    /// Bytes of a UUID v4 that are random as a whole; its 6th to 8th hold version and variant.
    const WHOLE: [usize; 13] = [0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15];
    let mut bytes = [0; N];
    for part in bytes.chunks_mut(WHOLE.len()) {
        let drawn = Uuid::new_v4().into_bytes();
        for (byte, from) in part.iter_mut().zip(WHOLE) {
            *byte = drawn[from];
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_chance_takes_many_values() {
        let drawn: Vec<[u8; 40]> = (0..64).map(|_| random_bytes()).collect();
        for place in 0..40 {
            let values: std::collections::HashSet<u8> = drawn.iter().map(|d| d[place]).collect();
            assert!(values.len() > 32, "byte {place} took {} values", values.len());
        }
    }

    #[test]
    fn a_later_id_sorts_after_an_earlier_one() {
        let ids: Vec<String> = (0..1000).map(|_| fresh_id()).collect();
        assert!(ids.is_sorted());
    }
}
