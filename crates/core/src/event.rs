//! Events: everything that can have happened. The log is made of them and nothing else.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::{
    audience::{Audience, Hearer},
    desk::Visit,
    document::Document,
    facts::{Key, Row},
    id::{AccountId, CommandId, GatheringId},
    people::{
        Account, Family, Gathering, Group, HeadcountMode, Permission, Person, PersonCard, Session,
        Tenant,
    },
    position::Offset,
    room::Room,
    sheet::{Headcount, Mark, Sheet},
    time::{Date, Timestamp},
};

/// What happened. Every event carries what a screen needs to show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Event {
    /// The tenant's name, zone or settings changed.
    TenantChanged(Arc<Tenant>),
    /// An account was made or changed.
    AccountChanged(Arc<Account>),
    /// An account was removed.
    AccountRemoved(Arc<Account>),
    /// An account has a new password. Delivered to nobody.
    PasswordSet {
        /// Whose.
        account: AccountId,
        /// Its hash, a PHC string.
        hash: Arc<str>,
    },
    /// Somebody signed in.
    SignedIn(Arc<Session>),
    /// A sign-in ended before its time.
    SignedOut(Arc<Session>),
    /// A person was entered or changed.
    PersonChanged {
        /// As the person stands now.
        person: Arc<Person>,
        /// Whether the person is new.
        created: bool,
    },
    /// A person was removed.
    PersonRemoved(Arc<Person>),
    /// A family was entered or changed.
    FamilyChanged(Arc<Family>),
    /// A family was removed.
    FamilyRemoved(Arc<Family>),
    /// A group was entered or changed.
    GroupChanged(Arc<Group>),
    /// A group was removed.
    GroupRemoved(Arc<Group>),
    /// A gathering was entered or changed.
    GatheringChanged(Arc<Gathering>),
    /// A gathering was removed.
    GatheringRemoved(Arc<Gathering>),
    /// A sheet came into being, or its own properties changed.
    SheetChanged(Arc<Sheet>),
    /// People were marked: the applied changes of one command.
    Marked {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// Each mark as it stands now.
        marks: Vec<Marked>,
    },
    /// Somebody counted heads.
    HeadsCounted {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// How the sheet makes one number of several now.
        mode: HeadcountMode,
        /// The number that was written.
        counted: Headcount,
        /// The counter's name.
        counter_name: String,
        /// All numbers of the sheet now, newest first.
        all: Vec<Headcount>,
    },
    /// Somebody came.
    CheckedIn {
        /// The open visit.
        visit: Visit,
        /// Who.
        person: PersonCard,
        /// What the desk should know, such as a lapsed membership (gym G7.3).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        warning: Option<String>,
    },
    /// Somebody went.
    CheckedOut {
        /// The closed visit.
        visit: Visit,
        /// Who.
        person: PersonCard,
    },
    /// A document was written.
    DocumentChanged(Arc<Document>),
    /// A document was taken away; its last content.
    DocumentRemoved(Arc<Document>),
    /// Rows of a tenant file were taken in. Delivered to nobody.
    Imported {
        /// The rows.
        rows: Vec<Row>,
    },
}

/// One mark in an event, with what a screen shows beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// The mark as it stands now.
    pub mark: Arc<Mark>,
    /// The person's name.
    pub name: String,
    /// The person's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The other hand's mark that it replaced: whose, what and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<Box<Mark>>,
}

/// An event with its place in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Committed {
    /// Its place in the tenant's log.
    pub offset: Offset,
    /// When it was committed, by the server's clock.
    pub at: Timestamp,
    /// Whose hand; absent for the program itself.
    pub by: Option<AccountId>,
    /// The client's id of the command.
    pub command: Option<CommandId>,
    /// What happened.
    pub event: Event,
}

/// One step of a projection: what an event does to the kept rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The row stands now just so.
    Put(Row),
    /// The row of that key is gone.
    Remove(Key),
}

impl Event {
    /// The room the event belongs to.
    #[must_use]
    pub fn room(&self) -> Room {
        match self {
            Self::TenantChanged(_)
            | Self::AccountChanged(_)
            | Self::AccountRemoved(_)
            | Self::PasswordSet { .. }
            | Self::SignedIn(_)
            | Self::SignedOut(_)
            | Self::Imported { .. } => Room::Accounts,
            Self::PersonChanged { .. }
            | Self::PersonRemoved(_)
            | Self::FamilyChanged(_)
            | Self::FamilyRemoved(_)
            | Self::GroupChanged(_)
            | Self::GroupRemoved(_) => Room::People,
            Self::GatheringChanged(_) | Self::GatheringRemoved(_) => Room::Gatherings,
            Self::SheetChanged(sheet) => Room::Sheet(sheet.gathering.clone(), sheet.date),
            Self::Marked { gathering, date, .. } | Self::HeadsCounted { gathering, date, .. } => {
                Room::Sheet(gathering.clone(), *date)
            }
            Self::CheckedIn { .. } | Self::CheckedOut { .. } => Room::Desk,
            Self::DocumentChanged(d) | Self::DocumentRemoved(d) => Room::Documents(d.kind.clone()),
        }
    }

