//! `DELETE /v1/sessions/{id}`.

use axum::http::StatusCode;
use rollcall_core::{
    command::Command,
    facts::{Facts, required},
    id::SessionId,
};

use crate::api::native::{hand::Hand, input::InPath, lists::Answered};

/// Ends one sign-in: the caller's own, or anybody's with `manage_accounts`.
#[utoipa::path(delete, path = "/v1/sessions/{id}", operation_id = "end_session", tag = "sessions",
    params(("id" = String, Path)),
    responses((status = 204, description = "It is ended")))]
pub(super) async fn end(hand: Hand, InPath(id): InPath<SessionId>) -> Answered<StatusCode> {
    let (api, tenant, asked) =
        (hand.caller.api.clone(), hand.caller.who.tenant.clone(), id.clone());
    let found = api.look(&tenant, move |view| {
        let facts: &dyn Facts = view;
        Ok(required(facts.session(&asked)?, "sign-in", &asked))
    });
    let account = found.await??.account.clone();
    hand.put(Command::EndSessions { account, session: Some(id) }).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn one_sign_in_ends_by_its_id() {
        let house = House::open().await;
        let signed_in = house.sign_in().await;
        let (_, said) = house.by("admin", "GET", "/v1/sessions", None).await;
        let path = format!("/v1/sessions/{}", said["sessions"][0]["id"].as_str().unwrap());
        assert_eq!(house.by("desk", "DELETE", &path, None).await.0, 403);
        assert_eq!(house.by("admin", "DELETE", &path, None).await.0, 204);
        let bearer = format!("Bearer {}", signed_in["token"].as_str().unwrap());
        let headers = [("authorization", bearer.as_str())];
        assert_eq!(house.ask("GET", "/v1/sessions", &headers, None).await.status(), 401);
        assert_eq!(house.by("admin", "DELETE", "/v1/sessions/nothing", None).await.0, 404);
    }
}
