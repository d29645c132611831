//! Which visits a list shows, and which page of them (G8.8, G8.9).

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use rollcall_core::{
    desk::Visit,
    facts::Facts,
    id::PersonId,
    limits,
    people::Person,
    rejection::Fault,
    time::{Date, Timestamp, Zone},
};
use rollcall_wire::gym::person_ref;

use super::super::{
    members::{everybody, holds},
    refused::Refused,
};

/// Visits of a page, unless asked otherwise.
const PAGE_VISITS: usize = 10;

const DAY_MS: i64 = 24 * 3_600_000;

/// What a list was asked for. A value that is not understood asks for all.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Selection {
    open: Option<bool>,
    range: Range,
    text: String,
    member: Option<String>,
    date: Option<Date>,
    pub(super) page: usize,
    pub(super) per_page: usize,
}

/// When a visit began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Range {
    #[default]
    All,
    Today,
    Yesterday,
    Days(i64),
}

/// A page of visits, and how many there are on all pages.
pub(super) struct Page {
    pub(super) visits: Vec<Arc<Visit>>,
    pub(super) total: usize,
}

impl Selection {
    /// Whether a list was asked for in pages: by any key that only such a list knows.
    pub(super) fn has_pages(asked: &HashMap<String, String>) -> bool {
        const KEYS: [&str; 6] = ["page", "perPage", "per_page", "status", "dateRange", "q"];
        KEYS.iter().any(|key| asked.contains_key(*key))
    }

    /// Reads what was asked for.
    pub(super) fn of(asked: &HashMap<String, String>) -> Result<Self, Refused> {
        let get = |key: &str| asked.get(key).map(|value| value.trim()).unwrap_or_default();
        let number = |key: &str| get(key).parse::<usize>().ok();
        let date = match get("date") {
            "" => None,
            date => {
                let date = date.parse::<Date>();
                Some(date.map_err(|error| Refused::Field("date".into(), error.to_string()))?)
            }
        };
        let per_page = number("perPage").or_else(|| number("per_page"));
        let per_page = per_page.filter(|count| *count > 0).unwrap_or(PAGE_VISITS);
        Ok(Self {
            open: match get("status") {
                "checked_in" | "in" => Some(true),
                "checked_out" | "out" => Some(false),
                _ => None,
            },
            range: match get("dateRange") {
                "today" => Range::Today,
                "yesterday" => Range::Yesterday,
                "week" => Range::Days(7),
                "month" => Range::Days(30),
                _ => Range::All,
            },
            text: get("q").to_lowercase(),
            member: Some(get("member")).filter(|named| !named.is_empty()).map(str::to_owned),
            date,
            page: number("page").unwrap_or(0),
            per_page: per_page.min(limits::PAGE_ROWS_MAX),
        })
    }

    /// The page that was asked for, newest first.
    pub(super) fn page(&self, facts: &dyn Facts, now: Timestamp) -> Result<Page, Fault> {
        let visits = self.all(facts, now, usize::MAX)?;
        let total = visits.len();
        let skipped = self.page.saturating_mul(self.per_page);
        let visits = visits.into_iter().skip(skipped).take(self.per_page).collect();
        Ok(Page { visits, total })
    }

    /// All visits that are meant, newest first, at most so many.
    pub(super) fn all(
        &self,
        facts: &dyn Facts,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Arc<Visit>>, Fault> {
        let (from, until) = self.bounds(&facts.zone()?, now);
        let member = match &self.member {
            Some(named) => match person_ref(named).map(|named| named.find(facts)).transpose()? {
                Some(Some(person)) => Some(person.id.clone()),
                _ => return Ok(Vec::new()),
            },
            None => None,
        };
        let mut visits = match (member, from) {
            (Some(person), _) => facts.visits_of(&person, usize::MAX)?,
            (None, Some(from)) => facts.visits_since(from, usize::MAX)?,
            (None, None) if self.open == Some(true) => facts.open_visits()?,
            (None, None) => facts.visits()?,
        };
        let meant = self.people(facts)?;
        visits.retain(|visit| {
            self.open.is_none_or(|open| open == visit.check_out.is_none())
                && from.is_none_or(|from| visit.check_in >= from)
                && until.is_none_or(|until| visit.check_in < until)
                && meant.as_ref().is_none_or(|people| people.contains(&visit.person))
        });
        // Open visits come in no order of time.
        visits.sort_by(|a, b| (b.check_in, &b.id).cmp(&(a.check_in, &a.id)));
        visits.truncate(limit);
        Ok(visits)
    }

    /// From when and until before when a visit began; the narrower of range and date.
    fn bounds(&self, zone: &Zone, now: Timestamp) -> (Option<Timestamp>, Option<Timestamp>) {
        let today = zone.date_of(now);
        let day = |date: Date| (Some(zone.start_of(date)), Some(zone.start_of(date.plus_days(1))));
        let (from, until) = match self.range {
            Range::All => (None, None),
            Range::Today => day(today),
            Range::Yesterday => day(today.plus_days(-1)),
            Range::Days(days) => (Some(now.plus_ms(-days * DAY_MS)), None),
        };
        let Some((begins, ends)) = self.date.map(day) else { return (from, until) };
        (from.max(begins), [until, ends].into_iter().flatten().min())
    }

    /// Whose visits are meant by a text: name, number or telephone.
    fn people(&self, facts: &dyn Facts) -> Result<Option<HashSet<PersonId>>, Fault> {
        if self.text.is_empty() {
            return Ok(None);
        }
        let meant = |person: &Person| {
            let names = [person.number.as_deref(), person.phone.as_deref()];
            holds(&person.full_name(), &self.text)
                || names.into_iter().flatten().any(|name| holds(name, &self.text))
        };
        let people = everybody(facts)?.into_iter().filter(|person| meant(person));
        Ok(Some(people.map(|person| person.id.clone()).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Selection {
        let asked = pairs.iter().map(|(key, value)| (key.to_string(), value.to_string()));
        Selection::of(&asked.collect()).unwrap()
    }

    #[test]
    fn g8_8_unknown_values_act_as_all() {
        let all = of(&[]);
        assert_eq!((all.page, all.per_page, all.range), (0, 10, Range::All));
        let odd = [("status", "gone"), ("dateRange", "aeon"), ("page", "-1"), ("perPage", "0")];
        assert_eq!(of(&odd), all);
        assert_eq!(of(&[("perPage", "999999")]).per_page, limits::PAGE_ROWS_MAX);
    }

    #[test]
    fn g7_14_a_day_is_the_tenants_own() {
        let zone = Zone::named("America/New_York").unwrap();
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let told = |pairs: &[(&str, &str)]| {
            let (from, until) = of(pairs).bounds(&zone, now);
            (from.map(|at| at.to_string()), until.map(|at| at.to_string()))
        };
        let at = |text: &str| Some(text.to_owned());
        assert_eq!(
            told(&[("dateRange", "today")]),
            (at("2026-11-21T05:00:00.000Z"), at("2026-11-22T05:00:00.000Z"))
        );
        assert_eq!(
            told(&[("dateRange", "yesterday")]),
            (at("2026-11-20T05:00:00.000Z"), at("2026-11-21T05:00:00.000Z"))
        );
        assert_eq!(told(&[("dateRange", "week")]), (at("2026-11-15T03:00:00.000Z"), None));
        assert_eq!(
            told(&[("dateRange", "week"), ("date", "2026-11-20")]),
            (at("2026-11-20T05:00:00.000Z"), at("2026-11-21T05:00:00.000Z"))
        );
    }
}
