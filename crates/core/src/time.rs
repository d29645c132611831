//! Instants, dates and zones. The current time is always an argument, never read here.

use std::{fmt, str::FromStr, sync::OnceLock};

use jiff::{
    civil,
    tz::{TimeZone, TimeZoneDatabase},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// An instant: milliseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 UTC with milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Later than anything that happens.
    pub const MAX: Self = Self(i64::MAX);

    /// From milliseconds since the Unix epoch.
    #[must_use]
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This instant moved by `ms` milliseconds (negative: earlier).
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this instant.
    #[must_use]
    pub const fn since_ms(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    fn civil(self) -> civil::DateTime {
        let instant = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::MAX);
        TimeZone::UTC.to_datetime(instant)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.civil();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            t.year(),
            t.month(),
            t.day(),
            t.hour(),
            t.minute(),
            t.second(),
            t.millisecond()
        )
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;

    /// Reads an RFC 3339 instant with `Z` or an offset.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<jiff::Timestamp>().map(|t| Self(t.as_millisecond()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(d)?;
        text.parse().map_err(|_| D::Error::custom("expected an RFC 3339 instant"))
    }
}

/// A calendar date without a zone, written `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

impl Date {
    /// A real calendar date, or nothing.
    #[must_use]
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        civil::Date::new(year, month, day).ok().map(Self)
    }

    /// This date moved by whole days; the earliest or latest date at the ends.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(jiff::Span::new().days(days)))
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// Day of the week in English lower case, `monday` to `sunday`.
    #[must_use]
    pub fn weekday(self) -> &'static str {
        use civil::Weekday as W;
        match self.0.weekday() {
            W::Monday => "monday",
            W::Tuesday => "tuesday",
            W::Wednesday => "wednesday",
            W::Thursday => "thursday",
            W::Friday => "friday",
            W::Saturday => "saturday",
            W::Sunday => "sunday",
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

/// A text that is not a real date in the form `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a date in the form YYYY-MM-DD")]
pub struct NotADate;

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let shaped = text.len() == 10
            && text.bytes().enumerate().all(|(i, b)| match i {
                4 | 7 => b == b'-',
                _ => b.is_ascii_digit(),
            });
        if !shaped {
            return Err(NotADate);
        }
        text.parse().map(Self).map_err(|_| NotADate)
    }
}

/// Whether a text is `HH:MM` of a real time of day (tenant file T5).
#[must_use]
pub fn is_time_of_day(text: &str) -> bool {
    let number = |digits: &str, below: u8| {
        digits.len() == 2
            && digits.bytes().all(|b| b.is_ascii_digit())
            && digits.parse::<u8>().is_ok_and(|n| n < below)
    };
    text.split_once(':').is_some_and(|(hour, minute)| number(hour, 24) && number(minute, 60))
}

/// A time zone by its IANA name; its rules come with the program, not from the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

fn zones() -> &'static TimeZoneDatabase {
    static ZONES: OnceLock<TimeZoneDatabase> = OnceLock::new();
    ZONES.get_or_init(TimeZoneDatabase::bundled)
}

impl Zone {
    /// The zone `UTC`.
    #[must_use]
    pub fn utc() -> Self {
        Self { name: "UTC".into(), rules: TimeZone::UTC }
    }

    /// The zone of that IANA name, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let rules = zones().get(name).ok()?;
        Some(Self { name: name.into(), rules })
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The calendar date that this instant has here.
    #[must_use]
    pub fn date_of(&self, at: Timestamp) -> Date {
        let instant = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::MAX);
        Date(self.rules.to_datetime(instant).date())
    }

    /// The first instant of that date here. Days last 23 to 25 hours (gym G7.14).
    #[must_use]
    pub fn start_of(&self, date: Date) -> Timestamp {
        let first = self.rules.to_ambiguous_zoned(date.0.at(0, 0, 0, 0)).compatible();
        first.map_or(Timestamp::MAX, |z| Timestamp(z.timestamp().as_millisecond()))
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.name)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<str>::deserialize(d)?;
        Self::named(&name).ok_or_else(|| D::Error::custom("expected an IANA time zone name"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_with_milliseconds_and_read_back() {
        let at: Timestamp = "2026-11-21T09:27:07.878+01:00".parse().unwrap();
        assert_eq!(at.to_string(), "2026-11-21T08:27:07.878Z");
        assert_eq!(at.to_string().parse::<Timestamp>().unwrap(), at);
    }

    #[test]
    fn only_real_dates_in_one_form_are_dates() {
        for bad in ["2025-02-29", "2025-1-9", "20250119", "2025-01-19T00", "not-a-date", ""] {
            assert_eq!(bad.parse::<Date>(), Err(NotADate), "{bad}");
        }
        assert_eq!("2024-02-29".parse::<Date>().unwrap().weekday(), "thursday");
    }

    #[test]
    fn t5_a_time_of_day_has_one_form() {
        assert!(is_time_of_day("00:00") && is_time_of_day("23:59"));
        for bad in ["24:00", "9:30", "09:60", "0930", "09:30:00", "+9:30"] {
            assert!(!is_time_of_day(bad), "{bad}");
        }
    }

    #[test]
    fn g7_14_a_day_lasts_23_to_25_hours() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let hours = |text: &str| {
            let day: Date = text.parse().unwrap();
            berlin.start_of(day.plus_days(1)).since_ms(berlin.start_of(day)) / 3_600_000
        };
        assert_eq!((hours("2026-03-29"), hours("2026-10-25"), hours("2026-11-21")), (23, 25, 24));
        assert!(Zone::named("Mars/Olympus").is_none());
    }

    #[test]
    fn church_10_5_the_local_date_is_not_the_utc_date() {
        let sydney = Zone::named("Australia/Sydney").unwrap();
        let at: Timestamp = "2025-01-18T23:01:00Z".parse().unwrap();
        assert_eq!(sydney.date_of(at).to_string(), "2025-01-19");
    }
}
