//! Events: everything that can have happened. The log is made of them and nothing else.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::{
    audience::{Audience, Hearer},
    desk::Visit,
    document::Document,
    facts::{Key, Row},
    id::{AccountId, CommandId, FamilyId, GatheringId},
    people::{
        Account, Family, Gathering, Group, HeadcountMode, Permission, Person, PersonCard, Session,
        Tenant,
    },
    position::Offset,
    room::Room,
    sheet::{Headcount, KioskEntry, KioskStep, Listed, Mark, Sheet},
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
        /// The counters' names, in the order of `all`.
        #[serde(default)]
        names: Vec<String>,
        /// The name of the hand, if it corrected another's number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        corrected_by: Option<String>,
    },
    /// A sheet makes one number of several in another way now, or was told so again.
    HeadcountModeSet {
        /// The sheet as it stands now.
        sheet: Arc<Sheet>,
        /// The hand's name.
        by_name: String,
    },
    /// A sheet was left out of statistics, or taken in again.
    ExclusionSet(Arc<Sheet>),
    /// The roster of the day was written onto a sheet (church 7.7).
    RosterTaken {
        /// The sheet as it stands now.
        sheet: Arc<Sheet>,
        /// The rows that it made.
        marks: Vec<Arc<Mark>>,
    },
    /// People were there later than on any date before (church 7.9).
    Attended {
        /// The persons as they stand now.
        people: Vec<Arc<Person>>,
        /// The families as they stand now.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        families: Vec<Arc<Family>>,
    },
    /// A sheet's visitors changed.
    VisitorsListed {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// What happened to them.
        news: VisitorNews,
        /// The family that it is about, and its name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        family: Option<(FamilyId, String)>,
        /// All visitors of the sheet now.
        visitors: Vec<Listed>,
    },
    /// A sheet has people who were not on it before.
    PeopleListed {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// Everybody who belongs here, now.
        regulars: Vec<Listed>,
        /// All visitors of the sheet now.
        visitors: Vec<Listed>,
    },
    /// People came in or were fetched at a kiosk.
    KioskUsed {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// In or out.
        step: KioskStep,
        /// What is written down of it.
        entries: Vec<KioskEntry>,
    },
    /// What was done at a sheet's kiosk is forgotten.
    KioskCleared {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// The numbers of the entries.
        numbers: Vec<u64>,
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

/// What happened to a sheet's visitors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitorNews {
    /// Some are gone.
    Removed,
    /// A family came.
    FamilyAdded,
    /// A family is known better.
    FamilyChanged,
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
            | Self::GroupRemoved(_)
            | Self::Attended { .. } => Room::People,
            Self::GatheringChanged(_) | Self::GatheringRemoved(_) => Room::Gatherings,
            Self::SheetChanged(sheet)
            | Self::ExclusionSet(sheet)
            | Self::RosterTaken { sheet, .. }
            | Self::HeadcountModeSet { sheet, .. } => {
                Room::Sheet(sheet.gathering.clone(), sheet.date)
            }
            Self::Marked { gathering, date, .. }
            | Self::HeadsCounted { gathering, date, .. }
            | Self::VisitorsListed { gathering, date, .. }
            | Self::PeopleListed { gathering, date, .. }
            | Self::KioskUsed { gathering, date, .. }
            | Self::KioskCleared { gathering, date, .. } => Room::Sheet(gathering.clone(), *date),
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
            | Self::GroupRemoved(_)
            | Self::Attended { .. } => vec![Hearer::May(Permission::ReadPeople)],
            Self::GatheringChanged(g) | Self::GatheringRemoved(g) => {
                Audience::of_gathering(&g.id).0
            }
            Self::SheetChanged(s)
            | Self::ExclusionSet(s)
            | Self::RosterTaken { sheet: s, .. }
            | Self::HeadcountModeSet { sheet: s, .. } => Audience::of_gathering(&s.gathering).0,
            Self::Marked { gathering, .. }
            | Self::HeadsCounted { gathering, .. }
            | Self::VisitorsListed { gathering, .. }
            | Self::PeopleListed { gathering, .. }
            | Self::KioskUsed { gathering, .. }
            | Self::KioskCleared { gathering, .. } => Audience::of_gathering(gathering).0,
            Self::CheckedIn { visit, .. } | Self::CheckedOut { visit, .. } => {
                vec![Hearer::May(Permission::ReadDesk), Hearer::Person(visit.person.clone())]
            }
            Self::DocumentChanged(d) | Self::DocumentRemoved(d) => d.audience().0,
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
            Self::SheetChanged(s)
            | Self::ExclusionSet(s)
            | Self::HeadcountModeSet { sheet: s, .. } => vec![Put(Row::Sheet(s.clone()))],
            Self::RosterTaken { sheet, marks } => std::iter::once(Row::Sheet(sheet.clone()))
                .chain(
                    marks.iter().map(|m| Row::Mark(sheet.gathering.clone(), sheet.date, m.clone())),
                )
                .map(Put)
                .collect(),
            Self::Attended { people, families } => {
                let people = people.iter().cloned().map(Row::Person);
                people.chain(families.iter().cloned().map(Row::Family)).map(Put).collect()
            }
            Self::VisitorsListed { .. } | Self::PeopleListed { .. } => Vec::new(),
            Self::KioskUsed { gathering, date, entries, .. } => {
                entries.iter().flat_map(|e| e.rows(gathering, *date)).map(Put).collect()
            }
            Self::KioskCleared { gathering, date, numbers } => {
                KioskEntry::keys(gathering, *date, numbers).into_iter().map(Remove).collect()
            }
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
