//! `GET /v1/groups`.

use rollcall_core::{command::List, facts::Query};

use crate::api::native::{
    caller::Caller,
    input::InQuery,
    lists::{self, Answered, Page},
};

/// Every group that the account may see, by id.
#[utoipa::path(get, path = "/v1/groups", operation_id = "list_groups", tag = "groups", params(Page),
    responses((status = 200, description = "`groups`, each as the event `group_changed` carries one; `next` if there are more", body = Object)))]
pub(super) async fn list(caller: Caller, InQuery(page): InQuery<Page>) -> Answered {
    lists::list(caller, List::Groups, Query::Groups, page).await
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn everybody_sees_what_is_for_them() {
        let house = House::open().await;
        let (status, all) = house.by("admin", "GET", "/v1/groups", None).await;
        assert_eq!((status, all["groups"].as_array().unwrap().len()), (200, 1), "{all}");
        let (status, said) = house.by("bo", "GET", "/v1/groups", None).await;
        assert_eq!((status, &said["error"]["code"]), (403, &"forbidden".into()));
    }
}
