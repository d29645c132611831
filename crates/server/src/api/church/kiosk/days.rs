//! `GET /api/kiosk/history/:g` (8.20).

use axum::response::Response;
use rollcall_core::{sheet::kiosk_dates_kind, time::Date};
use serde_json::json;

use super::{Shown, SwitchedOn, shown};
use crate::api::church::{
    caller,
    input::{AtGathering, Names},
    refused::Answered,
};

/// Dates that are told when the client names no number.
const DAYS: usize = 20;

/// Dates that are told at most.
const DAYS_MAX: usize = 200;

/// What was done on the latest dates, newest date first.
pub(super) async fn days(
    _: SwitchedOn,
    AtGathering { caller, gathering }: AtGathering,
    names: Names,
) -> Answered<Response> {
    let limit = names.text("limit").and_then(|limit| limit.parse().ok());
    let limit = limit.unwrap_or(DAYS).min(DAYS_MAX);
    let shown = caller.look(move |caller, facts| {
        caller::gathering(facts, &gathering)?;
        let days = facts.documents(&kiosk_dates_kind(&gathering))?;
        let mut dates: Vec<Date> =
            days.iter().filter_map(|day| day.id.as_str().parse().ok()).collect();
        dates.sort_by(|a, b| b.cmp(a));
        let mut sessions = Vec::new();
        for date in dates.into_iter().take(limit) {
            let records: Vec<_> = shown(facts, &gathering, date)?.iter().map(Shown::raw).collect();
            sessions.push(json!({"date": date, "records": records}));
        }
        Ok(caller.says(&json!({ "sessions": sessions })))
    });
    shown.await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{church_with_kiosk, keys, these};

    #[tokio::test]
    async fn church_8_20_the_latest_days_come_first() {
        let house = church_with_kiosk().await;
        for date in ["2025-01-12", "2025-01-19"] {
            let body = json!({"individualIds": [10], "action": "checkin"});
            let path = format!("/api/kiosk/1/{date}");
            assert_eq!(house.by("3", "POST", &path, Some(body)).await.0, 200);
        }
        let (_, said) = house.by("3", "GET", "/api/kiosk/history/1?limit=1", None).await;
        assert_eq!(keys(&said), these("sessions church_id"));
        let sessions = said["sessions"].as_array().unwrap();
        assert_eq!((sessions.len(), &sessions[0]["date"]), (1, &json!("2025-01-19")));
        assert_eq!(keys(&sessions[0]), these("date records"));
    }
}
