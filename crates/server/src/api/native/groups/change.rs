//! `PATCH /v1/groups/{id}`.

use rollcall_core::{command::List, facts::Key, id::GroupId};
use serde_json::{Map, Value};

use crate::api::native::{
    hand::Hand,
    input::{Body, InPath},
    lists::{self, Answered},
};

/// Lays the fields over the group (RFC 7396): `null` clears one, absent ones stay.
#[utoipa::path(patch, path = "/v1/groups/{id}", operation_id = "change_group", tag = "groups",
    params(("id" = String, Path)), request_body = Object,
    responses((status = 200, description = "The group as it stands now", body = Object)))]
pub(super) async fn change(
    hand: Hand,
    InPath(id): InPath<String>,
    Body(fields): Body<Map<String, Value>>,
) -> Answered {
    let key = Key::Group(GroupId::new(id.as_str()));
    lists::change(hand, List::Groups, key, id, fields, None).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn fields_are_laid_over_what_is_there() {
        let house = House::open().await;
        let fields = || Some(json!({"code": "C-1"}));
        let path = "/v1/groups/c1";
        let (_, before) = house.by("admin", "GET", path, None).await;
        for round in ["changed", "was so already"] {
            let (status, after) = house.by("admin", "PATCH", path, fields()).await;
            assert_eq!((status, &after["code"]), (200, &json!("C-1")), "{round}");
            assert_eq!(after["id"], before["id"]);
        }
        assert_eq!(house.by("bo", "PATCH", path, fields()).await.0, 403);
        assert_eq!(house.by("admin", "PATCH", "/v1/groups/nothing", fields()).await.0, 404);
        let (status, said) = house.by("admin", "PATCH", path, Some(json!({"colour": 1}))).await;
        assert_eq!((status, &said["error"]["field"]), (400, &"colour".into()));
    }
}
