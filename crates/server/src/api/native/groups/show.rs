//! `GET /v1/groups/{id}`.

use rollcall_core::{facts::Key, id::GroupId};

use crate::api::native::{
    caller::Caller,
    input::InPath,
    lists::{self, Answered},
};

/// One group.
#[utoipa::path(get, path = "/v1/groups/{id}", operation_id = "show_group", tag = "groups",
    params(("id" = String, Path)),
    responses((status = 200, description = "The group, as the event `group_changed` carries one", body = Object)))]
pub(super) async fn show(caller: Caller, InPath(id): InPath<String>) -> Answered {
    lists::show(caller, Key::Group(GroupId::new(id.as_str())), "group", id).await
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn who_may_see_it_and_what_is_not_there() {
        let house = House::open().await;
        let (status, found) = house.by("admin", "GET", "/v1/groups/c1", None).await;
        assert_eq!((status, &found["id"]), (200, &"c1".into()));
        assert_eq!(house.by("bo", "GET", "/v1/groups/c1", None).await.0, 403);
        assert_eq!(house.by("admin", "GET", "/v1/groups/nothing", None).await.0, 404);
    }
}
