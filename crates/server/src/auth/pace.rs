//! A pace per key: so many at once, so many in the long run. Time is an argument.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

use rollcall_core::time::Timestamp;

/// Keys that are remembered at once; reaching it forgets those that have caught up.
const KEYS_MAX: usize = 100_000;

/// Lets each key go at a pace (the generic cell rate algorithm: one instant per key).
///
/// Unlike a limiter that only counts, what turned out well can be given back, so that only
/// failures count.
#[derive(Debug)]
pub struct Pace<K> {
    /// Milliseconds that one takes in the long run.
    each_ms: f64,
    /// Milliseconds that a key may be ahead.
    ahead_ms_max: f64,
    /// For each key that is ahead, until when it has used its share.
    used_until: Mutex<HashMap<K, f64>>,
}

/// Not now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooFast {
    /// Milliseconds until it may be tried again.
    pub wait_ms: u64,
}

impl<K: Hash + Eq> Pace<K> {
    /// `burst` at once, and `burst` again after each `period_ms`.
    #[must_use]
    pub fn new(burst: u32, period_ms: u32) -> Self {
        let each_ms = f64::from(period_ms) / f64::from(burst.max(1));
        let used_until = Mutex::new(HashMap::new());
        Self { each_ms, ahead_ms_max: f64::from(period_ms), used_until }
    }

    /// Whether one could be taken.
    ///
    /// # Errors
    /// The key has used its share.
    pub fn ask(&self, key: &K, now: Timestamp) -> Result<(), TooFast> {
        let now = as_ms(now);
        let used = self.used_until.lock().unwrap_or_else(PoisonError::into_inner);
        let until = used.get(key).map_or(now, |until| until.max(now)) + self.each_ms;
        self.within(until - now)
    }

    fn within(&self, ahead_ms: f64) -> Result<(), TooFast> {
        let late = ahead_ms - self.ahead_ms_max;
        // A hair's breadth of tolerance: sums of fractions are not exact.
        if late <= 0.001 {
            return Ok(());
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "above 0")]
        Err(TooFast { wait_ms: late.ceil() as u64 })
    }

    /// Takes one.
    ///
    /// # Errors
    /// The key has used its share; nothing was taken.
    pub fn take(&self, key: K, now: Timestamp) -> Result<(), TooFast> {
        let now = as_ms(now);
        let mut used = self.used_until.lock().unwrap_or_else(PoisonError::into_inner);
        let until = used.get(&key).map_or(now, |until| until.max(now)) + self.each_ms;
        self.within(until - now)?;
        if used.len() >= KEYS_MAX {
            used.retain(|_, until| *until > now);
        }
        if used.len() >= KEYS_MAX {
            // Everybody is ahead: an attack by many addresses. Forgetting beats growing.
            used.clear();
        }
        used.insert(key, until);
        Ok(())
    }

    /// Gives one back.
    pub fn give_back(&self, key: &K) {
        let mut used = self.used_until.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = used.get_mut(key) {
            *until -= self.each_ms;
        }
    }

    /// Forgets keys that have caught up. To be called now and then.
    pub fn forget(&self, now: Timestamp) {
        let mut used = self.used_until.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, until| *until > as_ms(now));
        used.shrink_to_fit();
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 need 41 bits of 52")]
fn as_ms(at: Timestamp) -> f64 {
    at.millis() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    #[test]
    fn g10_2_ten_at_once_then_one_every_six_seconds() {
        let pace = Pace::new(10, 60_000);
        for _ in 0..10 {
            assert_eq!(pace.take("ada", START), Ok(()));
        }
        assert_eq!(pace.take("ada", START), Err(TooFast { wait_ms: 6_000 }));
        assert_eq!(pace.take("bob", START), Ok(()), "another key");
        assert_eq!(pace.take("ada", START.plus_ms(6_000)), Ok(()));
        assert!(pace.take("ada", START.plus_ms(6_001)).is_err());
    }

    #[test]
    fn what_is_given_back_does_not_count() {
        let pace = Pace::new(2, 1_000);
        for _ in 0..50 {
            assert_eq!(pace.take(7, START), Ok(()));
            pace.give_back(&7);
        }
    }

    #[test]
    fn asking_takes_nothing() {
        let pace = Pace::new(1, 1_000);
        assert_eq!((pace.ask(&1, START), pace.ask(&1, START)), (Ok(()), Ok(())));
        pace.take(1, START).unwrap();
        assert_eq!(pace.ask(&1, START), Err(TooFast { wait_ms: 1_000 }));
    }

    #[test]
    fn a_key_that_caught_up_is_forgotten() {
        let pace = Pace::new(2, 1_000);
        pace.take(1, START).unwrap();
        pace.forget(START.plus_ms(400));
        assert_eq!(pace.used_until.lock().unwrap().len(), 1);
        pace.forget(START.plus_ms(500));
        assert_eq!(pace.used_until.lock().unwrap().len(), 0);
    }
}
