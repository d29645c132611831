//! `POST /api/gatherings` (8.8).

use axum::response::Response;
use rollcall_core::{command::Command, event::Event};
use rollcall_wire::church::{read, shape::Number};
use serde_json::{Map, json};

use crate::api::church::{
    caller::Caller,
    input::Body,
    refused::{Answered, Refused},
};

/// Enters a gathering and assigns its founder to it.
pub(super) async fn make(caller: Caller, body: Body) -> Answered<Response> {
    caller.coordinator()?;
    let name = body.filled("name").ok_or_else(|| Refused::bad("Gathering name is required"))?;
    let kind = match body.text("attendanceType") {
        None | Some("standard") => "standard",
        Some("headcount") => "headcount",
        Some(_) => return Err(Refused::bad("Invalid attendance type")),
    };
    let mut fields = Map::new();
    fields.insert("name".into(), name.into());
    fields.insert("kind".into(), kind.into());
    for (said, field) in [
        ("description", "description"),
        ("startTime", "start"),
        ("endTime", "end"),
        ("frequency", "frequency"),
        ("kioskMessage", "kiosk_message"),
    ] {
        if let Some(text) = body.filled(said) {
            fields.insert(field.into(), text.into());
        }
    }
    if let Some(day) = body.filled("dayOfWeek") {
        fields.insert("day_of_week".into(), day.to_lowercase().into());
    }
    if let Some(kiosk) = body.get("kioskEnabled") {
        fields.insert("kiosk".into(), read::truthy(kiosk).into());
    }
    let answer = caller.put(Command::AddGathering { fields }).await?;
    let id = answer.events.iter().find_map(|committed| match &committed.event {
        Event::GatheringChanged(gathering) => Some(Number(gathering.id.as_str())),
        _ => None,
    });
    let message = "Gathering type created";
    Ok(caller.made(&json!({"message": message, "id": id, "setAsDefault": false})))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church, shown};

    #[tokio::test]
    async fn church_8_8_its_founder_sees_a_new_gathering() {
        let house = church().await;
        let body = || {
            Some(json!({"name": "Prayer", "attendanceType": "headcount", "dayOfWeek": "Friday",
                "startTime": "19:00", "frequency": "weekly"}))
        };
        let said = house.by("2", "POST", "/api/gatherings", body()).await;
        let wanted = json!({"message": "Gathering type created", "id": 4, "setAsDefault": false,
            "church_id": CHURCH});
        assert_eq!(said, (201, wanted));
        let (_, list) = house.by("2", "GET", "/api/gatherings", None).await;
        assert_eq!(shown(&list["gatherings"]), "1 2 4");
        let made = &list["gatherings"][2];
        assert_eq!(
            (&made["attendanceType"], &made["dayOfWeek"]),
            (&json!("headcount"), &json!("Friday"))
        );
        assert_eq!(house.by("3", "POST", "/api/gatherings", body()).await.0, 403);
    }
}