    /// Who may hear the event.
    #[must_use]
    pub fn audience(&self) -> Audience {
        let hearers = match self {
            Self::PasswordSet { .. } | Self::Imported { .. } => Vec::new(),
            Self::TenantChanged(_) => vec![Hearer::Everyone],
            Self::AccountChanged(a) | Self::AccountRemoved(a) => {
                vec![Hearer::May(Permission::ManageAccounts), Hearer::Account(a.id.clone())]
            }
            Self::SignedIn(s) | Self::SignedOut(s) => {
                vec![Hearer::May(Permission::ManageAccounts), Hearer::Account(s.account.clone())]
            }
            Self::PersonChanged { person: p, .. } | Self::PersonRemoved(p) => {
                vec![Hearer::May(Permission::ReadPeople), Hearer::Person(p.id.clone())]
            }
            Self::FamilyChanged(_)
            | Self::FamilyRemoved(_)
            | Self::GroupChanged(_)
            | Self::GroupRemoved(_) => vec![Hearer::May(Permission::ReadPeople)],
            Self::GatheringChanged(g) | Self::GatheringRemoved(g) => sheet_hearers(&g.id),
            Self::SheetChanged(s) => sheet_hearers(&s.gathering),
            Self::Marked { gathering, .. } | Self::HeadsCounted { gathering, .. } => {
                sheet_hearers(gathering)
            }
            Self::CheckedIn { visit, .. } | Self::CheckedOut { visit, .. } => {
                vec![Hearer::May(Permission::ReadDesk), Hearer::Person(visit.person.clone())]
            }
            Self::DocumentChanged(_) | Self::DocumentRemoved(_) => {
                vec![Hearer::May(Permission::ReadDocuments)]
            }
        };
        Audience(hearers)
    }

    /// What the event does to the kept rows. Applying the log from its start gives them all.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        use Change::{Put, Remove};
        match self {
            Self::TenantChanged(t) => vec![Put(Row::Tenant(t.clone()))],
            Self::AccountChanged(a) => vec![Put(Row::Account(a.clone()))],
            Self::AccountRemoved(a) => {
                vec![Remove(Key::Account(a.id.clone())), Remove(Key::Password(a.id.clone()))]
            }
            Self::PasswordSet { account, hash } => {
                vec![Put(Row::Password(account.clone(), hash.clone()))]
            }
            Self::SignedIn(s) | Self::SignedOut(s) => vec![Put(Row::Session(s.clone()))],
            Self::PersonChanged { person, .. } => vec![Put(Row::Person(person.clone()))],
            Self::PersonRemoved(p) => vec![Remove(Key::Person(p.id.clone()))],
            Self::FamilyChanged(f) => vec![Put(Row::Family(f.clone()))],
            Self::FamilyRemoved(f) => vec![Remove(Key::Family(f.id.clone()))],
            Self::GroupChanged(g) => vec![Put(Row::Group(g.clone()))],
            Self::GroupRemoved(g) => vec![Remove(Key::Group(g.id.clone()))],
            Self::GatheringChanged(g) => vec![Put(Row::Gathering(g.clone()))],
            Self::GatheringRemoved(g) => vec![Remove(Key::Gathering(g.id.clone()))],
            Self::SheetChanged(s) => vec![Put(Row::Sheet(s.clone()))],
            Self::Marked { gathering, date, marks } => marks
                .iter()
                .map(|m| Put(Row::Mark(gathering.clone(), *date, m.mark.clone())))
                .collect(),
            Self::HeadsCounted { gathering, date, counted, .. } => {
                vec![Put(Row::Headcount(gathering.clone(), *date, Arc::new(counted.clone())))]
            }
            Self::CheckedIn { visit, .. } | Self::CheckedOut { visit, .. } => {
                vec![Put(Row::Visit(Arc::new(visit.clone())))]
            }
            Self::DocumentChanged(d) => vec![Put(Row::Document(d.clone()))],
            Self::DocumentRemoved(d) => {
                vec![Remove(Key::Document(d.kind.clone(), d.id.clone()))]
            }
            Self::Imported { rows } => rows.iter().cloned().map(Put).collect(),
        }
    }
}

fn sheet_hearers(gathering: &GatheringId) -> Vec<Hearer> {
    vec![Hearer::AllGatherings, Hearer::Gathering(gathering.clone())]
}
