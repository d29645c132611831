//! Facts as they will be once events in the making are kept, for commands of several steps.

use std::collections::BTreeMap;

use crate::{
    decide::{Decision, Situation},
    event::{Change, Event},
    facts::{Alias, Facts, Key, Query, Row, Series},
    rejection::Fault,
};

/// Rows laid over what is kept; over nothing, a small world of its own.
#[derive(Default)]
pub struct Overlay<'a> {
    under: Option<&'a dyn Facts>,
    /// `None`: the row is gone.
    rows: BTreeMap<Key, Option<Row>>,
}

impl<'a> Overlay<'a> {
    /// Nothing laid over these facts yet.
    #[must_use]
    pub fn over(under: &'a dyn Facts) -> Self {
        Self { under: Some(under), rows: BTreeMap::new() }
    }

    /// Takes in what an event does.
    pub fn apply(&mut self, event: &Event) {
        for change in event.changes() {
            match change {
                Change::Put(row) => self.rows.insert(row.key(), Some(row)),
                Change::Remove(key) => self.rows.insert(key, None),
            };
        }
    }

    fn present(&self) -> impl Iterator<Item = &Row> {
        self.rows.values().flatten()
    }
}

impl Facts for Overlay<'_> {
    fn row(&self, key: &Key) -> Result<Option<Row>, Fault> {
        match (self.rows.get(key), self.under) {
            (Some(row), _) => Ok(row.clone()),
            (None, Some(under)) => under.row(key),
            (None, None) => Ok(None),
        }
    }

    fn find(&self, alias: &Alias) -> Result<Option<Row>, Fault> {
        if let Some(row) = self.present().find(|row| leads_to(alias, row)) {
            return Ok(Some(row.clone()));
        }
        let found = self.under.map_or(Ok(None), |under| under.find(alias))?;
        Ok(found.filter(|row| !self.rows.contains_key(&row.key())))
    }

    fn rows(&self, query: &Query) -> Result<Vec<Row>, Fault> {
        let mut found = self.under.map_or(Ok(Vec::new()), |under| under.rows(query))?;
        if self.rows.is_empty() {
            return Ok(found);
        }
        found.retain(|row| !self.rows.contains_key(&row.key()));
        found.extend(self.present().filter(|row| answers(query, row)).cloned());
        sort(query, &mut found);
        Ok(found)
    }

    fn next_number(&self, series: Series) -> Result<u64, Fault> {
        let kept = self.under.map_or(Ok(1), |under| under.next_number(series))?;
        let taken = self.present().filter_map(|row| number_in(series, row)).max();
        Ok(taken.map_or(kept, |taken| kept.max(taken + 1)))
    }
}

fn leads_to(alias: &Alias, row: &Row) -> bool {
    match (alias, row) {
        (Alias::Login(login), Row::Account(a)) => [&a.email, &a.username, &a.mobile]
            .into_iter()
            .flatten()
            .any(|own| own.trim().to_lowercase() == login.trim().to_lowercase()),
        (Alias::Number(number), Row::Person(p)) => p.number.as_ref() == Some(number),
        (Alias::OpenVisit(person), Row::Visit(v)) => v.person == *person && v.check_out.is_none(),
        (Alias::SheetNumber(number), Row::Sheet(s)) => s.number == *number,
        _ => false,
    }
}

fn answers(query: &Query, row: &Row) -> bool {
    match (query, row) {
        (Query::Accounts, Row::Account(_))
        | (Query::People, Row::Person(_))
        | (Query::Families, Row::Family(_))
        | (Query::Groups, Row::Group(_))
        | (Query::Gatherings, Row::Gathering(_))
        | (Query::AllSheets, Row::Sheet(_))
        | (Query::AllDocuments, Row::Document(_)) => true,
        (Query::Sessions(account), Row::Session(s)) => {
            s.account == *account && s.revoked_at.is_none()
        }
        (Query::PeopleOfFamily(family), Row::Person(p)) => p.family.as_ref() == Some(family),
        (Query::PeopleOfGroup(group), Row::Person(p)) => p.group.as_ref() == Some(group),
        (Query::Sheets(gathering), Row::Sheet(s)) => s.gathering == *gathering,
        (Query::Marks(gathering, date), Row::Mark(g, d, _))
        | (Query::Headcounts(gathering, date), Row::Headcount(g, d, _)) => {
            g == gathering && d == date
        }
        (Query::OpenVisits, Row::Visit(v)) => v.check_out.is_none(),
        (Query::VisitsIn(span, _), Row::Visit(v)) => span.contains(&v.check_in),
        (Query::VisitsOf(person, _), Row::Visit(v)) => v.person == *person,
        (Query::Documents(kind), Row::Document(d)) => d.kind == *kind,
        _ => false,
    }
}

/// Puts rows into the order that the question promises.
fn sort(query: &Query, rows: &mut Vec<Row>) {
    rows.sort_by_key(Row::key);
    match query {
        Query::Sheets(_) => rows.reverse(),
        Query::VisitsOf(..) | Query::VisitsIn(..) => {
            rows.sort_by_key(|row| match row {
                Row::Visit(visit) => std::cmp::Reverse(Some(visit.check_in)),
                _ => std::cmp::Reverse(None),
            });
        }
        _ => {}
    }
    if let Query::VisitsOf(_, limit) | Query::VisitsIn(_, limit) = query {
        rows.truncate(*limit);
    }
}

fn number_in(series: Series, row: &Row) -> Option<u64> {
    match (series, row) {
        (Series::Sheets, Row::Sheet(sheet)) => Some(sheet.number),
        (Series::People, Row::Person(person)) => person.id.as_str().parse().ok(),
        (Series::Families, Row::Family(family)) => family.id.as_str().parse().ok(),
        (Series::Gatherings, Row::Gathering(gathering)) => gathering.id.as_str().parse().ok(),
        _ => None,
    }
}

/// The events of one command in the making, and the facts as they will be after them.
pub(crate) struct Draft<'a> {
    at: &'a Situation<'a>,
    after: Overlay<'a>,
    decision: Decision,
}

impl<'a> Draft<'a> {
    pub fn new(at: &'a Situation<'a>) -> Self {
        Self { at, after: Overlay::over(at.facts), decision: Decision::default() }
    }

    /// The situation after the events so far.
    pub fn at(&self) -> Situation<'_> {
        Situation { facts: &self.after, by: self.at.by, now: self.at.now, fresh: self.at.fresh }
    }

    pub fn push(&mut self, event: Event) {
        self.after.apply(&event);
        self.decision.events.push(event);
    }

    /// Goes on with what a part of the command came to.
    pub fn extend(&mut self, part: Decision) {
        part.events.into_iter().for_each(|event| self.push(event));
        self.decision.marks.extend(part.marks);
    }

    /// Puts an event that keeps nothing before the first that marks people, so that those who
    /// follow know the people before their marks come.
    pub fn announce(&mut self, event: Event) {
        let events = &mut self.decision.events;
        let marked = events.iter().position(|e| matches!(e, Event::Marked { .. }));
        events.insert(marked.unwrap_or(events.len()), event);
    }

    pub fn done(self) -> Decision {
        self.decision
    }
}
