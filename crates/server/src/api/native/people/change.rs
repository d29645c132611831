//! `PATCH /v1/people/{id}`.

use rollcall_core::{command::List, facts::Key, id::PersonId};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;

use crate::api::native::{
    hand::Hand,
    input::{Body, InPath, InQuery},
    lists::{self, Answered},
};

/// What the client had seen.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Seen {
    /// The `version` that was changed; another one by now is refused as `stale`.
    seen: Option<u32>,
}

/// Lays the fields over the person (RFC 7396): `null` clears one, absent ones stay.
#[utoipa::path(patch, path = "/v1/people/{id}", operation_id = "change_person", tag = "people",
    params(("id" = String, Path), Seen), request_body = Object,
    responses((status = 200, description = "The person as it stands now", body = Object)))]
pub(super) async fn change(
    hand: Hand,
    InPath(id): InPath<String>,
    InQuery(Seen { seen }): InQuery<Seen>,
    Body(fields): Body<Map<String, Value>>,
) -> Answered {
    let key = Key::Person(PersonId::new(id.as_str()));
    lists::change(hand, List::People, key, id, fields, seen).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn fields_are_laid_over_what_is_there() {
        let house = House::open().await;
        let fields = || Some(json!({"notes": "left-handed"}));
        let path = "/v1/people/p2";
        let (_, before) = house.by("admin", "GET", path, None).await;
        for round in ["changed", "was so already"] {
            let (status, after) = house.by("admin", "PATCH", path, fields()).await;
            assert_eq!((status, &after["notes"]), (200, &json!("left-handed")), "{round}");
            assert_eq!(after["id"], before["id"]);
        }
        assert_eq!(house.by("bo", "PATCH", path, fields()).await.0, 403);
        assert_eq!(house.by("admin", "PATCH", "/v1/people/nothing", fields()).await.0, 404);
        let (status, said) = house.by("admin", "PATCH", path, Some(json!({"colour": 1}))).await;
        assert_eq!((status, &said["error"]["field"]), (400, &"colour".into()));
    }

    #[tokio::test]
    async fn a_change_of_an_older_version_is_stale() {
        let house = House::open().await;
        let fields = Some(json!({"notes": "x"}));
        let (status, said) = house.by("admin", "PATCH", "/v1/people/p1?seen=0", fields).await;
        assert_eq!((status, &said["error"]["code"]), (409, &"stale".into()));
        assert_eq!(said["error"]["detail"]["version"], 1);
    }

    #[tokio::test]
    async fn what_the_server_keeps_is_refused_by_name_unless_it_stands_so() {
        let house = House::open().await;
        let path = "/v1/people/p1";
        for (field, value) in [
            ("version", json!(99)),
            ("created_at", json!("2000-01-01T00:00:00Z")),
            ("updated_at", json!("2000-01-01T00:00:00Z")),
            ("last_attended", json!("2000-01-01")),
        ] {
            let (status, said) =
                house.by("admin", "PATCH", path, Some(json!({field: value}))).await;
            assert_eq!((status, &said["error"]["field"]), (400, &field.into()), "{said}");
        }
        let (_, mut whole) = house.by("admin", "GET", path, None).await;
        whole["notes"] = "tall".into();
        let (status, after) = house.by("admin", "PATCH", path, Some(whole.clone())).await;
        assert_eq!((status, &after["notes"]), (200, &json!("tall")), "{after}");
        assert_eq!(after["version"], 2);
    }
}
