//! `GET /v1/people/{id}`.

use rollcall_core::{facts::Key, id::PersonId};

use crate::api::native::{
    caller::Caller,
    input::InPath,
    lists::{self, Answered},
};

/// One person.
#[utoipa::path(get, path = "/v1/people/{id}", operation_id = "show_person", tag = "people",
    params(("id" = String, Path)),
    responses((status = 200, description = "The person, as the event `person_changed` carries one", body = Object)))]
pub(super) async fn show(caller: Caller, InPath(id): InPath<String>) -> Answered {
    lists::show(caller, Key::Person(PersonId::new(id.as_str())), "person", id).await
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn who_may_see_it_and_what_is_not_there() {
        let house = House::open().await;
        let (status, found) = house.by("admin", "GET", "/v1/people/p2", None).await;
        assert_eq!((status, &found["id"]), (200, &"p2".into()));
        assert_eq!(house.by("bo", "GET", "/v1/people/p2", None).await.0, 403);
        assert_eq!(house.by("admin", "GET", "/v1/people/nothing", None).await.0, 404);
    }
}
