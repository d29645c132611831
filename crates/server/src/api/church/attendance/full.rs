//! `GET /api/attendance/:g/:d/full` (8.9).

use axum::response::Response;
use rollcall_core::sheet::everybody;
use rollcall_wire::church::shape::FullSheet;

use super::people_of;
use crate::api::church::{
    input::{AtSheet, Names},
    refused::Answered,
};

/// The sheet with every list that the app shows beside it.
pub(super) async fn full(AtSheet { caller, place }: AtSheet, names: Names) -> Answered<Response> {
    caller.saw(&place);
    let shown = caller.look(move |caller, facts| {
        let people = people_of(facts, &place, names.text("search"))?;
        let everybody = everybody(facts)?;
        Ok(caller.says(&FullSheet::of(&people, &everybody)))
    });
    shown.await
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::api::church::testing::{church, full, keys, shown, these};

    #[tokio::test]
    async fn church_8_9_a_full_sheet_has_exactly_its_keys() {
        let house = church().await;
        let path = "/api/attendance/1/2025-01-19/visitor-family/2";
        assert_eq!(house.by("3", "POST", path, None).await.0, 200);
        let said = full(&house, "2025-01-19").await;
        let outer = "sessionId excludedFromStats showBackgroundCheckStatus attendanceList visitors
            potentialVisitors recentVisitors allChurchPeople church_id";
        assert_eq!(keys(&said), these(outer));
        for (list, names) in [
            (
                "attendanceList",
                "id firstName lastName isChild badgeText badgeColor badgeIcon familyName familyId
                 familyNotes present peopleType familyType",
            ),
            (
                "visitors",
                "id name isChild visitorType visitorStatus visitorFamilyGroup notes lastAttended
                 familyId familyName present peopleType lastAttendanceDate createdAt",
            ),
            (
                "potentialVisitors",
                "id firstName lastName peopleType lastAttendanceDate individualCreatedAt familyId
                 familyName familyNotes familyType lastAttended withinAbsenceLimit",
            ),
            (
                "recentVisitors",
                "id name isChild visitorType visitorFamilyGroup notes lastAttended familyId
                 familyName",
            ),
            (
                "allChurchPeople",
                "id name isChild visitorType visitorFamilyGroup notes lastAttended familyId
                 familyName badgeText badgeColor badgeIcon",
            ),
        ] {
            assert_eq!(keys(&said[list][0]), these(names), "{list}");
        }
        assert_eq!(shown(&said["visitors"]), "20*");
        assert_eq!(shown(&said["attendanceList"]), "12 10 11");
    }

    #[tokio::test]
    async fn church_7_13_reading_makes_no_sheet() {
        let house = church().await;
        for _ in 0..2 {
            let said = full(&house, "2025-01-19").await;
            assert_eq!((&said["sessionId"], &said["visitors"]), (&Value::Null, &json!([])));
        }
    }

    #[tokio::test]
    async fn church_8_9_a_search_is_for_regulars_by_any_name() {
        let house = church().await;
        let path = "/api/attendance/1/2025-01-19/full?search=REED";
        let (_, said) = house.by("3", "GET", path, None).await;
        assert_eq!(shown(&said["attendanceList"]), "10 11");
    }
}
