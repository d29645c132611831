//! The questions of [`Facts`] with typed answers: a row of one kind for a key, or all for a query.

use std::{ops::Range, sync::Arc};

use super::{Alias, Facts, Key, Query, Row};
use crate::{
    desk::Visit,
    document::Document,
    id::{
        AccountId, DocumentId, DocumentKind, FamilyId, GatheringId, GroupId, PersonId, SessionId,
        VisitId,
    },
    people::{Account, Family, Gathering, Group, Person, PersonStatus, Session, Tenant},
    rejection::Fault,
    sheet::{Headcount, Mark, Sheet},
    time::{Date, Timestamp, Zone},
};

macro_rules! one {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $ty:ty),*) -> $row:ident: $ask:ident($key:expr);)+) => {
        impl dyn Facts + '_ {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// The store broke.
                pub fn $name(&self, $($arg: $ty),*) -> Result<Option<Arc<$row>>, Fault> {
                    Ok(match self.$ask(&$key)? {
                        Some(Row::$row(.., row)) => Some(row),
                        _ => None,
                    })
                }
            )+
        }
    };
}

one! {
    /// The tenant.
    tenant() -> Tenant: row(Key::Tenant);
    /// An account.
    account(id: &AccountId) -> Account: row(Key::Account(id.clone()));
    /// The account that signs in by that e-mail address, name or mobile number.
    account_by_login(login: &str) -> Account: find(Alias::Login(login.to_owned()));
    /// A sign-in.
    session(id: &SessionId) -> Session: row(Key::Session(id.clone()));
    /// A person.
    person(id: &PersonId) -> Person: row(Key::Person(id.clone()));
    /// The person with that membership or student number.
    person_by_number(number: &str) -> Person: find(Alias::Number(number.to_owned()));
    /// A family.
    family(id: &FamilyId) -> Family: row(Key::Family(id.clone()));
    /// A group.
    group(id: &GroupId) -> Group: row(Key::Group(id.clone()));
    /// A gathering.
    gathering(id: &GatheringId) -> Gathering: row(Key::Gathering(id.clone()));
    /// A sheet.
    sheet(gathering: &GatheringId, date: Date) -> Sheet: row(Key::Sheet(gathering.clone(), date));
    /// A sheet by its number.
    sheet_by_number(number: u64) -> Sheet: find(Alias::SheetNumber(number));
    /// A mark.
    mark(gathering: &GatheringId, date: Date, person: &PersonId) -> Mark:
        row(Key::Mark(gathering.clone(), date, person.clone()));
    /// A visit.
    visit(id: &VisitId) -> Visit: row(Key::Visit(id.clone()));
    /// The open visit of a person.
    open_visit(person: &PersonId) -> Visit: find(Alias::OpenVisit(person.clone()));
    /// A document.
    document(kind: &DocumentKind, id: &DocumentId) -> Document:
        row(Key::Document(kind.clone(), id.clone()));
}

macro_rules! all {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $ty:ty),*) -> $row:ident: $query:expr;)+) => {
        impl dyn Facts + '_ {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// The store broke.
                pub fn $name(&self, $($arg: $ty),*) -> Result<Vec<Arc<$row>>, Fault> {
                    let rows = self.rows(&$query)?.into_iter();
                    let found = rows.filter_map(|row| match row {
                        Row::$row(.., row) => Some(row),
                        _ => None,
                    });
                    Ok(found.collect())
                }
            )+
        }
    };
}

all! {
    /// All accounts, by id.
    accounts() -> Account: Query::Accounts;
    /// All sessions of an account that were not revoked, newest first.
    sessions(account: &AccountId) -> Session: Query::Sessions(account.clone());
    /// All persons, by id.
    people() -> Person: Query::People;
    /// All persons of a family.
    people_of_family(family: &FamilyId) -> Person: Query::PeopleOfFamily(family.clone());
    /// All persons of a group.
    people_of_group(group: &GroupId) -> Person: Query::PeopleOfGroup(group.clone());
    /// All families, by id.
    families() -> Family: Query::Families;
    /// All groups, by id.
    groups() -> Group: Query::Groups;
    /// All gatherings, by id.
    gatherings() -> Gathering: Query::Gatherings;
    /// All sheets of a gathering, newest date first.
    sheets(gathering: &GatheringId) -> Sheet: Query::Sheets(gathering.clone());
    /// All marks of a sheet, by person.
    marks(gathering: &GatheringId, date: Date) -> Mark: Query::Marks(gathering.clone(), date);
    /// All counters' numbers of a sheet, by account.
    headcounts(gathering: &GatheringId, date: Date) -> Headcount:
        Query::Headcounts(gathering.clone(), date);
    /// All open visits.
    open_visits() -> Visit: Query::OpenVisits;
    /// All visits that began at or after this instant, newest first, at most so many.
    visits_since(from: Timestamp, max: usize) -> Visit: Query::VisitsIn(from..Timestamp::MAX, max);
    /// All visits that began in this span, newest first, at most so many.
    visits_in(span: Range<Timestamp>, max: usize) -> Visit: Query::VisitsIn(span, max);
    /// A person's visits, newest first, at most so many.
    visits_of(person: &PersonId, max: usize) -> Visit: Query::VisitsOf(person.clone(), max);
    /// All documents of a kind, by id.
    documents(kind: &DocumentKind) -> Document: Query::Documents(kind.clone());
}

impl dyn Facts + '_ {
    /// The persons of a family who are active.
    ///
    /// # Errors
    /// The store broke.
    pub fn active_people_of_family(&self, family: &FamilyId) -> Result<Vec<Arc<Person>>, Fault> {
        let mut people = self.people_of_family(family)?;
        people.retain(|person| person.status == PersonStatus::Active);
        Ok(people)
    }

    /// Where the tenant's days begin and end.
    ///
    /// # Errors
    /// The store broke.
    pub fn zone(&self) -> Result<Zone, Fault> {
        Ok(self.tenant()?.map(|tenant| tenant.time_zone.clone()).unwrap_or_default())
    }
}
