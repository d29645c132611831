//! One person of a list (6.6, 8.9), in each of the shapes that the app reads.

use rollcall_core::{people::PersonKind, sheet::Listed, time::Date};
use serde::Serialize;

use super::{Number, StoredTime, people_type, visitor_type};

fn full_name(entry: &Listed) -> String {
    format!("{} {}", entry.first_name, entry.last_name).trim().to_owned()
}

fn badge(
    entry: &Listed,
    part: impl Fn(&rollcall_core::people::Badge) -> &Option<String>,
) -> Option<&str> {
    entry.badge.as_ref().and_then(|badge| part(badge).as_deref())
}

/// A regular of `attendanceList` (8.9).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the contract's own names, one by one")]
pub struct AttendanceEntry<'a> {
    pub id: Number<'a>,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub is_child: bool,
    pub badge_text: Option<&'a str>,
    pub badge_color: Option<&'a str>,
    pub badge_icon: Option<&'a str>,
    pub family_name: Option<&'a str>,
    pub family_id: Option<Number<'a>>,
    pub family_notes: Option<&'a str>,
    pub present: bool,
    pub people_type: &'static str,
    pub family_type: &'static str,
    /// Only where the roster has been taken, on the plain sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
}

impl<'a> AttendanceEntry<'a> {
    /// The shape of one regular.
    #[must_use]
    pub fn of(entry: &'a Listed) -> Self {
        Self {
            id: Number(entry.person.as_str()),
            first_name: &entry.first_name,
            last_name: &entry.last_name,
            is_child: entry.child,
            badge_text: badge(entry, |b| &b.text),
            badge_color: badge(entry, |b| &b.color),
            badge_icon: badge(entry, |b| &b.icon),
            family_name: entry.family_name.as_deref(),
            family_id: family(entry),
            family_notes: entry.family_notes.as_deref(),
            present: entry.present,
            people_type: people_type(entry.kind),
            family_type: people_type(entry.family_kind.unwrap_or(entry.kind)),
            is_active: None,
        }
    }
}

fn family(entry: &Listed) -> Option<Number<'_>> {
    entry.family.as_ref().map(|family| Number(family.as_str()))
}

fn family_group(entry: &Listed) -> Option<&str> {
    entry.family.as_ref().map(rollcall_core::id::FamilyId::as_str)
}

fn last_here(entry: &Listed) -> Option<Date> {
    entry.last_here.or(entry.last_attended)
}

fn notes(entry: &Listed) -> &str {
    entry.notes.as_deref().or(entry.family_notes.as_deref()).unwrap_or("")
}

/// A visitor of `visitors` (8.9).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the contract's own names, one by one")]
pub struct VisitorEntry<'a> {
    pub id: Number<'a>,
    pub name: String,
    pub is_child: bool,
    pub visitor_type: &'static str,
    pub visitor_status: &'static str,
    pub visitor_family_group: Option<&'a str>,
    pub notes: &'a str,
    pub last_attended: Option<Date>,
    pub family_id: Option<Number<'a>>,
    pub family_name: Option<&'a str>,
    pub present: bool,
    pub people_type: &'static str,
    pub last_attendance_date: Option<Date>,
    pub created_at: Option<StoredTime>,
}

impl<'a> VisitorEntry<'a> {
    /// The shape of one visitor.
    #[must_use]
    pub fn of(entry: &'a Listed) -> Self {
        Self {
            id: Number(entry.person.as_str()),
            name: full_name(entry),
            is_child: entry.child,
            visitor_type: visitor_type(entry.kind),
            visitor_status: match entry.kind {
                PersonKind::TravellerVisitor if entry.infrequent => "infrequent",
                PersonKind::TravellerVisitor => "traveller",
                _ => "local",
            },
            visitor_family_group: family_group(entry),
            notes: notes(entry),
            last_attended: last_here(entry),
            family_id: family(entry),
            family_name: entry.family_name.as_deref(),
            present: entry.present,
            people_type: people_type(entry.kind),
            last_attendance_date: entry.last_attended,
            created_at: entry.created_at.map(StoredTime),
        }
    }
}

