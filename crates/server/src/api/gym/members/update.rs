//! `PUT` and `PATCH members/{id}/`: change what the body names, either way (G8.7).

use axum::extract::State;
use rollcall_core::{
    command::{Command, Expect, List},
    people::Permission,
};
use rollcall_wire::gym::shape;

use super::{
    super::{
        answer::{Answer, ok},
        caller::Caller,
        fields::Fields,
        path_id::PathId,
    },
    changed,
    create::number_taken,
    member,
    written::person_fields,
};
use crate::api::Api;

pub(super) async fn update(
    State(api): State<Api>,
    caller: Caller,
    PathId(id): PathId,
    body: Fields,
) -> Answer {
    caller.must(Permission::ChangePeople)?;
    let person = member(&api, &caller, id).await?;
    let (list, id, expect) = (List::People, Some(person.id.to_string()), Expect::There);
    let change = Command::Change { list, id, fields: person_fields(&body)?, expect, seen: None };
    let kept = caller.submit(&api, body.request_id(), change).await.map_err(number_taken)?;
    // Nothing was different: the member is as it was.
    ok(&shape::member_item(changed(&kept).unwrap_or(&person), caller.now))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::testing::{ANN, Gym};

    #[tokio::test]
    async fn g8_7_a_partial_body_changes_only_what_it_names() {
        let gym = Gym::open().await;
        let path = format!("/api/members/{ANN}/");
        let before = gym.read(&path).await;
        for (method, body) in [
            ("PUT", json!({"phone": "+49 40 222", "id": "other", "unknown": 1})),
            ("PATCH", json!({"notes": "One\nTwo", "status": "inactive"})),
            ("PATCH", json!({"address": "Here 1", "membership_number": ""})),
            ("PATCH", json!({"notes": null, "address": ""})),
        ] {
            let (status, item) = gym.by("staff", method, &path, Some(body)).await;
            assert_eq!(status, 200, "{item}");
        }
        let after = gym.read(&path).await;
        assert_eq!((&after["phone"], &after["notes"]), (&"+49 40 222".into(), &"".into()));
        assert_eq!((&after["status"], &after["address"]), (&"inactive".into(), &"".into()));
        for same in ["id", "full_name", "membership_number", "membership_type", "created_at"] {
            assert_eq!(after[same], before[same], "{same}");
        }
        assert_ne!(after["updated_at"], before["updated_at"]);
    }

    #[tokio::test]
    async fn g8_7_an_item_sent_back_as_it_was_changes_nothing() {
        let gym = Gym::open().await;
        let path = format!("/api/members/{ANN}/");
        let item = gym.read(&path).await;
        let (status, answer) = gym.by("admin", "PUT", &path, Some(item.clone())).await;
        assert_eq!((status, answer), (200, item));
    }

    #[tokio::test]
    async fn g8_2_an_unknown_member_is_404() {
        let gym = Gym::open().await;
        let (status, _) = gym.by("admin", "PATCH", "/api/members/no/", Some(json!({}))).await;
        assert_eq!(status, 404);
    }
}
