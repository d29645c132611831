//! Commands: everything that can be asked of a tenant. One file per command decides it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    desk::{Claim, PersonRef},
    facts::Row,
    id::{
        AccountId, CommandId, DocumentId, DocumentKind, GatheringId, SessionId, TenantId, VisitId,
    },
    people::{HeadcountMode, Session},
    sheet::{MarkChange, MergeRule},
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
    /// Leave a sheet out of statistics, or take it in again.
    ExcludeSheet {
        /// Which gathering.
        gathering: GatheringId,
        /// On which date.
        date: Date,
        /// Whether it is left out.
        excluded: bool,
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
