//! `/api/visitor-config` (8.21).

use axum::{Router, response::Response, routing::get};
use rollcall_core::{
    command::{Command, Expect, List},
    people::VisitorWindow,
};
use serde_json::{Map, Value, json};

use super::{
    Here,
    caller::Caller,
    input::Body,
    refused::{Answered, Refused},
};

pub(super) fn router() -> Router<Here> {
    Router::new().route("/api/visitor-config", get(show).put(change))
}

fn shape(window: VisitorWindow) -> Value {
    json!({
        "localVisitorServiceLimit": window.local_sheets,
        "travellerVisitorServiceLimit": window.traveller_sheets,
    })
}

/// For how many sheets visitors stay on the list.
async fn show(caller: Caller) -> Answered<Response> {
    let shown = caller.look(|caller, facts| {
        let church = facts.tenant()?;
        let window = church.map(|church| church.settings.church.visitor_window);
        Ok(caller.says(&shape(window.unwrap_or_default())))
    });
    shown.await
}

/// Changes it.
async fn change(caller: Caller, body: Body) -> Answered<Response> {
    caller.admin()?;
    let number = |name: &str| {
        let number = body.get(name).and_then(Value::as_u64);
        number.and_then(|number| usize::try_from(number).ok()).unwrap_or_default()
    };
    let window = VisitorWindow {
        local_sheets: number("localVisitorServiceLimit"),
        traveller_sheets: number("travellerVisitorServiceLimit"),
    };
    if !window.is_possible() {
        return Err(Refused::bad("Service limits must be integers between 1 and 52"));
    }
    let settings = json!({"church": {"visitor_window": window}});
    let command = Command::Change {
        list: List::Tenant,
        id: Some(caller.who.tenant.to_string()),
        fields: Map::from_iter([("settings".to_owned(), settings)]),
        expect: Expect::There,
        seen: None,
    };
    caller.put(command).await?;
    Ok(caller.says(&shape(window)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church};

    #[tokio::test]
    async fn church_8_21_the_window_is_an_admins_to_set() {
        let house = church().await;
        let path = "/api/visitor-config";
        let window = |local: u32, traveller: u32| {
            json!({"localVisitorServiceLimit": local, "travellerVisitorServiceLimit": traveller,
                "church_id": CHURCH})
        };
        assert_eq!(house.by("3", "GET", path, None).await, (200, window(6, 2)));
        assert_eq!(house.by("2", "PUT", path, Some(window(8, 3))).await.0, 403);
        assert_eq!(house.by("1", "PUT", path, Some(window(8, 3))).await.0, 200);
        assert_eq!(house.by("3", "GET", path, None).await, (200, window(8, 3)));
        for (local, traveller) in [(0, 3), (8, 53)] {
            let error = "Service limits must be integers between 1 and 52";
            let said = house.by("1", "PUT", path, Some(window(local, traveller))).await;
            assert_eq!(said, (400, json!({ "error": error })));
        }
    }
}
