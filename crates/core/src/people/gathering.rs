//! What is attended.

use serde::{Deserialize, Serialize};

use crate::{
    id::{AccountId, GatheringId, GroupId, PersonId},
    time::{Date, Timestamp},
};

const fn yes() -> bool {
    true
}

/// What recurs or happens and is attended. On a date it has one sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gathering {
    /// Its id; a number in the church dialect.
    pub id: GatheringId,
    /// Its name.
    pub name: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A short code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How it is attended.
    #[serde(default)]
    pub kind: GatheringKind,
    /// The group that is expected, if there is no roster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// The account that teaches it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher: Option<AccountId>,
    /// Such as `weekly`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<String>,
    /// The day it recurs on, English lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_of_week: Option<String>,
    /// The days it recurs on, English lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days_of_week: Vec<String>,
    /// The date of one that happens once, or the first of a recurring one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// The last date of a recurring one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Begin, `HH:MM` in the tenant's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// End, `HH:MM` in the tenant's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// When clocking in opens, `HH:MM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<String>,
    /// When clocking in closes, `HH:MM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes: Option<String>,
    /// Minutes before the start at which clocking in opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_minutes_before: Option<u32>,
    /// Seconds after the start from which somebody is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_after_seconds: Option<u32>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Who is expected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roster: Vec<PersonId>,
    /// Whether people may check themselves in at a kiosk.
    #[serde(default)]
    pub kiosk: bool,
    /// What the kiosk says to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kiosk_message: Option<String>,
    /// How several counters' numbers become one.
    #[serde(default)]
    pub headcount_mode: HeadcountMode,
    /// Whether it still takes place.
    #[serde(default = "yes")]
    pub active: bool,
    /// When it was entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// How a gathering is attended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatheringKind {
    /// A roster is marked.
    #[default]
    Standard,
    /// Only a number is counted.
    Headcount,
    /// A class with a clock-in window and lateness.
    Class,
}

/// How several counters' numbers become one (church 7.10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadcountMode {
    /// Everybody's own.
    #[default]
    Separate,
    /// The sum.
    Combined,
    /// The mean, halves up.
    Averaged,
}
