//! `DELETE /api/kiosk/history/:g/:d` (8.20).

use axum::response::Response;
use rollcall_core::{command::Command, event::Event};
use serde_json::json;

use super::SwitchedOn;
use crate::api::church::{input::AtSheet, refused::Answered};

/// Forgets what was done on one date.
pub(super) async fn clear(_: SwitchedOn, AtSheet { caller, place }: AtSheet) -> Answered<Response> {
    caller.admin()?;
    let (gathering, date) = (place.gathering, place.date);
    let answer = caller.put(Command::ClearKiosk { gathering, date }).await?;
    let cleared = answer.events.iter().map(|committed| match &committed.event {
        Event::KioskCleared { numbers, .. } => numbers.len(),
        _ => 0,
    });
    let count: usize = cleared.sum();
    Ok(caller.says(&json!({"message": "Kiosk history deleted", "deletedCount": count})))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church_with_kiosk};

    #[tokio::test]
    async fn church_8_20_only_an_admin_forgets() {
        let house = church_with_kiosk().await;
        let body = json!({"individualIds": [10, 11], "action": "checkin"});
        assert_eq!(house.by("3", "POST", "/api/kiosk/1/2025-01-19", Some(body)).await.0, 200);
        let path = "/api/kiosk/history/1/2025-01-19";
        let refused = house.by("2", "DELETE", path, None).await;
        assert_eq!(refused, (403, json!({"error": "Insufficient permissions."})));
        for count in [2, 0] {
            let said = house.by("1", "DELETE", path, None).await;
            let message = "Kiosk history deleted";
            let wanted = json!({"message": message, "deletedCount": count, "church_id": CHURCH});
            assert_eq!(said, (200, wanted));
        }
    }
}
