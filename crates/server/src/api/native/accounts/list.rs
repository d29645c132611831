//! `GET /v1/accounts`.

use rollcall_core::{command::List, facts::Query};

use crate::api::native::{
    caller::Caller,
    input::InQuery,
    lists::{self, Answered, Page},
};

/// Every account that the account may see, by id. Without `manage_accounts` an account sees only itself. Passwords are never shown.
#[utoipa::path(get, path = "/v1/accounts", operation_id = "list_accounts", tag = "accounts", params(Page),
    responses((status = 200, description = "`accounts`, each as the event `account_changed` carries one; `next` if there are more", body = Object)))]
pub(super) async fn list(caller: Caller, InQuery(page): InQuery<Page>) -> Answered {
    lists::list(caller, List::Accounts, Query::Accounts, page).await
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn everybody_sees_what_is_for_them() {
        let house = House::open().await;
        let (status, all) = house.by("admin", "GET", "/v1/accounts", None).await;
        assert_eq!((status, all["accounts"].as_array().unwrap().len()), (200, 4), "{all}");
        let (status, few) = house.by("bo", "GET", "/v1/accounts", None).await;
        assert_eq!((status, few["accounts"].as_array().unwrap().len()), (200, 1), "{few}");
    }
}
