//! `PATCH /api/gatherings/:id/kiosk-settings` (8.8).

use axum::response::Response;
use rollcall_core::command::{Command, Expect, List};
use serde_json::{Map, Value};

use crate::api::church::{
    input::{AtGathering, Body},
    refused::Answered,
};

/// Changes a gathering's end and what its kiosk says.
pub(super) async fn change(
    AtGathering { caller, gathering }: AtGathering,
    body: Body,
) -> Answered<Response> {
    let mut fields = Map::new();
    for (said, field) in [("endTime", "end"), ("kioskMessage", "kiosk_message")] {
        if let Some(text @ (Value::String(_) | Value::Null)) = body.0.get(said) {
            fields.insert(field.into(), text.clone());
        }
    }
    let (list, id, expect) = (List::Gatherings, Some(gathering.to_string()), Expect::There);
    caller.put(Command::Change { list, id, fields, expect, seen: None }).await?;
    Ok(caller.done("Kiosk settings updated successfully"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::church;

    #[tokio::test]
    async fn church_8_8_a_kiosk_has_its_own_words() {
        let house = church().await;
        let path = "/api/gatherings/1/kiosk-settings";
        let body = json!({"endTime": "11:30", "kioskMessage": "Welcome!"});
        assert_eq!(house.by("2", "PATCH", path, Some(body)).await.0, 200);
        let (_, said) = house.by("2", "GET", "/api/gatherings", None).await;
        let first = &said["gatherings"][0];
        assert_eq!(
            (&first["endTime"], &first["kioskMessage"]),
            (&json!("11:30"), &json!("Welcome!"))
        );
        let other = house.by("2", "PATCH", "/api/gatherings/3/kiosk-settings", None).await;
        assert_eq!(other.0, 403);
    }
}
