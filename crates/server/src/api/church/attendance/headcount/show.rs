//! `GET /api/attendance/headcount/:g/:d` (8.19).

use axum::response::Response;
use rollcall_core::{command::Command, people::HeadcountMode};
use rollcall_wire::church::shape::{StoredTime, last_updated_by, mode_name};
use serde_json::{Value, json};

use super::{Counts, mode_of};
use crate::api::church::{
    input::{AtSheet, Names},
    refused::Answered,
};

/// The numbers, by `?mode=` or each by itself. The sheet comes into being by it, because the app
/// needs its number (7.13).
pub(super) async fn show(AtSheet { caller, place }: AtSheet, names: Names) -> Answered<Response> {
    let mode = names.text("mode").map(|mode| Value::String(mode.to_owned()));
    let mode = mode_of(mode.as_ref())?.unwrap_or_default();
    let (gathering, date) = (place.gathering.clone(), place.date);
    caller.put(Command::OpenSheet { gathering, date }).await?;
    let shown = caller.look(move |caller, facts| {
        let counts = Counts::of(facts, &place)?;
        let account = &caller.who.account;
        let own = counts.own(&account.id);
        let name = own.map(|_| account.display_name());
        let last = match mode {
            HeadcountMode::Separate => own.map(|own| own.at),
            _ => counts.all.iter().map(|count| count.at).max(),
        };
        let by = last.and_then(|_| last_updated_by(mode, counts.all.len(), name.as_deref()));
        Ok(caller.says(&json!({
            "headcount": counts.shown(mode, &account.id),
            "userHeadcount": counts.own_count(&account.id),
            "lastUpdated": last.map(StoredTime),
            "lastUpdatedBy": by,
            "sessionId": counts.sheet.as_ref().map(|sheet| sheet.number),
            "mode": mode_name(mode),
            "sessionMode": mode_name(counts.mode()),
            "otherUsers": counts.others(mode, &account.id),
        })))
    });
    shown.await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{church, keys, these};

    #[tokio::test]
    async fn church_8_19_numbers_are_shown_by_mode() {
        let house = church().await;
        let path = "/api/attendance/headcount/2/2025-01-19";
        let (status, first) = house.by("1", "GET", path, None).await;
        assert_eq!((status, &first["sessionId"]), (200, &json!(1)), "{first}");
        assert_eq!((&first["headcount"], &first["lastUpdatedBy"]), (&json!(0), &json!(null)));
        for (account, count) in [("1", 4), ("2", 7)] {
            let update = "/api/attendance/headcount/update/2/2025-01-19";
            let body = json!({"headcount": count, "mode": "combined"});
            assert_eq!(house.by(account, "POST", update, Some(body)).await.0, 200);
        }
        let get = |mode: &str| format!("{path}?mode={mode}");
        let (_, all) = house.by("1", "GET", &get("averaged"), None).await;
        let names = "headcount userHeadcount lastUpdated lastUpdatedBy sessionId mode sessionMode
            otherUsers church_id";
        assert_eq!(keys(&all), these(names));
        assert_eq!((&all["headcount"], &all["userHeadcount"]), (&json!(6), &json!(4)));
        assert_eq!(all["lastUpdatedBy"], "Averaged (2 users)");
        assert_eq!((&all["mode"], &all["sessionMode"]), (&json!("averaged"), &json!("combined")));
        let others = all["otherUsers"].as_array().unwrap();
        assert_eq!(keys(&others[0]), these("userId name headcount lastUpdated isCurrentUser"));
        assert_eq!((&others[0]["name"], &others[1]["name"]), (&json!("You"), &json!("Ben Bell")));
        let (_, own) = house.by("1", "GET", path, None).await;
        assert_eq!((&own["headcount"], &own["lastUpdatedBy"]), (&json!(4), &json!("Ada Admin")));
        assert_eq!(own["otherUsers"].as_array().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn church_8_19_only_where_heads_are_counted() {
        let house = church().await;
        let error = "This gathering is not configured for headcount attendance.";
        let said = house.by("1", "GET", "/api/attendance/headcount/1/2025-01-19", None).await;
        assert_eq!(said, (400, json!({ "error": error })));
        let said = house.by("1", "GET", "/api/attendance/headcount/9/2025-01-19", None).await;
        assert_eq!(said, (404, json!({"error": "Gathering not found."})));
    }
}
