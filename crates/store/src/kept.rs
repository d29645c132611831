//! The rows of one tenant in memory: what the memory store keeps and what a log is rebuilt into.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    mem::discriminant,
    ops::Range,
};

use rollcall_core::{
    desk::Visit,
    event::Change,
    facts::{Alias, Facts, Key, Query, Row, Series},
    id::{
        AccountId, DocumentId, DocumentKind, FamilyId, GatheringId, GroupId, PersonId, SessionId,
        VisitId,
    },
    people::Person,
    rejection::Fault,
    time::{Date, Timestamp},
};

use crate::names;

/// All rows of a tenant by key, with the aliases and numbers that follow from them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Kept {
    rows: BTreeMap<Key, Row>,
    aliases: HashMap<Alias, BTreeSet<Key>>,
    highest: [u64; names::ALL_SERIES.len()],
}

impl Kept {
    /// Takes all changes in, or none.
    pub(crate) fn apply(&mut self, changes: impl IntoIterator<Item = Change>) -> Result<(), Fault> {
        let highest = self.highest;
        let mut undo = Vec::new();
        for change in changes {
            let (key, row) = match change {
                Change::Put(row) => (row.key(), Some(row)),
                Change::Remove(key) => (key, None),
            };
            let clash = row.as_ref().and_then(|row| self.second_open_visit(row));
            if let Some(fault) = clash {
                for (key, before) in undo.into_iter().rev() {
                    self.set(key, before);
                }
                self.highest = highest;
                return Err(fault);
            }
            let before = self.set(key.clone(), row);
            undo.push((key, before));
        }
        Ok(())
    }

    /// A person has at most one open visit, whatever a decision says (gym G7.4).
    fn second_open_visit(&self, row: &Row) -> Option<Fault> {
        let Row::Visit(visit) = row else { return None };
        let open = self.aliases.get(names::aliases(row).first()?)?.first()?;
        (*open != row.key()).then(|| Fault(format!("{} has an open visit already", visit.person)))
    }

    fn set(&mut self, key: Key, row: Option<Row>) -> Option<Row> {
        let before = match &row {
            Some(row) => self.rows.insert(key.clone(), row.clone()),
            None => self.rows.remove(&key),
        };
        for alias in before.as_ref().map(names::aliases).unwrap_or_default() {
            if let Some(keys) = self.aliases.get_mut(&alias) {
                keys.remove(&key);
                if keys.is_empty() {
                    self.aliases.remove(&alias);
                }
            }
        }
        if let Some(row) = &row {
            for alias in names::aliases(row) {
                self.aliases.entry(alias).or_default().insert(key.clone());
            }
            if let Some((series, number)) = names::number_taken(row) {
                let highest = &mut self.highest[names::series_place(series)];
                *highest = number.max(*highest);
            }
        }
        before
    }

    /// How many visits began in that span.
    pub(crate) fn visits_count(&self, span: &Range<Timestamp>) -> usize {
        let visits = self.from(Key::Visit(VisitId::new("")));
        visits.filter(|row| matches!(row, Row::Visit(v) if span.contains(&v.check_in))).count()
    }

