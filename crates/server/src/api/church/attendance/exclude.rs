//! `PATCH /api/attendance/sessions/:sessionId/exclude` (8.17).

use axum::response::Response;
use rollcall_core::{
    command::Command,
    event::Event,
    rejection::{Refusal, Rejection},
};
use serde_json::json;

use crate::api::church::{
    caller::Caller,
    input::Names,
    refused::{Answered, Refused},
};

/// Leaves a sheet out of statistics, or takes it in again.
pub(super) async fn exclude(caller: Caller, names: Names) -> Answered<Response> {
    caller.coordinator()?;
    let sheet = names.id("id").parse().unwrap_or_default();
    let put = caller.put(Command::ToggleExclusion { sheet }).await;
    let answer = put.map_err(|refusal| match refusal {
        // The role is judged already: what is left is that the gathering is another's (14.2).
        Refusal::Rejected(Rejection::Forbidden { .. }) => Refused::access(),
        Refusal::Rejected(Rejection::NotFound { .. }) => Refused::missing("Session not found."),
        other => other.into(),
    })?;
    let excluded = answer
        .events
        .iter()
        .any(|committed| matches!(&committed.event, Event::ExclusionSet(sheet) if sheet.excluded));
    let what = if excluded { "excluded from" } else { "included in" };
    Ok(caller.says(&json!({
        "message": format!("Session {what} stats."),
        "excludedFromStats": excluded,
        "sessionId": sheet,
    })))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church};

    #[tokio::test]
    async fn church_8_17_a_sheet_is_left_out_and_taken_in_again() {
        let house = church().await;
        for path in [
            "/api/attendance/1/2025-01-19/individual/10",
            "/api/attendance/3/2025-01-19/individual/10",
        ] {
            assert_eq!(house.by("1", "POST", path, None).await.0, 200);
        }
        let path = "/api/attendance/sessions/1/exclude";
        for (excluded, message) in
            [(true, "Session excluded from stats."), (false, "Session included in stats.")]
        {
            let said = house.by("2", "PATCH", path, None).await;
            let wanted = json!({"message": message, "excludedFromStats": excluded,
                "sessionId": 1, "church_id": CHURCH});
            assert_eq!(said, (200, wanted));
        }
        for (account, session, status, error) in [
            ("3", "1", 403, "Insufficient permissions."),
            ("2", "2", 403, "Access denied to this gathering type."),
            ("1", "9", 404, "Session not found."),
            ("1", "x", 404, "Session not found."),
        ] {
            let path = format!("/api/attendance/sessions/{session}/exclude");
            let said = house.by(account, "PATCH", &path, None).await;
            assert_eq!(said, (status, json!({ "error": error })), "{account} {session}");
        }
    }
}
