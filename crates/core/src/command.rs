//! Commands: everything that can be asked of a tenant. One file per command decides it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    desk::{Claim, PersonRef},
    facts::Row,
    id::{
        AccountId, CommandId, DocumentId, DocumentKind, FamilyId, GatheringId, PersonId, SessionId,
        TenantId, VisitId,
    },
    people::{HeadcountMode, Newcomer, PersonKind, Session},
    sheet::{KioskStep, MarkChange, MergeRule},
    time::Date,
};

/// What is asked. The native protocol writes it just so: `{"type":"check_in","data":{…}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Mark people on a sheet: each change is judged on its own, the applied ones are one event.
    MarkSheet {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// Who is marked, and how.
        changes: Vec<MarkChange>,
        /// Which contract judges conflicts; not a client's choice.
        #[serde(skip)]
        rule: MergeRule,
    },
    /// Write down how many heads somebody counted.
    CountHeads {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// How many, at most [`crate::limits::HEADCOUNT_MAX`].
        count: u32,
        /// How the sheet makes one number of several from now on.
        #[serde(default)]
        mode: Option<HeadcountMode>,
        /// Whose number, if not the sender's own.
        #[serde(default)]
        counter: Option<AccountId>,
    },
    /// Choose how a sheet makes one number of several.
    SetHeadcountMode {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// How.
        mode: HeadcountMode,
    },
    /// Bring a sheet of a gathering where heads are counted into being (church 7.13): its number
    /// must be known before anybody counts.
    #[serde(skip)]
    OpenSheet {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
    },
    /// Leave a sheet out of statistics, or take it in again.
    ExcludeSheet {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// Whether it is left out.
        excluded: bool,
    },
    /// Leave a sheet out of statistics if it is counted, else take it in again (church 8.17).
    ToggleExclusion {
        /// The sheet's number.
        sheet: u64,
    },
    /// Put people on a sheet and mark them present (church 8.11).
    AddToSheet {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// Who.
        people: Vec<PersonId>,
    },
    /// Put a family of visitors on a sheet and mark its people present (church 8.12).
    AddFamilyToSheet {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// Which family.
        family: FamilyId,
    },
    /// Enter people who belong here and put them on the roster and the sheet (church 8.13).
    AddRegulars {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// Who, at most [`crate::limits::NEWCOMERS_MAX`].
        people: Vec<Newcomer>,
    },
    /// Enter visitors, or find them by name, and put them on the roster and the sheet without
    /// marking them (church 8.14).
    AddVisitors {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// Who, at most [`crate::limits::NEWCOMERS_MAX`].
        people: Vec<Newcomer>,
        /// From nearby or on a journey.
        kind: PersonKind,
        /// What their family is called; absent: after the first of them.
        #[serde(default)]
        family_name: Option<String>,
        /// Notes on them.
        #[serde(default)]
        notes: Option<String>,
        /// The family they join; absent: a new one.
        #[serde(default)]
        family: Option<FamilyId>,
    },
    /// Say who a visitor on a sheet really is: the first takes the visitor's place, the others
    /// join the family (church 8.15).
    ReplaceVisitor {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// Which visitor.
        person: PersonId,
        /// Who it is, at most [`crate::limits::NEWCOMERS_MAX`].
        people: Vec<Newcomer>,
        /// From nearby or on a journey.
        kind: PersonKind,
        /// What the family is called; absent: as before.
        #[serde(default)]
        family_name: Option<String>,
    },
    /// Take a visitor off a sheet and the roster (church 8.16).
    RemoveVisitor {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// Which visitor.
        person: PersonId,
        /// Whether the visitor's whole family goes.
        #[serde(default)]
        whole_family: bool,
    },
    /// Bring people in or fetch them at a kiosk (church 5.9, 7.11).
    UseKiosk {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// Who, at most [`crate::limits::KIOSK_PEOPLE_MAX`].
        people: Vec<PersonId>,
        /// In or out.
        step: KioskStep,
        /// Who signed for them.
        #[serde(default)]
        signer: Option<String>,
    },
    /// Forget what was done at a sheet's kiosk (church 8.20).
    ClearKiosk {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
    },
    /// Put a person on a gathering's roster, or take them off.
    Enrol {
        /// Which gathering.
        gathering: GatheringId,
        /// Who.
        person: PersonId,
        /// Whether the person is expected from now on.
        expected: bool,
    },
    /// Enter a family with its people (church 8.21).
    AddFamily {
        /// Its name.
        name: String,
        /// Regular or visitors; its people are the same.
        kind: PersonKind,
        /// Notes on it.
        #[serde(default)]
        notes: Option<String>,
        /// Its people, at most [`crate::limits::NEWCOMERS_MAX`].
        people: Vec<Newcomer>,
    },
    /// Change a family; a new kind becomes its active people's kind as well (church 8.21).
    ChangeFamily {
        /// Which.
        family: FamilyId,
        /// Its name; absent: as it is.
        #[serde(default)]
        name: Option<String>,
        /// Regular or visitors; absent: as it is.
        #[serde(default)]
        kind: Option<PersonKind>,
        /// Notes on it; absent: as they are.
        #[serde(default)]
        notes: Option<String>,
    },
    /// Enter a gathering under the next number and assign the sender to it (church 8.8).
    AddGathering {
        /// Its fields, as [`Command::Change`] takes them.
        fields: Map<String, Value>,
    },
    /// Keep the sender's own preferences: an object per key (church 8.7).
    SavePreferences {
        /// The values by their keys.
        values: Map<String, Value>,
    },
    /// Begin a visit.
    CheckIn {
        /// Who stands at the desk.
        person: PersonRef,
        /// Where, at most [`crate::limits::LOCATION_CHARS_MAX`] characters.
        #[serde(default)]
        location: Option<String>,
        /// Remarks, at most [`crate::limits::VISIT_NOTE_CHARS_MAX`] characters.
        #[serde(default)]
        notes: Option<String>,
        /// The device's own time.
        #[serde(default)]
        claim: Option<Claim>,
    },
    /// End a visit.
    CheckOut {
        /// Which visit.
        visit: VisitId,
        /// Remarks, appended to those of the check-in.
        #[serde(default)]
        notes: Option<String>,
        /// The device's own time.
        #[serde(default)]
        claim: Option<Claim>,
    },
    /// Make or change one entry of a list: `fields` is laid over what is there (RFC 7396).
    Change {
        /// Which list.
        list: List,
        /// Which entry; absent: a new one with an id of ours.
        #[serde(default)]
        id: Option<String>,
        /// The fields to set; `null` clears one.
        fields: Map<String, Value>,
        /// Whether the entry must be new, must be there, or either.
        #[serde(default)]
        expect: Expect,
        /// The version the client saw, where the list has versions.
        #[serde(default)]
        seen: Option<u32>,
    },
    /// Take an entry off a list.
    Remove {
        /// Which list.
        list: List,
        /// Which entry.
        id: String,
    },
    /// Write a document whole.
    PutDocument {
        /// What it is.
        kind: DocumentKind,
        /// Its id; absent: one of ours.
        #[serde(default)]
        id: Option<DocumentId>,
        /// The complete content.
        data: Map<String, Value>,
        /// The version the client saw; 0 for a new one; absent: whatever is there.
        #[serde(default)]
        seen: Option<u32>,
    },
    /// Take a document away.
    RemoveDocument {
        /// What it is.
        kind: DocumentKind,
        /// Its id.
        id: DocumentId,
    },
    /// Somebody signed in.
    #[serde(skip)]
    StartSession(Session),
    /// End sign-ins before their time: one, or all of an account.
    EndSessions {
        /// Whose.
        account: AccountId,
        /// Which one; absent: all.
        #[serde(default)]
        session: Option<SessionId>,
    },
    /// Give an account a new password.
    #[serde(skip)]
    SetPassword {
        /// Whose.
        account: AccountId,
        /// The new password's Argon2id hash, a PHC string.
        hash: String,
    },
    /// Take rows of a tenant file in (tenant file T3).
    #[serde(skip)]
    Import {
        /// The rows, in an order in which every reference leads back.
        rows: Vec<Row>,
    },
}