    /// Every row with its key, in the order of keys.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Key, &Row)> {
        self.rows.iter()
    }

    /// Rows of the same kind as `first`, from it on.
    fn from(&self, first: Key) -> impl Iterator<Item = &Row> {
        let kind = discriminant(&first);
        self.rows
            .range(first..)
            .take_while(move |(key, _)| discriminant(*key) == kind)
            .map(|(_, row)| row)
    }

    fn people(&self, belongs: impl Fn(&Person) -> bool) -> Vec<Row> {
        self.from(Key::Person(PersonId::new("")))
            .filter(|row| matches!(row, Row::Person(p) if belongs(p)))
            .cloned()
            .collect()
    }

    fn visits(&self, wanted: impl Fn(&Visit) -> bool, limit: usize) -> Vec<Row> {
        let mut found: Vec<_> = self
            .from(Key::Visit(VisitId::new("")))
            .filter_map(|row| match row {
                Row::Visit(visit) if wanted(visit) => Some(visit),
                _ => None,
            })
            .collect();
        found.sort_by(|a, b| (b.check_in, &b.id).cmp(&(a.check_in, &a.id)));
        let newest = found.into_iter().take(limit);
        newest.map(|visit| Row::Visit(visit.clone())).collect()
    }

    fn sessions(&self, account: &AccountId) -> Vec<Row> {
        let mut found: Vec<_> = self
            .from(Key::Session(SessionId::new("")))
            .filter_map(|row| match row {
                Row::Session(s) if s.account == *account && s.revoked_at.is_none() => Some(s),
                _ => None,
            })
            .collect();
        found.sort_by(|a, b| (b.started_at, &b.id).cmp(&(a.started_at, &a.id)));
        found.into_iter().map(|s| Row::Session(s.clone())).collect()
    }

    fn sheets(&self, gathering: &GatheringId) -> Vec<Row> {
        let mut found: Vec<_> = self
            .from(Key::Sheet(gathering.clone(), first_date()))
            .take_while(|row| matches!(row, Row::Sheet(s) if s.gathering == *gathering))
            .cloned()
            .collect();
        found.reverse();
        found
    }

    fn all(&self, first: Key) -> Vec<Row> {
        self.from(first).cloned().collect()
    }
}

/// Before every date that is written with four digits.
fn first_date() -> Date {
    Date::new(0, 1, 1).expect("the year 0 has a first day")
}

impl Facts for Kept {
    fn row(&self, key: &Key) -> Result<Option<Row>, Fault> {
        Ok(self.rows.get(key).cloned())
    }

    fn find(&self, alias: &Alias) -> Result<Option<Row>, Fault> {
        let keys = match alias {
            Alias::Login(login) => self.aliases.get(&Alias::Login(names::login_form(login))),
            _ => self.aliases.get(alias),
        };
        let first = keys.and_then(BTreeSet::first);
        Ok(first.and_then(|key| self.rows.get(key)).cloned())
    }

    fn rows(&self, query: &Query) -> Result<Vec<Row>, Fault> {
        Ok(match query {
            Query::Accounts => self.all(Key::Account(AccountId::new(""))),
            Query::Sessions(account) => self.sessions(account),
            Query::People => self.people(|_| true),
            Query::PeopleOfFamily(family) => self.people(|p| p.family.as_ref() == Some(family)),
            Query::PeopleOfGroup(group) => self.people(|p| p.group.as_ref() == Some(group)),
            Query::Families => self.all(Key::Family(FamilyId::new(""))),
            Query::Groups => self.all(Key::Group(GroupId::new(""))),
            Query::Gatherings => self.all(Key::Gathering(GatheringId::new(""))),
            Query::Sheets(gathering) => self.sheets(gathering),
            Query::AllSheets => self.all(Key::Sheet(GatheringId::new(""), first_date())),
            Query::Marks(gathering, date) => self
                .from(Key::Mark(gathering.clone(), *date, PersonId::new("")))
                .take_while(|row| matches!(row, Row::Mark(g, d, _) if g == gathering && d == date))
                .cloned()
                .collect(),
            Query::Headcounts(gathering, date) => self
                .from(Key::Headcount(gathering.clone(), *date, AccountId::new("")))
                .take_while(
                    |row| matches!(row, Row::Headcount(g, d, _) if g == gathering && d == date),
                )
                .cloned()
                .collect(),
            Query::OpenVisits => self.visits(|v| v.check_out.is_none(), usize::MAX),
            Query::VisitsOf(person, limit) => self.visits(|v| v.person == *person, *limit),
            Query::VisitsIn(span, limit) => self.visits(|v| span.contains(&v.check_in), *limit),
            Query::Documents(kind) => self
                .from(Key::Document(kind.clone(), DocumentId::new("")))
                .take_while(|row| matches!(row, Row::Document(d) if d.kind == *kind))
                .cloned()
                .collect(),
            Query::AllDocuments => {
                self.all(Key::Document(DocumentKind::new(""), DocumentId::new("")))
            }
        })
    }

    fn next_number(&self, series: Series) -> Result<u64, Fault> {
        Ok(self.highest[names::series_place(series)] + 1)
    }
}
