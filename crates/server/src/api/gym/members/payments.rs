//! `GET members/{id}/payments/`: no money is kept here, so the list is empty (G8.7).

use axum::extract::State;
use rollcall_core::people::Permission;

use super::{
    super::{
        answer::{Answer, ok},
        caller::Caller,
        path_id::PathId,
    },
    member,
};
use crate::api::Api;

pub(super) async fn list(State(api): State<Api>, caller: Caller, PathId(id): PathId) -> Answer {
    caller.must_or_be(Permission::ReadPeople, &id.as_str().into())?;
    member(&api, &caller, id).await?;
    ok(&[(); 0])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::testing::{ANN, Gym};

    #[tokio::test]
    async fn g8_7_payments_are_an_empty_list_of_a_known_member() {
        let gym = Gym::open().await;
        assert_eq!(gym.read(&format!("/api/members/{ANN}/payments/")).await, json!([]));
        assert_eq!(gym.by("admin", "GET", "/api/members/no/payments/", None).await.0, 404);
    }
}
