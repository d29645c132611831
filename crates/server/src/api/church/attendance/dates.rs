//! `GET /api/attendance/:g/sessions/dates` (8.9).

use axum::response::Response;
use serde_json::json;

use crate::api::church::{caller, input::AtGathering, refused::Answered};

/// The dates on which something was written, newest first.
pub(super) async fn dates(AtGathering { caller, gathering }: AtGathering) -> Answered<Response> {
    let shown = caller.look(move |caller, facts| {
        caller::gathering(facts, &gathering)?;
        let sheets = facts.sheets(&gathering)?;
        let dates = sheets.iter().map(|sheet| sheet.date);
        Ok(caller.says(&json!({ "dates": dates.collect::<Vec<_>>() })))
    });
    shown.await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church};

    #[tokio::test]
    async fn church_8_9_dates_come_newest_first() {
        let house = church().await;
        for date in ["2025-01-12", "2025-01-19", "2025-01-05"] {
            let path = format!("/api/attendance/1/{date}/individual/10");
            assert_eq!(house.by("1", "POST", &path, None).await.0, 200);
        }
        let (status, said) = house.by("3", "GET", "/api/attendance/1/sessions/dates", None).await;
        assert_eq!(status, 200);
        let dates = ["2025-01-19", "2025-01-12", "2025-01-05"];
        assert_eq!(said, json!({"dates": dates, "church_id": CHURCH}));
    }
}
