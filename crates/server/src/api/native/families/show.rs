//! `GET /v1/families/{id}`.

use rollcall_core::{facts::Key, id::FamilyId};

use crate::api::native::{
    caller::Caller,
    input::InPath,
    lists::{self, Answered},
};

/// One family.
#[utoipa::path(get, path = "/v1/families/{id}", operation_id = "show_family", tag = "families",
    params(("id" = String, Path)),
    responses((status = 200, description = "The family, as the event `family_changed` carries one", body = Object)))]
pub(super) async fn show(caller: Caller, InPath(id): InPath<String>) -> Answered {
    lists::show(caller, Key::Family(FamilyId::new(id.as_str())), "family", id).await
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn who_may_see_it_and_what_is_not_there() {
        let house = House::open().await;
        let (status, found) = house.by("admin", "GET", "/v1/families/f1", None).await;
        assert_eq!((status, &found["id"]), (200, &"f1".into()));
        assert_eq!(house.by("bo", "GET", "/v1/families/f1", None).await.0, 403);
        assert_eq!(house.by("admin", "GET", "/v1/families/nothing", None).await.0, 404);
    }
}
