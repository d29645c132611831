//! The desk: visits, from check-in to check-out, and their statistics.

mod check;
mod former;
mod tally;

use std::sync::Arc;

pub(crate) use check::{check_in, check_out};
pub(crate) use former::remember;
pub use former::{FORMER_PERSON, card_of, former_people};
use serde::{Deserialize, Serialize};
pub use tally::{Stats, Tally};

use crate::{
    facts::Facts,
    id::{AccountId, PersonId, VisitId},
    people::Person,
    rejection::Fault,
    time::Timestamp,
};

/// One stay at a desk. A person has at most one open visit (gym G7.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// Its id, a UUID.
    pub id: VisitId,
    /// Whose.
    pub person: PersonId,
    /// When it began.
    pub check_in: Timestamp,
    /// When it ended; absent while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_out: Option<Timestamp>,
    /// Where.
    #[serde(default)]
    pub location: String,
    /// Remarks, those of the check-out appended (gym G7.10).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// Who checked the person in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// The client's time of the latest step, kept for audit (gym G7.11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_at: Option<Timestamp>,
}

impl Visit {
    /// Milliseconds from check-in to check-out, if it is closed.
    #[must_use]
    pub fn stay_ms(&self) -> Option<i64> {
        self.check_out.map(|out| out.since_ms(self.check_in))
    }
}

/// How a command names a person at the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonRef {
    /// By id.
    Id(PersonId),
    /// By the number on the card.
    Number(String),
    /// By whatever was scanned or typed: a number, else an id in any letter case (gym G3.4).
    Code(String),
}

impl PersonRef {
    /// What the command says, to be told again when nobody is found.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Id(id) => id.as_str(),
            Self::Number(text) | Self::Code(text) => text,
        }
    }

    /// The person that is meant, if there is one.
    ///
    /// # Errors
    /// The store broke.
    pub fn find(&self, facts: &dyn Facts) -> Result<Option<Arc<Person>>, Fault> {
        match self {
            Self::Id(id) => facts.person(id),
            Self::Number(number) => facts.person_by_number(number),
            Self::Code(code) => by_code(facts, code),
        }
    }
}

/// What stands on a card is the number.
fn by_code(facts: &dyn Facts, code: &str) -> Result<Option<Arc<Person>>, Fault> {
    match facts.person_by_number(code)? {
        Some(person) => Ok(Some(person)),
        None => in_any_case(code, |id| facts.person(&PersonId::new(id))),
    }
}

/// Looks for an id as it was given, then in lower and in upper case (gym G3.4): ids of ours are in
/// lower case, those of an operator's file may be in upper case.
///
/// # Errors
/// Those of `look`.
pub fn in_any_case<T>(
    id: &str,
    look: impl Fn(&str) -> Result<Option<T>, Fault>,
) -> Result<Option<T>, Fault> {
    if let Some(found) = look(id)? {
        return Ok(Some(found));
    }
    for spelling in [id.to_ascii_lowercase(), id.to_ascii_uppercase()] {
        if let Some(found) = look(&spelling)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// A time that a client claims for a step at the desk (gym G7.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The device's time.
    pub at: Timestamp,
    /// Whether the step waited offline: then the time counts if it is plausible.
    #[serde(default)]
    pub queued: bool,
}
