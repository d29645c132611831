//! `GET /v1/gatherings`.

use rollcall_core::{command::List, facts::Query};

use crate::api::native::{
    caller::Caller,
    input::InQuery,
    lists::{self, Answered, Page},
};

/// Every gathering that the account may see, by id. An account that is assigned to some sees only those.
#[utoipa::path(get, path = "/v1/gatherings", operation_id = "list_gatherings", tag = "gatherings", params(Page),
    responses((status = 200, description = "`gatherings`, each as the event `gathering_changed` carries one; `next` if there are more", body = Object)))]
pub(super) async fn list(caller: Caller, InQuery(page): InQuery<Page>) -> Answered {
    lists::list(caller, List::Gatherings, Query::Gatherings, page).await
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn everybody_sees_what_is_for_them() {
        let house = House::open().await;
        let (status, all) = house.by("admin", "GET", "/v1/gatherings", None).await;
        assert_eq!((status, all["gatherings"].as_array().unwrap().len()), (200, 2), "{all}");
        let (status, few) = house.by("taker", "GET", "/v1/gatherings", None).await;
        assert_eq!((status, few["gatherings"].as_array().unwrap().len()), (200, 1), "{few}");
    }
}
