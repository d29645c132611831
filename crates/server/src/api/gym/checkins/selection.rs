//! Which visits a list shows, and which page of them (G8.8, G8.9).

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::Arc,
};

use rollcall_core::{
    desk::{self, Visit},
    facts::Facts,
    id::PersonId,
    limits,
    rejection::Fault,
    time::{Date, Timestamp, Zone},
};
use rollcall_store::View;
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
    range: Dates,
    text: String,
    member: Option<String>,
    date: Option<Date>,
    pub(super) page: usize,
    pub(super) per_page: usize,
}

/// When a visit began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Dates {
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
                "today" => Dates::Today,
                "yesterday" => Dates::Yesterday,
                "week" => Dates::Days(7),
                "month" => Dates::Days(30),
                _ => Dates::All,
            },
            text: get("q").to_lowercase(),
            member: Some(get("member")).filter(|named| !named.is_empty()).map(str::to_owned),
            date,
            page: number("page").unwrap_or(0),
            per_page: per_page.min(limits::PAGE_ROWS_MAX),
        })
    }

    /// The page that was asked for, newest first.
    ///
    /// Where nobody in particular is looked for, the visits of other pages are only counted.
    pub(super) fn page(&self, view: &dyn View, now: Timestamp) -> Result<Page, Fault> {
        let skipped = self.page.saturating_mul(self.per_page);
        let (visits, total) = match self.count(view, now)? {
            Some(total) => (self.all(view, now, skipped.saturating_add(self.per_page))?, total),
            None => {
                let visits = self.all(view, now, limits::HISTORY_VISITS_MAX)?;
                let total = visits.len();
                (visits, total)
            }
        };
        let visits = visits.into_iter().skip(skipped).take(self.per_page).collect();
        Ok(Page { visits, total })
    }

    /// How many visits are meant, if that can be known without looking at them.
    fn count(&self, view: &dyn View, now: Timestamp) -> Result<Option<usize>, Fault> {
        if !self.text.is_empty() || self.member.is_some() || self.open == Some(true) {
            return Ok(None);
        }
        let facts: &dyn Facts = view;
        let span = self.span(&facts.zone()?, now);
        let all = view.visits_count(&span)?;
        if self.open.is_none() {
            return Ok(Some(all));
        }
        let open = facts.open_visits()?;
        Ok(Some(all - open.iter().filter(|visit| span.contains(&visit.check_in)).count()))
    }

    /// All visits that are meant, newest first, at most so many. Of a text's or a status's only
    /// [`limits::HISTORY_VISITS_MAX`] are looked through.
    pub(super) fn all(
        &self,
        facts: &dyn Facts,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Arc<Visit>>, Fault> {
        let span = self.span(&facts.zone()?, now);
        let member = match &self.member {
            Some(named) => match person_ref(named).map(|named| named.find(facts)).transpose()? {
                Some(Some(person)) => Some(person.id.clone()),
                _ => return Ok(Vec::new()),
            },
            None => None,
        };
        let limit = limit.min(limits::HISTORY_VISITS_MAX);
        let mut visits = match (member, self.open) {
            (Some(person), _) => facts.visits_of(&person, limits::HISTORY_VISITS_MAX)?,
            (None, Some(true)) => facts.open_visits()?,
            (None, None) if self.text.is_empty() => facts.visits_in(span.clone(), limit)?,
            (None, Some(false)) if self.text.is_empty() => {
                // No more than those who are in now can stand between those who have gone.
                let open = facts.open_visits()?.len();
                facts.visits_in(span.clone(), limit + open)?
            }
            (None, _) => facts.visits_in(span.clone(), limits::HISTORY_VISITS_MAX)?,
        };
        let meant = self.people(facts)?;
        visits.retain(|visit| {
            self.open.is_none_or(|open| open == visit.check_out.is_none())
                && span.contains(&visit.check_in)
                && meant.as_ref().is_none_or(|people| people.contains(&visit.person))
        });
        // Open visits come in no order of time.
        visits.sort_by(|a, b| (b.check_in, &b.id).cmp(&(a.check_in, &a.id)));
        visits.truncate(limit);
        Ok(visits)
    }

    /// When a visit began, from and until before.
    fn span(&self, zone: &Zone, now: Timestamp) -> Range<Timestamp> {
        let (from, until) = self.bounds(zone, now);
        let ever = |ms: i64| Timestamp::from_millis(ms);
        from.unwrap_or(ever(i64::MIN))..until.unwrap_or(ever(i64::MAX))
    }

    /// From when and until before when a visit began; the narrower of range and date.
    fn bounds(&self, zone: &Zone, now: Timestamp) -> (Option<Timestamp>, Option<Timestamp>) {
        let today = zone.date_of(now);
        let day = |date: Date| (Some(zone.start_of(date)), Some(zone.start_of(date.plus_days(1))));
        let (from, until) = match self.range {
            Dates::All => (None, None),
            Dates::Today => day(today),
            Dates::Yesterday => day(today.plus_days(-1)),
            Dates::Days(days) => (Some(now.plus_ms(-days * DAY_MS)), None),
        };
        let Some((begins, ends)) = self.date.map(day) else { return (from, until) };
        (from.max(begins), [until, ends].into_iter().flatten().min())
    }

    /// Whose visits are meant by a text: name, number or telephone.
    fn people(&self, facts: &dyn Facts) -> Result<Option<HashSet<PersonId>>, Fault> {
        if self.text.is_empty() {
            return Ok(None);
        }
        let meant = |name: &str, numbers: [&Option<String>; 2]| {
            holds(name, &self.text)
                || numbers.into_iter().flatten().any(|number| holds(number, &self.text))
        };
        let people = everybody(facts)?.into_iter();
        let people = people.filter(|p| meant(&p.full_name(), [&p.number, &p.phone]));
        let former = desk::former_people(facts)?.into_iter();
        let former = former.filter(|card| meant(&card.name(), [&card.number, &None]));
        Ok(Some(people.map(|p| p.id.clone()).chain(former.map(|card| card.id)).collect()))
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
        assert_eq!((all.page, all.per_page, all.range), (0, 10, Dates::All));
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
