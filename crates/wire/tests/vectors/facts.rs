//! Rows of a vector as facts: the small part of a store that snapshots ask for.

use rollcall_core::{
    facts::{Alias, Facts, Key, Query, Row, Series},
    rejection::Fault,
};

/// Rows in the order of the file.
#[derive(Clone, Default)]
pub struct Rows(pub Vec<Row>);

impl Facts for Rows {
    fn row(&self, key: &Key) -> Result<Option<Row>, Fault> {
        Ok(self.0.iter().find(|row| row.key() == *key).cloned())
    }

    fn find(&self, alias: &Alias) -> Result<Option<Row>, Fault> {
        let named = |row: &&Row| match (alias, row) {
            (Alias::Number(number), Row::Person(p)) => p.number.as_ref() == Some(number),
            (Alias::OpenVisit(person), Row::Visit(v)) => {
                v.person == *person && v.check_out.is_none()
            }
            (Alias::SheetNumber(number), Row::Sheet(s)) => s.number == *number,
            (Alias::Login(login), Row::Account(a)) => {
                [&a.email, &a.username, &a.mobile].into_iter().flatten().any(|name| name == login)
            }
            _ => false,
        };
        Ok(self.0.iter().find(named).cloned())
    }

    fn rows(&self, query: &Query) -> Result<Vec<Row>, Fault> {
        let mut rows: Vec<Row> = self.0.iter().filter(|row| answers(query, row)).cloned().collect();
        if let Query::VisitsSince(_, max) | Query::VisitsOf(_, max) | Query::VisitsIn(_, max) =
            query
        {
            rows.truncate(*max);
        }
        Ok(rows)
    }

    fn next_number(&self, _series: Series) -> Result<u64, Fault> {
        Err(Fault("a vector decides nothing".into()))
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
        (Query::VisitsSince(since, _), Row::Visit(v)) => v.check_in >= *since,
        (Query::VisitsIn(span, _), Row::Visit(v)) => span.contains(&v.check_in),
        (Query::VisitsOf(person, _), Row::Visit(v)) => v.person == *person,
        (Query::Documents(kind), Row::Document(d)) => d.kind == *kind,
        _ => false,
    }
}
