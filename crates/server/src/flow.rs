//! How fast one connection's messages are taken: a token bucket in one number.

use rollcall_core::time::Timestamp;

/// Microseconds of a second: fine enough for a million messages in it.
const SECOND_US: i64 = 1_000_000;

/// How many messages each connection of an entrance may send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// What one message uses up of the time; 0: nothing, so that there is no limit.
    message_us: i64,
    /// How far ahead of the clock a connection may be.
    ahead_us_max: i64,
}

impl Flow {
    /// So many in the long run, and `burst` at once; 0 a second means no limit.
    #[must_use]
    pub fn new(per_second: u32, burst: u32) -> Self {
        let message_us = match per_second {
            0 => 0,
            some => SECOND_US / i64::from(some),
        };
        Self { message_us, ahead_us_max: message_us * i64::from(burst.max(1)) }
    }
}

/// What one connection has used: the time, in microseconds, by which all it sent so far would
/// have been within the flow (the generic cell rate algorithm).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used(i64);

impl Used {
    /// How far ahead of the clock the connection is. Never further than it may be: the clock was
    /// put back otherwise.
    fn ahead_us(self, flow: Flow, now: Timestamp) -> i64 {
        self.0.saturating_sub(now.millis() * 1_000).clamp(0, flow.ahead_us_max)
    }

    /// From when the next message may be taken; `None`: it may be now.
    pub(crate) fn free_at(self, flow: Flow, now: Timestamp) -> Option<Timestamp> {
        let late_us = self.ahead_us(flow, now) + flow.message_us - flow.ahead_us_max;
        (late_us > 0).then(|| now.plus_ms(late_us.unsigned_abs().div_ceil(1_000).cast_signed()))
    }

    /// A message was taken. One that could not be left standing counts no further than the bound.
    pub(crate) fn charge(&mut self, flow: Flow, now: Timestamp) {
        let ahead_us = (self.ahead_us(flow, now) + flow.message_us).min(flow.ahead_us_max);
        self.0 = now.millis() * 1_000 + ahead_us;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many messages pass at once.
    fn pass(used: &mut Used, flow: Flow, ms: i64) -> usize {
        let now = Timestamp::from_millis(ms);
        let one = |_: &i32| {
            let free = used.free_at(flow, now).is_none();
            if free {
                used.charge(flow, now);
            }
            free
        };
        (0..100_000).take_while(one).count()
    }

    #[test]
    fn a_burst_then_the_rate() {
        for (per_second, burst) in [(1, 1), (50, 250), (3, 7), (20_000, 40_000), (7, 100)] {
            let (flow, mut used) = (Flow::new(per_second, burst), Used::default());
            assert_eq!(pass(&mut used, flow, 1_000_000), burst as usize);
            let free_at = used.free_at(flow, Timestamp::from_millis(1_000_000)).unwrap();
            assert_eq!(pass(&mut used, flow, free_at.millis() - 1), 0, "{per_second}");
            assert!(pass(&mut used, flow, free_at.millis()) >= 1, "{per_second}");
            // Ten quiet seconds, then as many again as were saved up.
            pass(&mut used, flow, 2_000_000);
            let saved = (10 * per_second).min(burst) as usize;
            let passed = pass(&mut used, flow, 2_010_000);
            assert!((saved..=saved + 1).contains(&passed), "{per_second}: {passed} of {saved}");
        }
    }

    #[test]
    fn nothing_is_limited_by_a_flow_of_0() {
        let mut used = Used::default();
        assert_eq!(pass(&mut used, Flow::new(0, 250), 5), 100_000);
        assert_eq!(pass(&mut used, Flow::default(), 5), 100_000);
    }

    #[test]
    fn a_clock_that_is_put_back_or_pings_beyond_the_flow_cost_one_message_of_waiting() {
        let (flow, mut used) = (Flow::new(50, 10), Used::default());
        (0..1_000).for_each(|_| used.charge(flow, Timestamp::from_millis(9_000_000)));
        for ms in [9_000_000, 10_000, 0] {
            let now = Timestamp::from_millis(ms);
            assert_eq!(used.free_at(flow, now), Some(now.plus_ms(20)));
        }
    }

    #[test]
    fn a_connection_pays_one_word_for_it() {
        assert_eq!(size_of::<Used>(), 8);
    }
}
