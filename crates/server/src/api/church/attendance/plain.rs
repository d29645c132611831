//! `GET /api/attendance/:g/:d`: the document-era client's load (8.9).

use axum::response::Response;
use rollcall_core::sheet::{Listed, SheetPeople};
use rollcall_wire::church::shape::{AttendanceEntry, PotentialVisitor, VisitorEntry};
use serde::Serialize;

use super::people_of;
use crate::api::church::{
    input::{AtSheet, Names},
    refused::Answered,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlainSheet<'a> {
    attendance_list: Vec<AttendanceEntry<'a>>,
    visitors: Vec<VisitorEntry<'a>>,
    potential_visitors: Vec<PotentialVisitor<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    excluded_from_stats: Option<bool>,
}

impl<'a> PlainSheet<'a> {
    fn of(people: &'a SheetPeople) -> Self {
        let sheet = people.sheet.as_ref();
        let taken = sheet.is_some_and(|sheet| sheet.roster_taken);
        let regular = |entry: &'a Listed| AttendanceEntry {
            is_active: taken.then_some(entry.active),
            ..AttendanceEntry::of(entry)
        };
        Self {
            attendance_list: people.regulars.iter().map(regular).collect(),
            visitors: people.visitors.iter().map(VisitorEntry::of).collect(),
            potential_visitors: people.recent.iter().map(PotentialVisitor::plain).collect(),
            session_id: sheet.map(|sheet| sheet.number),
            excluded_from_stats: sheet.map(|sheet| sheet.excluded),
        }
    }
}

/// The sheet alone.
pub(super) async fn plain(AtSheet { caller, place }: AtSheet, names: Names) -> Answered<Response> {
    caller.saw(&place);
    let shown = caller.look(move |caller, facts| {
        let people = people_of(facts, &place, names.text("search"))?;
        Ok(caller.says(&PlainSheet::of(&people)))
    });
    shown.await
}

#[cfg(test)]
mod tests {
    use crate::api::church::testing::{church, keys, these};

    #[tokio::test]
    async fn church_8_9_a_plain_sheet_says_more_once_it_was_written() {
        let house = church().await;
        let path = "/api/attendance/1/2025-01-19";
        let (_, before) = house.by("3", "GET", path, None).await;
        assert_eq!(keys(&before), these("attendanceList visitors potentialVisitors church_id"));
        assert!(!keys(&before["attendanceList"][0]).contains("isActive"));
        let family = format!("{path}/visitor-family/2");
        assert_eq!(house.by("3", "POST", &family, None).await.0, 200);
        let (_, after) = house.by("3", "GET", path, None).await;
        let names =
            "attendanceList visitors potentialVisitors sessionId excludedFromStats church_id";
        assert_eq!(keys(&after), these(names));
        assert_eq!(after["attendanceList"][0]["isActive"], true);
        let visitor = keys(&after["potentialVisitors"][0]);
        for name in ["name", "visitorType", "visitorFamilyGroup"] {
            assert!(visitor.contains(name), "{name}");
        }
    }
}
