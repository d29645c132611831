//! `/api/users/me/preferences`, one or all at once (8.7).

use axum::response::Response;
use rollcall_core::{
    command::Command, document::PREFERENCE, id::DocumentKind, limits::PREFERENCE_KEY_CHARS_MAX,
};
use serde_json::{Map, Value, json};

use crate::api::church::{
    caller::Caller,
    input::Body,
    refused::{Answered, Refused},
};

/// The account's own preferences.
pub(super) async fn show(caller: Caller) -> Answered<Response> {
    let shown = caller.look(|caller, facts| {
        let own = format!("{}/", caller.who.account.id);
        let mut preferences = Map::new();
        for document in facts.documents(&DocumentKind::new(PREFERENCE))? {
            if let Some(key) = document.id.as_str().strip_prefix(&own) {
                preferences.insert(key.to_owned(), Value::Object(document.data.clone()));
            }
        }
        Ok(caller.says(&json!({ "preferences": preferences })))
    });
    shown.await
}

/// Keeps one.
pub(super) async fn save(caller: Caller, body: Body) -> Answered<Response> {
    let key = body.text("key").filter(|key| is_key(key)).ok_or_else(|| {
        Refused::field("key", "Key must be between 1 and 100 characters", body.get("key"))
    })?;
    let value = body.get("value").filter(|value| value.is_object());
    let value = value
        .ok_or_else(|| Refused::field("value", "Value must be an object", body.get("value")))?;
    let values = Map::from_iter([(key.to_owned(), value.clone())]);
    caller.put(Command::SavePreferences { values }).await?;
    Ok(caller.done("Preference saved successfully"))
}

/// Keeps several.
pub(super) async fn save_all(caller: Caller, body: Body) -> Answered<Response> {
    let said = body.get("preferences");
    let fine = |values: &&Map<String, Value>| {
        values.iter().all(|(key, value)| is_key(key) && value.is_object())
    };
    let values = said.and_then(Value::as_object).filter(fine).ok_or_else(|| {
        Refused::field("preferences", "Preferences must be an object of objects", said)
    })?;
    caller.put(Command::SavePreferences { values: values.clone() }).await?;
    Ok(caller.done("Preferences saved successfully"))
}

fn is_key(key: &str) -> bool {
    (1..=PREFERENCE_KEY_CHARS_MAX).contains(&key.chars().count())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{CHURCH, church, keys, these};

    const PATH: &str = "/api/users/me/preferences";

    #[tokio::test]
    async fn church_8_7_preferences_are_each_accounts_own() {
        let house = church().await;
        let body = json!({"key": "view", "value": {"dark": true}});
        let said = house.by("3", "POST", PATH, Some(body)).await;
        let message = "Preference saved successfully";
        assert_eq!(said, (200, json!({"message": message, "church_id": CHURCH})));
        let batch = json!({"preferences": {"sort": {"by": "name"}}});
        assert_eq!(house.by("3", "POST", &format!("{PATH}/batch"), Some(batch)).await.0, 200);
        let own = json!({"view": {"dark": true}, "sort": {"by": "name"}});
        assert_eq!(house.by("3", "GET", PATH, None).await.1["preferences"], own);
        assert_eq!(house.by("1", "GET", PATH, None).await.1["preferences"], json!({}));
    }

    #[tokio::test]
    async fn church_8_2_a_bad_preference_names_its_field() {
        let house = church().await;
        let long = "k".repeat(101);
        for (body, path) in [
            (json!({"key": long, "value": {}}), "key"),
            (json!({"key": "", "value": {}}), "key"),
            (json!({"key": "view", "value": 3}), "value"),
        ] {
            let (status, said) = house.by("3", "POST", PATH, Some(body)).await;
            assert_eq!((status, &said["errors"][0]["path"]), (400, &json!(path)));
            assert_eq!(keys(&said["errors"][0]), these("type msg path location value"));
        }
    }
}
