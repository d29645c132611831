//! `POST /api/kiosk/:g/:d` (8.20).

use axum::response::Response;
use rollcall_core::{
    command::Command,
    id::PersonId,
    limits,
    sheet::{KioskStep, MarkResult},
};
use rollcall_wire::church::read;
use serde_json::Value;

use super::SwitchedOn;
use crate::api::church::{
    input::{AtSheet, Body},
    refused::{Answered, Refused},
};

/// Brings people in, or fetches them.
pub(super) async fn act(
    _: SwitchedOn,
    AtSheet { caller, place }: AtSheet,
    body: Body,
) -> Answered<Response> {
    let people = people(&body);
    let people = people.ok_or_else(|| Refused::bad("individualIds array is required."))?;
    let (step, done) = match body.text("action") {
        Some("checkin") => (KioskStep::In, "in"),
        Some("checkout") => (KioskStep::Out, "out"),
        _ => return Err(Refused::bad(r#"action must be "checkin" or "checkout"."#)),
    };
    let asked = people.len();
    let signer = body.filled("signerName").map(str::to_owned);
    let (gathering, date) = (place.gathering, place.date);
    let answer = caller.put(Command::UseKiosk { gathering, date, people, step, signer }).await?;
    let strangers = answer.marks.iter().filter(|m| matches!(m, MarkResult::UnknownPerson { .. }));
    let number = asked - strangers.count();
    Ok(caller.done(&format!("Successfully checked {done} {number} person(s).")))
}

fn people(body: &Body) -> Option<Vec<PersonId>> {
    let ids = body.get("individualIds").and_then(Value::as_array)?;
    let ids = ids.iter().map(|id| read::id(id).map(PersonId::new)).collect::<Option<Vec<_>>>()?;
    (1..=limits::KIOSK_PEOPLE_MAX).contains(&ids.len()).then_some(ids)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church_with_kiosk, full, shown};

    #[tokio::test]
    async fn church_8_20_people_come_and_are_fetched() {
        let house = church_with_kiosk().await;
        let path = "/api/kiosk/1/2025-01-19";
        for (action, done) in [("checkin", "in"), ("checkout", "out")] {
            let body = json!({"individualIds": [10, "11"], "action": action, "signerName": "Pat"});
            let said = house.by("3", "POST", path, Some(body)).await;
            let message = format!("Successfully checked {done} 2 person(s).");
            assert_eq!(said, (200, json!({"message": message, "church_id": CHURCH})));
        }
        assert_eq!(shown(&full(&house, "2025-01-19").await["attendanceList"]), "12 10* 11*");
    }

    #[tokio::test]
    async fn church_8_20_bad_fields_are_named() {
        let house = church_with_kiosk().await;
        let path = "/api/kiosk/1/2025-01-19";
        let ids = "individualIds array is required.";
        let action = r#"action must be "checkin" or "checkout"."#;
        for (body, error) in [
            (json!({"action": "checkin"}), ids),
            (json!({"individualIds": [], "action": "checkin"}), ids),
            (json!({"individualIds": [10], "action": "dance"}), action),
            (json!({"individualIds": [10], "action": 1}), action),
        ] {
            let said = house.by("3", "POST", path, Some(body)).await;
            assert_eq!(said, (400, json!({ "error": error })));
        }
        let other = house.by("3", "POST", "/api/kiosk/3/2025-01-19", Some(json!({}))).await;
        assert_eq!(other.0, 403);
    }
}