/// A visitor of `potentialVisitors` (8.9).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the contract's own names, one by one")]
pub struct PotentialVisitor<'a> {
    pub id: Number<'a>,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub people_type: &'static str,
    pub last_attendance_date: Option<Date>,
    pub individual_created_at: Option<StoredTime>,
    pub family_id: Option<Number<'a>>,
    pub family_name: Option<&'a str>,
    pub family_notes: &'a str,
    pub family_type: &'static str,
    pub last_attended: Option<Date>,
    pub within_absence_limit: bool,
    /// These three on the plain sheet only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visitor_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visitor_family_group: Option<&'a str>,
}

impl<'a> PotentialVisitor<'a> {
    /// The shape on the full sheet.
    #[must_use]
    pub fn of(entry: &'a Listed) -> Self {
        Self {
            id: Number(entry.person.as_str()),
            first_name: &entry.first_name,
            last_name: &entry.last_name,
            people_type: people_type(entry.kind),
            last_attendance_date: entry.last_attended,
            individual_created_at: entry.created_at.map(StoredTime),
            family_id: family(entry),
            family_name: entry.family_name.as_deref(),
            family_notes: entry.family_notes.as_deref().unwrap_or(""),
            family_type: people_type(entry.family_kind.unwrap_or(entry.kind)),
            last_attended: last_here(entry),
            within_absence_limit: true,
            name: None,
            visitor_type: None,
            visitor_family_group: None,
        }
    }

    /// The shape on the plain sheet.
    #[must_use]
    pub fn plain(entry: &'a Listed) -> Self {
        Self {
            name: Some(full_name(entry)),
            visitor_type: Some(visitor_type(entry.kind)),
            visitor_family_group: family_group(entry),
            ..Self::of(entry)
        }
    }
}

/// A visitor of `recentVisitors` (8.9).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the contract's own names, one by one")]
pub struct RecentVisitor<'a> {
    pub id: Number<'a>,
    pub name: String,
    pub is_child: bool,
    pub visitor_type: &'static str,
    pub visitor_family_group: Option<&'a str>,
    pub notes: Option<&'a str>,
    pub last_attended: Option<Date>,
    pub family_id: Option<Number<'a>>,
    pub family_name: Option<&'a str>,
}

impl<'a> RecentVisitor<'a> {
    /// The shape of one visitor.
    #[must_use]
    pub fn of(entry: &'a Listed) -> Self {
        Self {
            id: Number(entry.person.as_str()),
            name: full_name(entry),
            is_child: entry.child,
            visitor_type: visitor_type(entry.kind),
            visitor_family_group: family_group(entry),
            notes: Some(notes(entry)),
            last_attended: last_here(entry),
            family_id: family(entry),
            family_name: entry.family_name.as_deref(),
        }
    }
}

/// Somebody of `allChurchPeople` (8.9): as a recent visitor is shown, and their badge.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the contract's own names, one by one")]
pub struct ChurchPerson<'a> {
    #[serde(flatten)]
    pub person: RecentVisitor<'a>,
    pub badge_text: Option<&'a str>,
    pub badge_color: Option<&'a str>,
    pub badge_icon: Option<&'a str>,
}

impl<'a> ChurchPerson<'a> {
    /// The shape of anybody: own notes and dates alone, not the family's.
    #[must_use]
    pub fn of(entry: &'a Listed) -> Self {
        let (notes, last_attended) = (entry.notes.as_deref(), entry.last_attended);
        Self {
            person: RecentVisitor { notes, last_attended, ..RecentVisitor::of(entry) },
            badge_text: badge(entry, |b| &b.text),
            badge_color: badge(entry, |b| &b.color),
            badge_icon: badge(entry, |b| &b.icon),
        }
    }
}
