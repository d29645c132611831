//! A gathering, as lists of gatherings and of assignments show it (8.6, 8.8).

use rollcall_core::people::{Gathering, GatheringKind};
use serde::Serialize;

use super::{Number, StoredTime};

/// One of `gatheringAssignments`.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the contract's own names, one by one")]
pub struct Assignment<'a> {
    pub id: Number<'a>,
    pub name: &'a str,
    pub description: Option<&'a str>,
}

impl<'a> Assignment<'a> {
    /// All of them, sorted by name as the app wants them.
    #[must_use]
    pub fn sorted(gatherings: impl IntoIterator<Item = &'a Gathering>) -> Vec<Self> {
        let shown = |gathering: &'a Gathering| Self {
            id: Number(gathering.id.as_str()),
            name: &gathering.name,
            description: gathering.description.as_deref(),
        };
        let mut all: Vec<_> = gatherings.into_iter().map(shown).collect();
        all.sort_by_cached_key(|assignment| assignment.name.to_lowercase());
        all
    }
}

/// One of `GET /api/gatherings` (8.8).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the contract's own names, one by one")]
pub struct GatheringEntry<'a> {
    pub id: Number<'a>,
    pub name: &'a str,
    pub description: Option<&'a str>,
    pub day_of_week: Option<String>,
    pub start_time: Option<&'a str>,
    pub end_time: Option<&'a str>,
    pub frequency: Option<&'a str>,
    pub attendance_type: &'static str,
    pub custom_schedule: Option<&'a str>,
    pub kiosk_enabled: u8,
    pub leader_checkin_enabled: u8,
    pub kiosk_message: Option<&'a str>,
    pub individual_mode: u8,
    pub requires_background_check: u8,
    pub is_active: u8,
    pub created_at: Option<StoredTime>,
    pub member_count: usize,
    pub recent_visitor_count: usize,
}

impl<'a> GatheringEntry<'a> {
    /// A gathering with its counts, which its owner has looked up.
    #[must_use]
    pub fn of(gathering: &'a Gathering, recent_visitor_count: usize) -> Self {
        Self {
            id: Number(gathering.id.as_str()),
            name: &gathering.name,
            description: gathering.description.as_deref(),
            day_of_week: gathering.day_of_week.as_deref().map(capital),
            start_time: gathering.start.as_deref(),
            end_time: gathering.end.as_deref(),
            frequency: gathering.frequency.as_deref(),
            attendance_type: match gathering.kind {
                GatheringKind::Headcount => "headcount",
                GatheringKind::Standard | GatheringKind::Class => "standard",
            },
            custom_schedule: None,
            kiosk_enabled: u8::from(gathering.kiosk),
            leader_checkin_enabled: 0,
            kiosk_message: gathering.kiosk_message.as_deref(),
            individual_mode: 0,
            requires_background_check: 0,
            is_active: u8::from(gathering.active),
            created_at: gathering.created_at.map(StoredTime),
            member_count: gathering.roster.len(),
            recent_visitor_count,
        }
    }
}

/// `Sunday` of `sunday`.
fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
