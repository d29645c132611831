//! A tenant and its settings, as the tenant file writes them.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::{id::TenantId, time::Zone};

/// A customer's closed world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Its id, unique in the whole installation.
    pub id: TenantId,
    /// What people call it.
    pub name: String,
    /// Where its days begin and end.
    #[serde(default)]
    pub time_zone: Zone,
    /// What the dialects' contracts let an operator choose.
    #[serde(default)]
    pub settings: Settings,
}

/// A tenant's settings; an unknown one is an error (tenant file T6).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Host names that mean this tenant (gym G15.1).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// What the gym dialect reads.
    pub gym: GymSettings,
    /// What the church dialect reads.
    pub church: ChurchSettings,
}

/// A gym's settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GymSettings {
    /// What happens to a member without a valid membership (gym G7.3).
    pub entry_policy: EntryPolicy,
    /// The places a visit may name; empty means any (gym G7.9).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<String>,
    /// Hours after which a forgotten visit is closed by itself; absent means never (gym G7.18).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_check_out_hours: Option<NonZeroU32>,
}

/// What to do when a membership has lapsed (gym G7.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryPolicy {
    /// Let them in silently.
    Allow,
    /// Let them in with a warning to the desk.
    #[default]
    Warn,
    /// Do not let them in.
    Refuse,
}

/// A church's settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChurchSettings {
    /// Whether the church may be used yet; until then its accounts can only sign in (church 8.2,
    /// 10.1).
    #[serde(skip_serializing_if = "is_true")]
    pub approved: bool,
    /// Whether unattended devices may use the kiosk over REST (church 7.12, 14.1).
    pub kiosk_rest: bool,
    /// For how many sheets a visitor stays on the list after being there (church 7.8).
    #[serde(skip_serializing_if = "VisitorWindow::is_usual")]
    pub visitor_window: VisitorWindow,
}

impl Default for ChurchSettings {
    fn default() -> Self {
        Self { approved: true, kiosk_rest: false, visitor_window: VisitorWindow::default() }
    }
}

const fn is_true(flag: &bool) -> bool {
    *flag
}

/// For how many of a gathering's latest sheets a visitor who was there is still expected,
/// 1 to 52 (church 7.8, 8.21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VisitorWindow {
    /// Visitors from nearby.
    pub local_sheets: usize,
    /// Visitors on a journey.
    pub traveller_sheets: usize,
}

impl Default for VisitorWindow {
    fn default() -> Self {
        Self { local_sheets: 6, traveller_sheets: 2 }
    }
}

impl VisitorWindow {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Whether both lie within what the contract allows.
    #[must_use]
    pub fn is_possible(self) -> bool {
        [self.local_sheets, self.traveller_sheets].iter().all(|n| (1..=52).contains(n))
    }
}
