//! Exact statistics of a desk, counted up event by event (gym G7.15).

use serde::{Deserialize, Serialize};

use super::Visit;
use crate::time::{Date, Timestamp, Zone};

/// What the desk shows. Integers only, never made-up zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Open visits of any age.
    pub currently_in: u64,
    /// Visits that began today, open ones included.
    pub today_total: u64,
    /// Mean stay in whole minutes of visits that began today and are closed; halves to even; 0 if none.
    pub average_stay_minutes: u64,
}

/// The sums behind [`Stats`], so that one event costs one addition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    zone: Zone,
    today: Date,
    open: u64,
    begun_today: u64,
    closed_today: u64,
    stay_today_ms: u64,
}

impl Tally {
    /// An empty desk on the date that `now` has in `zone`.
    #[must_use]
    pub fn new(zone: Zone, now: Timestamp) -> Self {
        let today = zone.date_of(now);
        Self { zone, today, open: 0, begun_today: 0, closed_today: 0, stay_today_ms: 0 }
    }

    /// Counts a fresh list: all open visits and all that began today, each once.
    #[must_use]
    pub fn recount<'a>(
        zone: Zone,
        now: Timestamp,
        visits: impl IntoIterator<Item = &'a Visit>,
    ) -> Self {
        let mut tally = Self::new(zone, now);
        for visit in visits {
            tally.checked_in(visit);
            if visit.check_out.is_some() {
                tally.checked_out(visit);
            }
        }
        tally
    }

    fn began_today(&self, visit: &Visit) -> bool {
        self.zone.date_of(visit.check_in) == self.today
    }

    /// A visit began.
    pub fn checked_in(&mut self, visit: &Visit) {
        self.open += 1;
        self.begun_today += u64::from(self.began_today(visit));
    }

    /// A visit that was counted as begun has ended.
    pub fn checked_out(&mut self, visit: &Visit) {
        self.open = self.open.saturating_sub(1);
        if self.began_today(visit) {
            self.closed_today += 1;
            self.stay_today_ms += u64::try_from(visit.stay_ms().unwrap_or(0)).unwrap_or(0);
        }
    }

    /// The instant of the next midnight, from which [`Tally::turn`] must be called (gym G7.16).
    #[must_use]
    pub fn midnight(&self) -> Timestamp {
        self.zone.start_of(self.today.plus_days(1))
    }

    /// Begins a new day if `now` has one. Says whether it did. Visits that already began on
    /// the new day (a queued time close to midnight) need a recount; there are none by G7.11,
    /// which allows no time in the future.
    pub fn turn(&mut self, now: Timestamp) -> bool {
        let today = self.zone.date_of(now);
        if today == self.today {
            return false;
        }
        *self = Self { open: self.open, ..Self::new(self.zone.clone(), now) };
        true
    }

    /// What the desk shows now.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            currently_in: self.open,
            today_total: self.begun_today,
            average_stay_minutes: mean_minutes(self.stay_today_ms, self.closed_today),
        }
    }
}

/// `sum_ms / count` in minutes, rounded to the nearest integer with halves to even.
fn mean_minutes(sum_ms: u64, count: u64) -> u64 {
    if count == 0 {
        return 0;
    }
    let divisor = count * 60_000;
    let (whole, rest) = (sum_ms / divisor, sum_ms % divisor);
    match (2 * rest).cmp(&divisor) {
        std::cmp::Ordering::Less => whole,
        std::cmp::Ordering::Greater => whole + 1,
        std::cmp::Ordering::Equal => whole + whole % 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(check_in: &str, minutes: Option<f64>) -> Visit {
        let check_in: Timestamp = check_in.parse().unwrap();
        #[expect(clippy::cast_possible_truncation, reason = "test durations are small")]
        let check_out = minutes.map(|m| check_in.plus_ms((m * 60_000.0) as i64));
        Visit {
            id: "v".into(),
            person: "p".into(),
            check_in,
            check_out,
            location: String::new(),
            notes: String::new(),
            by: None,
            claimed_at: None,
        }
    }

    fn stats_of(visits: &[Visit]) -> (u64, u64, u64) {
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let stats = Tally::recount(Zone::utc(), now, visits).stats();
        (stats.currently_in, stats.today_total, stats.average_stay_minutes)
    }

    #[test]
    fn g7_15_the_contracts_own_examples() {
        let today = "2026-11-21T08:00:00Z";
        let yesterday = "2026-11-20T08:00:00Z";
        let all = [
            visit(yesterday, None),
            visit(today, Some(45.5)),
            visit(today, Some(44.5)),
            visit(today, None),
        ];
        assert_eq!(stats_of(&all), (2, 3, 45));
        assert_eq!(stats_of(&[visit(today, Some(2.5))]), (0, 1, 2));
        assert_eq!(stats_of(&[visit(today, Some(3.5))]), (0, 1, 4));
        assert_eq!(stats_of(&[visit(yesterday, Some(60.0))]), (0, 0, 0));
    }

    #[test]
    fn g7_16_midnight_keeps_open_visits_and_begins_a_new_day() {
        let zone = Zone::named("America/New_York").unwrap();
        let evening = "2026-11-22T03:00:00Z".parse().unwrap();
        let mut tally = Tally::recount(zone, evening, &[visit("2026-11-22T02:00:00Z", None)]);
        assert_eq!(tally.stats().today_total, 1);
        assert_eq!(tally.midnight().to_string(), "2026-11-22T05:00:00.000Z");
        assert!(!tally.turn(tally.midnight().plus_ms(-1)));
        assert!(tally.turn(tally.midnight()));
        assert_eq!((tally.stats().currently_in, tally.stats().today_total), (1, 0));
    }
}
