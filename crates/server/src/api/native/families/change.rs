//! `PATCH /v1/families/{id}`.

use rollcall_core::{command::List, facts::Key, id::FamilyId};
use serde_json::{Map, Value};

use crate::api::native::{
    hand::Hand,
    input::{Body, InPath},
    lists::{self, Answered},
};

/// Lays the fields over the family (RFC 7396): `null` clears one, absent ones stay.
#[utoipa::path(patch, path = "/v1/families/{id}", operation_id = "change_family", tag = "families",
    params(("id" = String, Path)), request_body = Object,
    responses((status = 200, description = "The family as it stands now", body = Object)))]
pub(super) async fn change(
    hand: Hand,
    InPath(id): InPath<String>,
    Body(fields): Body<Map<String, Value>>,
) -> Answered {
    let key = Key::Family(FamilyId::new(id.as_str()));
    lists::change(hand, List::Families, key, id, fields, None).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn fields_are_laid_over_what_is_there() {
        let house = House::open().await;
        let fields = || Some(json!({"notes": "moved"}));
        let path = "/v1/families/f1";
        let (_, before) = house.by("admin", "GET", path, None).await;
        for round in ["changed", "was so already"] {
            let (status, after) = house.by("admin", "PATCH", path, fields()).await;
            assert_eq!((status, &after["notes"]), (200, &json!("moved")), "{round}");
            assert_eq!(after["id"], before["id"]);
        }
        assert_eq!(house.by("bo", "PATCH", path, fields()).await.0, 403);
        assert_eq!(house.by("admin", "PATCH", "/v1/families/nothing", fields()).await.0, 404);
        let (status, said) = house.by("admin", "PATCH", path, Some(json!({"colour": 1}))).await;
        assert_eq!((status, &said["error"]["field"]), (400, &"colour".into()));
    }
}
