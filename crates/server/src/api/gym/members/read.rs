//! `GET members/{id}/`: one member (G8.6). Members read themselves.

use axum::extract::State;
use rollcall_core::people::Permission;
use rollcall_wire::gym::shape;

use super::{
    super::{
        answer::{Answer, ok},
        caller::Caller,
        path_id::PathId,
    },
    member,
};
use crate::api::Api;

pub(super) async fn read(State(api): State<Api>, caller: Caller, PathId(id): PathId) -> Answer {
    caller.must_or_be(Permission::ReadPeople, &id.as_str().into())?;
    ok(&shape::member_item(&*member(&api, &caller, id).await?, caller.now))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::testing::{ANN, Gym};

    #[tokio::test]
    async fn g8_6_a_member_is_read_by_id_in_any_letter_case() {
        let gym = Gym::open().await;
        for id in [ANN.to_owned(), ANN.to_uppercase()] {
            let item = gym.read(&format!("/api/members/{id}/")).await;
            assert_eq!(item["full_name"], "Ann Maria Example");
        }
        let (status, body) = gym.by("admin", "GET", "/api/members/nobody/", None).await;
        assert_eq!((status, body), (404, json!({ "detail": "Not found." })));
    }

    #[tokio::test]
    async fn g13_11_members_read_themselves_and_nobody_else() {
        let gym = Gym::open().await;
        for page in ["", "checkins/", "payments/", "id_card/"] {
            let path = |id: &str| format!("/api/members/{id}/{page}");
            let bearer = format!("Bearer {}", gym.house.token("7"));
            let headers = [("authorization", &*bearer)];
            let own = gym.house.ask("GET", &path(ANN), &headers, None).await;
            assert_eq!(own.status(), 200, "{page}");
            let other = gym.house.ask("GET", &path("p2"), &headers, None).await;
            assert_eq!(other.status(), 403, "{page}");
        }
    }
}
