//! `POST /v1/accounts`.

use axum::{Json, http::StatusCode};
use rollcall_core::command::List;
use serde_json::{Map, Value};

use crate::api::native::{
    hand::Hand,
    input::Body,
    lists::{self, Answered},
};

/// Makes an account. `id` may be given; without it the server chooses one.
#[utoipa::path(post, path = "/v1/accounts", operation_id = "make_account", tag = "accounts", request_body = Object,
    responses((status = 201, description = "The new account, as the event `account_changed` carries one", body = Object)))]
pub(super) async fn make(
    hand: Hand,
    Body(fields): Body<Map<String, Value>>,
) -> Answered<(StatusCode, Json<Value>)> {
    lists::make(hand, List::Accounts, fields).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::testing::House;

    #[tokio::test]
    async fn what_is_made_can_be_read_and_only_some_may_make_it() {
        let house = House::open().await;
        let new = || Some(json!({"username": "eve", "role": "viewer"}));
        let (status, made) = house.by("admin", "POST", "/v1/accounts", new()).await;
        assert_eq!((status, &made["username"]), (201, &"eve".into()), "{made}");
        let path = format!("/v1/accounts/{}", made["id"].as_str().unwrap());
        assert_eq!(house.by("admin", "GET", &path, None).await, (200, made));
        assert_eq!(house.by("bo", "POST", "/v1/accounts", new()).await.0, 403);
        let (status, said) =
            house.by("admin", "POST", "/v1/accounts", Some(json!({"id": "desk"}))).await;
        assert_eq!((status, &said["error"]["code"]), (409, &"already_exists".into()));
    }
}
