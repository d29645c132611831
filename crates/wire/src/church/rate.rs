//! How fast a client may speak (11.4): 50 events a second, 200 at once.

use rollcall_core::time::Timestamp;

/// What one event uses up of the time, in milliseconds.
const EVENT_MS: i64 = 20;

/// How far ahead of the clock a client may be: 200 events.
const BURST_MS: i64 = 200 * EVENT_MS;

/// How long a client may go on above the rate.
const EXCESS_MS: i64 = 10_000;

/// One client's use, as the time at which all it said so far would be within the rate.
#[derive(Debug, Default)]
pub(super) struct Rate {
    paid_until: Timestamp,
    excess_since: Option<Timestamp>,
}

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Allowed {
    Yes,
    /// It is refused.
    No,
    /// It is refused, and the client has not heeded that for too long.
    Never,
}

impl Rate {
    pub fn event(&mut self, now: Timestamp) -> Allowed {
        let ahead_ms = self.paid_until.since_ms(now).max(0);
        if ahead_ms + EVENT_MS <= BURST_MS {
            self.paid_until = now.plus_ms(ahead_ms + EVENT_MS);
            // Whoever has slowed down enough to save half a burst begins anew.
            if ahead_ms < BURST_MS / 2 {
                self.excess_since = None;
            }
            return Allowed::Yes;
        }
        let since = *self.excess_since.get_or_insert(now);
        if now.since_ms(since) >= EXCESS_MS { Allowed::Never } else { Allowed::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn church_11_4_200_at_once_then_50_a_second() {
        let mut rate = Rate::default();
        let said = (0..300).filter(|_| rate.event(at(1_000_000)) == Allowed::Yes).count();
        assert_eq!(said, 200);
        let said = (0..300).filter(|_| rate.event(at(1_001_000)) == Allowed::Yes).count();
        assert_eq!(said, 50);
    }

    #[test]
    fn church_11_4_ten_seconds_of_excess_end_it() {
        let mut rate = Rate::default();
        let mut ended = None;
        for ms in (0..20_000).step_by(10) {
            if rate.event(at(1_000_000 + ms)) == Allowed::Never {
                ended.get_or_insert(ms);
            }
        }
        // 100 a second use a burst of 200 up in 4 s.
        assert!(matches!(ended, Some(13_000..=14_500)), "{ended:?}");
        let mut steady = Rate::default();
        assert!((0..5_000).all(|n| steady.event(at(1_000_000 + 20 * n)) == Allowed::Yes));
    }
}
