//! Facts: what is kept, as a decision reads it. Stores answer by key; nothing else is asked of them.

mod typed;

use std::{ops::Range, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    desk::Visit,
    document::Document,
    id::{
        AccountId, DocumentId, DocumentKind, FamilyId, GatheringId, GroupId, PersonId, SessionId,
        VisitId,
    },
    people::{Account, Family, Gathering, Group, Person, Session, Tenant},
    rejection::{Fault, Rejection},
    sheet::{Headcount, Mark, Sheet},
    time::{Date, Timestamp},
};

/// The name of one kept thing inside a tenant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// The tenant itself.
    Tenant,
    /// An account.
    Account(AccountId),
    /// The hash of an account's password.
    Password(AccountId),
    /// A sign-in.
    Session(SessionId),
    /// A person.
    Person(PersonId),
    /// A family.
    Family(FamilyId),
    /// A group.
    Group(GroupId),
    /// A gathering.
    Gathering(GatheringId),
    /// A sheet.
    Sheet(GatheringId, Date),
    /// A mark.
    Mark(GatheringId, Date, PersonId),
    /// A counter's number.
    Headcount(GatheringId, Date, AccountId),
    /// A visit.
    Visit(VisitId),
    /// A document.
    Document(DocumentKind, DocumentId),
}

/// One kept thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "table", content = "row", rename_all = "snake_case")]
pub enum Row {
    /// The tenant itself.
    Tenant(Arc<Tenant>),
    /// An account.
    Account(Arc<Account>),
    /// The hash of an account's password, a PHC string.
    Password(AccountId, Arc<str>),
    /// A sign-in.
    Session(Arc<Session>),
    /// A person.
    Person(Arc<Person>),
    /// A family.
    Family(Arc<Family>),
    /// A group.
    Group(Arc<Group>),
    /// A gathering.
    Gathering(Arc<Gathering>),
    /// A sheet.
    Sheet(Arc<Sheet>),
    /// A mark on a sheet.
    Mark(GatheringId, Date, Arc<Mark>),
    /// A counter's number on a sheet.
    Headcount(GatheringId, Date, Arc<Headcount>),
    /// A visit.
    Visit(Arc<Visit>),
    /// A document.
    Document(Arc<Document>),
}

impl Row {
    /// The row's own name.
    #[must_use]
    pub fn key(&self) -> Key {
        match self {
            Self::Tenant(_) => Key::Tenant,
            Self::Account(a) => Key::Account(a.id.clone()),
            Self::Password(account, _) => Key::Password(account.clone()),
            Self::Session(s) => Key::Session(s.id.clone()),
            Self::Person(p) => Key::Person(p.id.clone()),
            Self::Family(f) => Key::Family(f.id.clone()),
            Self::Group(g) => Key::Group(g.id.clone()),
            Self::Gathering(g) => Key::Gathering(g.id.clone()),
            Self::Sheet(s) => Key::Sheet(s.gathering.clone(), s.date),
            Self::Mark(g, d, m) => Key::Mark(g.clone(), *d, m.person.clone()),
            Self::Headcount(g, d, h) => Key::Headcount(g.clone(), *d, h.by.clone()),
            Self::Visit(v) => Key::Visit(v.id.clone()),
            Self::Document(d) => Key::Document(d.kind.clone(), d.id.clone()),
        }
    }
}

/// A question for several rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// All accounts, by id.
    Accounts,
    /// All sessions of an account that were not revoked, newest first.
    Sessions(AccountId),
    /// All persons, by id.
    People,
    /// All persons of a family.
    PeopleOfFamily(FamilyId),
    /// All persons of a group.
    PeopleOfGroup(GroupId),
    /// All families, by id.
    Families,
    /// All groups, by id.
    Groups,
    /// All gatherings, by id.
    Gatherings,
    /// All sheets of a gathering, newest date first.
    Sheets(GatheringId),
    /// All sheets of the tenant, by gathering and date.
    AllSheets,
    /// All marks of a sheet, by person.
    Marks(GatheringId, Date),
    /// All counters' numbers of a sheet, by account.
    Headcounts(GatheringId, Date),
    /// All open visits.
    OpenVisits,
    /// A person's visits, newest first, at most so many.
    VisitsOf(PersonId, usize),
    /// All visits that began in this span, newest first, at most so many.
    VisitsIn(Range<Timestamp>, usize),
    /// All documents of a kind, by id.
    Documents(DocumentKind),
    /// Every document, by kind and id.
    AllDocuments,
}

/// A name that leads to a row by another way than its key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Alias {
    /// An account by e-mail address, name or mobile number, in any letter case.
    Login(String),
    /// A person by membership or student number, exactly.
    Number(String),
    /// The person's open visit.
    OpenVisit(PersonId),
    /// A sheet by its number.
    SheetNumber(u64),
}

/// A list whose new entries are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Series {
    /// Sheets.
    Sheets,
    /// Persons with numeric ids.
    People,
    /// Families with numeric ids.
    Families,
    /// Gatherings with numeric ids.
    Gatherings,
}

/// What a decision may ask, inside the transaction that will keep its events.
pub trait Facts {
    /// The row of that key.
    ///
    /// # Errors
    /// The store broke.
    fn row(&self, key: &Key) -> Result<Option<Row>, Fault>;

    /// The row that an alias leads to.
    ///
    /// # Errors
    /// The store broke.
    fn find(&self, alias: &Alias) -> Result<Option<Row>, Fault>;

    /// All rows that answer a question, in its order.
    ///
    /// # Errors
    /// The store broke.
    fn rows(&self, query: &Query) -> Result<Vec<Row>, Fault>;

    /// One more than the largest number used so far in a series (the first is 1).
    ///
    /// # Errors
    /// The store broke.
    fn next_number(&self, series: Series) -> Result<u64, Fault>;
}

/// A row that must be there for the command to make sense.
///
/// # Errors
/// [`Rejection::NotFound`] naming both ends.
pub fn required<T>(row: Option<T>, what: &str, id: &impl ToString) -> Result<T, Rejection> {
    row.ok_or_else(|| Rejection::not_found(what, id.to_string()))
}
