//! A whole sheet: as the socket loads it (6.6) and as REST reads it (8.9).

use rollcall_core::{
    sheet::{Listed, SheetPeople},
    time::{Date, Timestamp},
};
use serde::Serialize;

use super::{
    AttendanceEntry, ChurchPerson, Number, PotentialVisitor, RecentVisitor, VisitorEntry,
    people_type, visitor_type,
};

/// `load_attendance_success` (6.6).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the contract's own names, one by one")]
pub struct LoadedSheet<'a> {
    pub attendance_list: Vec<LoadedRegular<'a>>,
    pub visitors: Vec<LoadedVisitor<'a>>,
    pub gathering_id: Number<'a>,
    pub date: Date,
    pub timestamp: Timestamp,
}

/// A regular as the socket loads it; the mixed spelling is the app's.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadedRegular<'a> {
    id: Number<'a>,
    first_name: &'a str,
    last_name: &'a str,
    is_child: bool,
    last_attendance_date: Option<Date>,
    #[serde(rename = "people_type")]
    people_type: &'static str,
    family_name: Option<&'a str>,
    family_id: Option<Number<'a>>,
    present: bool,
}

/// A visitor as the socket loads it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadedVisitor<'a> {
    id: Number<'a>,
    name: String,
    first_name: &'a str,
    last_name: &'a str,
    is_child: bool,
    present: bool,
    last_attendance_date: Option<Date>,
    people_type: &'static str,
    visitor_type: &'static str,
    visitor_family_group: Option<&'a str>,
    family_id: Option<Number<'a>>,
    family_name: Option<&'a str>,
    last_attended: Option<Date>,
    notes: Option<&'a str>,
}

impl<'a> LoadedSheet<'a> {
    /// The sheet as of `timestamp`.
    #[must_use]
    pub fn of(
        people: &'a SheetPeople,
        gathering: &'a str,
        date: Date,
        timestamp: Timestamp,
    ) -> Self {
        Self {
            attendance_list: people.regulars.iter().map(LoadedRegular::of).collect(),
            visitors: people.visitors.iter().map(LoadedVisitor::of).collect(),
            gathering_id: Number(gathering),
            date,
            timestamp,
        }
    }
}

impl<'a> LoadedRegular<'a> {
    fn of(entry: &'a Listed) -> Self {
        let shown = AttendanceEntry::of(entry);
        Self {
            id: shown.id,
            first_name: shown.first_name,
            last_name: shown.last_name,
            is_child: shown.is_child,
            last_attendance_date: entry.last_attended,
            people_type: shown.people_type,
            family_name: shown.family_name,
            family_id: shown.family_id,
            present: shown.present,
        }
    }
}

impl<'a> LoadedVisitor<'a> {
    fn of(entry: &'a Listed) -> Self {
        let shown = VisitorEntry::of(entry);
        Self {
            id: shown.id,
            name: shown.name,
            first_name: &entry.first_name,
            last_name: &entry.last_name,
            is_child: shown.is_child,
            present: shown.present,
            last_attendance_date: entry.last_attended,
            people_type: people_type(entry.kind),
            visitor_type: visitor_type(entry.kind),
            visitor_family_group: shown.visitor_family_group,
            family_id: shown.family_id,
            family_name: shown.family_name,
            last_attended: shown.last_attended,
            notes: entry.notes.as_deref(),
        }
    }
}

/// `GET /api/attendance/:g/:d/full` (8.9).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the contract's own names, one by one")]
pub struct FullSheet<'a> {
    pub session_id: Option<u64>,
    pub excluded_from_stats: bool,
    pub show_background_check_status: bool,
    pub attendance_list: Vec<AttendanceEntry<'a>>,
    pub visitors: Vec<VisitorEntry<'a>>,
    pub potential_visitors: Vec<PotentialVisitor<'a>>,
    pub recent_visitors: Vec<RecentVisitor<'a>>,
    pub all_church_people: Vec<ChurchPerson<'a>>,
}

impl<'a> FullSheet<'a> {
    /// The sheet with everybody of the church beside it.
    #[must_use]
    pub fn of(people: &'a SheetPeople, everybody: &'a [Listed]) -> Self {
        Self {
            session_id: people.sheet.as_ref().map(|sheet| sheet.number),
            excluded_from_stats: people.sheet.as_ref().is_some_and(|sheet| sheet.excluded),
            show_background_check_status: false,
            attendance_list: people.regulars.iter().map(AttendanceEntry::of).collect(),
            visitors: people.visitors.iter().map(VisitorEntry::of).collect(),
            potential_visitors: people.recent.iter().map(PotentialVisitor::of).collect(),
            recent_visitors: people.recent.iter().map(RecentVisitor::of).collect(),
            all_church_people: everybody.iter().map(ChurchPerson::of).collect(),
        }
    }
}
