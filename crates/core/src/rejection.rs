//! The rules said no: every reason, with what was wrong and what to do.

use serde::{Deserialize, Serialize};

use crate::{
    desk::Visit,
    id::{AccountId, PersonId},
    people::PersonCard,
    sheet::Mark,
};

/// Why a well-formed command was not carried out. Nothing was stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", content = "detail", rename_all = "snake_case")]
pub enum Rejection {
    /// A field holds something that cannot be.
    #[error("{field} {why}")]
    Invalid {
        /// The field as the command names it.
        field: String,
        /// What is wrong with it, to be read after its name.
        why: String,
    },
    /// There is no such thing in this tenant.
    #[error("there is no {what} {id:?}")]
    NotFound {
        /// Which kind of thing.
        what: String,
        /// The id that was asked for.
        id: String,
    },
    /// A thing of that id or unique name is there already.
    #[error("there is already a {what} {id:?}")]
    AlreadyExists {
        /// Which kind of thing.
        what: String,
        /// The id or unique name.
        id: String,
    },
    /// The account's role or assignments do not allow it.
    #[error("{account} may not {what}")]
    Forbidden {
        /// Who asked.
        account: AccountId,
        /// What was asked, as a verb.
        what: String,
    },
    /// The person has an open visit already (gym G7.5).
    #[error("{} is already checked in", person.name())]
    AlreadyCheckedIn {
        /// The visit that is open.
        visit: Box<Visit>,
        /// Whose it is.
        person: Box<PersonCard>,
    },
    /// The visit is unknown or closed already (gym G7.7).
    #[error("the visit is not open")]
    NotCheckedIn {
        /// The visit, if it was once open.
        visit: Option<Box<Visit>>,
    },
    /// The entry policy refuses the person (gym G7.3).
    #[error("{}", why)]
    Membership {
        /// Who stands at the desk.
        person: PersonId,
        /// A sentence for the desk.
        why: String,
    },
    /// Somebody changed the thing since the client last saw it.
    #[error("{what} was changed by somebody else since version {seen}; it is at version {version}")]
    Stale {
        /// Which kind of thing.
        what: String,
        /// The version the client had seen.
        seen: u32,
        /// The version it has now.
        version: u32,
        /// The mark as it stands now, with who and when, if the thing is a mark.
        mark: Option<Box<Mark>>,
    },
    /// Something with a fixed size is full.
    #[error("{what} holds at most {max}")]
    TooMany {
        /// What is full.
        what: String,
        /// How many it holds.
        max: usize,
    },
    /// Something else still refers to the thing.
    #[error("{what} {id:?} is still in use by {by}")]
    InUse {
        /// Which kind of thing.
        what: String,
        /// Its id.
        id: String,
        /// What refers to it.
        by: String,
    },
}

impl Rejection {
    /// A field that holds something impossible.
    #[must_use]
    pub fn invalid(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), why: why.into() }
    }

    /// An id that names nothing here.
    #[must_use]
    pub fn not_found(what: impl Into<String>, id: impl ToString) -> Self {
        Self::NotFound { what: what.into(), id: id.to_string() }
    }

    /// The stable code of this reason, as the native protocol and logs spell it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "invalid",
            Self::NotFound { .. } => "not_found",
            Self::AlreadyExists { .. } => "already_exists",
            Self::Forbidden { .. } => "forbidden",
            Self::AlreadyCheckedIn { .. } => "already_checked_in",
            Self::NotCheckedIn { .. } => "not_checked_in",
            Self::Membership { .. } => "membership",
            Self::Stale { .. } => "stale",
            Self::TooMany { .. } => "too_many",
            Self::InUse { .. } => "in_use",
        }
    }

    /// What the person in front of the screen can do about it.
    #[must_use]
    pub const fn what_to_do(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "Correct the field and send the command again.",
            Self::NotFound { .. } => "Refresh the list; it may have been removed.",
            Self::AlreadyExists { .. } => "Choose another id, or change the existing one.",
            Self::Forbidden { .. } => "Ask an administrator for the right or the assignment.",
            Self::AlreadyCheckedIn { .. } => "Check the person out first, or go on: they are in.",
            Self::NotCheckedIn { .. } => "Nothing to do: the visit is closed.",
            Self::Membership { .. } => "Renew the membership, or change the entry policy.",
            Self::Stale { .. } => "Look at the current value and decide which one is right.",
            Self::TooMany { .. } => "Send less at once.",
            Self::InUse { .. } => "Remove what refers to it first.",
        }
    }
}

/// We broke: the store or the machine failed. Never dressed up as a rejection (gym G7.8).
#[derive(Clone, Debug, thiserror::Error)]
#[error("internal fault: {0}")]
pub struct Fault(pub String);

/// Why a command has no answer of the good kind.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Refusal {
    /// The rules said no.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// We broke; nothing was stored.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Too many commands are waiting; nothing was stored; try again.
    #[error("too many commands are waiting")]
    Overloaded,
}
