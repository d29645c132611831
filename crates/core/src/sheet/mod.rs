//! Sheets: a gathering on a date, and what stands there for each person.

mod add;
mod add_visitors;
mod attended;
mod headcount;
mod kiosk;
mod mark;
mod merge;
mod remove_visitor;
mod replace_visitor;
mod roster;
mod snapshot;
mod visitor_window;

pub(crate) use add::{add_family_to_sheet, add_regulars, add_to_sheet};
pub(crate) use add_visitors::add_visitors;
pub(crate) use headcount::{count_heads, exclude, open, set_headcount_mode, toggle_exclusion};
pub use kiosk::{KioskEntry, KioskStep, kiosk_dates_kind, kiosk_entries};
pub(crate) use kiosk::{clear_kiosk, kiosk_of, use_kiosk};
pub(crate) use mark::mark;
pub use merge::{MergeRule, MergeVerdict, merge};
pub(crate) use remove_visitor::remove_visitor;
pub(crate) use replace_visitor::replace_visitor;
pub use roster::{Listed, SheetPeople, everybody, sheet_people};
use serde::{Deserialize, Serialize};

use crate::{
    id::{AccountId, GatheringId, PersonId},
    people::{HeadcountMode, PersonKind},
    time::{Date, Timestamp},
};

/// A gathering on a date. It exists from its first write on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// Which gathering.
    pub gathering: GatheringId,
    /// On which date.
    pub date: Date,
    /// Its number in the tenant, counted up from 1 (the church app's `sessionId`).
    pub number: u64,
    /// How several counters' numbers become one here.
    #[serde(default)]
    pub headcount_mode: HeadcountMode,
    /// Whether the roster of its day has been written onto it (church 7.7).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub roster_taken: bool,
    /// People who were put on it without a mark (church 8.14).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<PersonId>,
    /// Whether statistics leave it out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub excluded: bool,
    /// Who wrote first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// When.
    #[serde(default)]
    pub at: Timestamp,
}

/// What stands for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Is there.
    Present,
    /// Is there, but came late.
    Late,
    /// Is not there.
    Absent,
    /// Is not there, with a reason that was accepted.
    Excused,
    /// Is not there, being ill.
    Sick,
}

impl Status {
    /// Whether the person is there.
    #[must_use]
    pub const fn attends(self) -> bool {
        matches!(self, Self::Present | Self::Late)
    }
}

/// What stands on a sheet for one person: a register with a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// For whom.
    pub person: PersonId,
    /// What.
    pub status: Status,
    /// When the person came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_in: Option<Timestamp>,
    /// When the person went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_out: Option<Timestamp>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why somebody overrode what was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<String>,
    /// What kind of attender the person was then (church 7.8).
    #[serde(default)]
    pub kind: PersonKind,
    /// Whose hand; absent for the roster's own rows and imports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// When it was accepted, by the server's clock.
    pub at: Timestamp,
    /// When the client says it was made; kept beside `at`, never used for order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marked_at: Option<Timestamp>,
    /// Whether the roster wrote it, not a hand (church 7.3e).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_roster: bool,
    /// Grows by one with each change.
    pub version: u32,
    /// Earlier accepted writes of the last minutes, newest first, for telling repeats
    /// from new taps (church 7.3c).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<Write>,
}

/// One accepted write of a mark, remembered for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Write {
    /// Whose hand.
    pub by: AccountId,
    /// What it wrote.
    pub status: Status,
    /// When the client says it was made.
    pub marked_at: Timestamp,
    /// When it was accepted.
    pub at: Timestamp,
}

/// One person's change on a sheet, as a command asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkChange {
    /// For whom.
    pub person: PersonId,
    /// What.
    pub status: Status,
    /// When the person came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_in: Option<Timestamp>,
    /// When the person went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_out: Option<Timestamp>,
    /// A remark; absent leaves the one that is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why an earlier mark is overridden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<String>,
    /// The version the client saw; 0 for "nothing was there".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<u32>,
    /// When the tap was made by the device's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marked_at: Option<Timestamp>,
}

impl MarkChange {
    /// A change of the status alone, said now: never stale (church 7.11).
    #[must_use]
    pub fn of(person: PersonId, status: Status) -> Self {
        Self {
            person,
            status,
            check_in: None,
            check_out: None,
            note: None,
            override_reason: None,
            seen: None,
            marked_at: None,
        }
    }
}

/// What became of one change of a batch, in the batch's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum MarkResult {
    /// It was applied.
    Applied {
        /// The mark as it stands now.
        mark: Mark,
        /// The other hand's mark that it replaced, so that both can be told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaced: Option<Box<Mark>>,
    },
    /// It was there already; nothing changed.
    Unchanged {
        /// The mark as it stands.
        mark: Mark,
    },
    /// It is an older repeat that another hand has overtaken (church 7.3c); nothing changed.
    Overtaken {
        /// The mark as it stands.
        mark: Mark,
    },
    /// It was made before somebody else's newer one: a human must choose.
    Stale {
        /// The mark as it stands, with who and when.
        mark: Mark,
    },
    /// There is no such person in the tenant.
    UnknownPerson {
        /// Who was named.
        person: PersonId,
    },
    /// A field of this change is impossible.
    Invalid {
        /// Whose change.
        person: PersonId,
        /// The field.
        field: String,
        /// What is wrong with it.
        why: String,
    },
}

/// One counter's number on a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Headcount {
    /// Who counted.
    pub by: AccountId,
    /// How many.
    pub count: u32,
    /// When.
    #[serde(default)]
    pub at: Timestamp,
}

/// The one number that several counters' numbers make (church 7.10): the named account's own,
/// the sum, or the mean with halves up. `None` when nobody counted.
#[must_use]
pub fn headcount_of(
    mode: HeadcountMode,
    counts: &[Headcount],
    own: Option<&AccountId>,
) -> Option<u32> {
    if counts.is_empty() {
        return None;
    }
    let sum: u64 = counts.iter().map(|c| u64::from(c.count)).sum();
    let number = counts.len() as u64;
    let shown = match mode {
        HeadcountMode::Separate => {
            return counts.iter().find(|c| Some(&c.by) == own).map(|c| c.count);
        }
        HeadcountMode::Combined => sum,
        HeadcountMode::Averaged => (2 * sum + number) / (2 * number),
    };
    Some(u32::try_from(shown).unwrap_or(u32::MAX))
}
