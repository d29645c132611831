//! A token bucket in one number: how fast one socket's requests are worked off (G10.2).

use rollcall_core::time::Timestamp;

/// Milliseconds that one request costs: 200 a second.
const REQUEST_MS: i64 = 5;

/// Milliseconds' worth of requests that may come at once: a burst of 1,000.
const BURST_MS: i64 = 1_000 * REQUEST_MS;

/// When the requests let through so far will have been paid for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace(Timestamp);

impl Pace {
    /// Lets one more request through, or says that it is too soon.
    pub(super) fn take(&mut self, now: Timestamp) -> bool {
        let soon = now < self.free_at();
        if !soon {
            self.0 = self.0.max(now).plus_ms(REQUEST_MS);
        }
        !soon
    }

    /// From when the next request may pass.
    pub(super) fn free_at(self) -> Timestamp {
        self.0.plus_ms(REQUEST_MS - BURST_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g10_2_a_burst_of_1000_then_200_a_second() {
        let mut pace = Pace::default();
        let mut now = Timestamp::from_millis(1_000_000);
        let let_through = |pace: &mut Pace, now| (0..5_000).take_while(|_| pace.take(now)).count();
        assert_eq!(let_through(&mut pace, now), 1_000);
        assert_eq!(pace.free_at(), now.plus_ms(5));
        now = now.plus_ms(1_000);
        assert_eq!(let_through(&mut pace, now), 200);
        now = now.plus_ms(3_600_000);
        assert_eq!(let_through(&mut pace, now), 1_000);
    }
}
