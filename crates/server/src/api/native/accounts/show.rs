//! `GET /v1/accounts/{id}`.

use rollcall_core::{facts::Key, id::AccountId};

use crate::api::native::{
    caller::Caller,
    input::InPath,
    lists::{self, Answered},
};

/// One account.
#[utoipa::path(get, path = "/v1/accounts/{id}", operation_id = "show_account", tag = "accounts",
    params(("id" = String, Path)),
    responses((status = 200, description = "The account, as the event `account_changed` carries one", body = Object)))]
pub(super) async fn show(caller: Caller, InPath(id): InPath<String>) -> Answered {
    lists::show(caller, Key::Account(AccountId::new(id.as_str())), "account", id).await
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn who_may_see_it_and_what_is_not_there() {
        let house = House::open().await;
        let (status, found) = house.by("admin", "GET", "/v1/accounts/desk", None).await;
        assert_eq!((status, &found["id"]), (200, &"desk".into()));
        assert_eq!(house.by("bo", "GET", "/v1/accounts/desk", None).await.0, 403);
        assert_eq!(house.by("admin", "GET", "/v1/accounts/nothing", None).await.0, 404);
    }
}
