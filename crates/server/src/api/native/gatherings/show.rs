//! `GET /v1/gatherings/{id}`.

use rollcall_core::{facts::Key, id::GatheringId};

use crate::api::native::{
    caller::Caller,
    input::InPath,
    lists::{self, Answered},
};

/// One gathering.
#[utoipa::path(get, path = "/v1/gatherings/{id}", operation_id = "show_gathering", tag = "gatherings",
    params(("id" = String, Path)),
    responses((status = 200, description = "The gathering, as the event `gathering_changed` carries one", body = Object)))]
pub(super) async fn show(caller: Caller, InPath(id): InPath<String>) -> Answered {
    lists::show(caller, Key::Gathering(GatheringId::new(id.as_str())), "gathering", id).await
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn who_may_see_it_and_what_is_not_there() {
        let house = House::open().await;
        let (status, found) = house.by("admin", "GET", "/v1/gatherings/g2", None).await;
        assert_eq!((status, &found["id"]), (200, &"g2".into()));
        assert_eq!(house.by("taker", "GET", "/v1/gatherings/g2", None).await.0, 403);
        assert_eq!(house.by("admin", "GET", "/v1/gatherings/nothing", None).await.0, 404);
    }
}
