//! `PATCH /v1/gatherings/{id}`.

use rollcall_core::{command::List, facts::Key, id::GatheringId};
use serde_json::{Map, Value};

use crate::api::native::{
    hand::Hand,
    input::{Body, InPath},
    lists::{self, Answered},
};

/// Lays the fields over the gathering (RFC 7396): `null` clears one, absent ones stay.
#[utoipa::path(patch, path = "/v1/gatherings/{id}", operation_id = "change_gathering", tag = "gatherings",
    params(("id" = String, Path)), request_body = Object,
    responses((status = 200, description = "The gathering as it stands now", body = Object)))]
pub(super) async fn change(
    hand: Hand,
    InPath(id): InPath<String>,
    Body(fields): Body<Map<String, Value>>,
) -> Answered {
    let key = Key::Gathering(GatheringId::new(id.as_str()));
    lists::change(hand, List::Gatherings, key, id, fields, None).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn fields_are_laid_over_what_is_there() {
        let house = House::open().await;
        let fields = || Some(json!({"location": "Hall"}));
        let path = "/v1/gatherings/g2";
        let (_, before) = house.by("admin", "GET", path, None).await;
        for round in ["changed", "was so already"] {
            let (status, after) = house.by("admin", "PATCH", path, fields()).await;
            assert_eq!((status, &after["location"]), (200, &json!("Hall")), "{round}");
            assert_eq!(after["id"], before["id"]);
        }
        assert_eq!(house.by("taker", "PATCH", path, fields()).await.0, 403);
        assert_eq!(house.by("admin", "PATCH", "/v1/gatherings/nothing", fields()).await.0, 404);
        let (status, said) = house.by("admin", "PATCH", path, Some(json!({"colour": 1}))).await;
        assert_eq!((status, &said["error"]["field"]), (400, &"colour".into()));
    }
}