/// A list whose entries are made, changed and removed alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// The tenant's own name, zone and settings (one entry).
    Tenant,
    /// Accounts.
    Accounts,
    /// Persons.
    People,
    /// Families.
    Families,
    /// Groups.
    Groups,
    /// Gatherings.
    Gatherings,
}

/// What must be there before a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// Either: made if it is not there.
    #[default]
    Either,
    /// Nothing: the entry is new.
    New,
    /// Nothing: the entry is new and gets the next number for its id.
    Numbered,
    /// The entry.
    There,
}

/// Whose hand a command is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// The program itself or its operator: may do everything.
    System,
    /// A signed-in account, judged by what it may do now.
    Account(AccountId),
}

impl By {
    /// The account, if it is one.
    #[must_use]
    pub const fn account(&self) -> Option<&AccountId> {
        match self {
            Self::System => None,
            Self::Account(account) => Some(account),
        }
    }
}

/// A command with all that a decision needs besides facts and time.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// In which tenant.
    pub tenant: TenantId,
    /// Whose hand.
    pub by: By,
    /// The client's id for it; committing it again gives the first answer again.
    pub id: Option<CommandId>,
    /// What is asked.
    pub command: Command,
    /// A fresh UUID in text form, for whatever the command makes.
    pub fresh: String,
}
