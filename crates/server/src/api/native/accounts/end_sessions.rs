//! `DELETE /v1/accounts/{id}/sessions`.

use axum::http::StatusCode;
use rollcall_core::{command::Command, id::AccountId};

use crate::api::native::{hand::Hand, input::InPath, lists::Answered};

/// Ends every sign-in of an account: its connections are told at once.
#[utoipa::path(delete, path = "/v1/accounts/{id}/sessions", operation_id = "end_sessions", tag = "sessions",
    params(("id" = String, Path)),
    responses((status = 204, description = "They are ended")))]
pub(super) async fn end_sessions(
    hand: Hand,
    InPath(account): InPath<AccountId>,
) -> Answered<StatusCode> {
    hand.put(Command::EndSessions { account, session: None }).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use crate::api::testing::House;

    #[tokio::test]
    async fn every_sign_in_of_an_account_ends() {
        let house = House::open().await;
        let token = house.sign_in().await["token"].as_str().unwrap().to_owned();
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        assert_eq!(house.ask("GET", "/v1/sessions", &headers, None).await.status(), 200);
        let path = "/v1/accounts/admin/sessions";
        assert_eq!(house.by("desk", "DELETE", path, None).await.0, 403);
        assert_eq!(house.by("admin", "DELETE", path, None).await.0, 204);
        assert_eq!(house.ask("GET", "/v1/sessions", &headers, None).await.status(), 401);
    }
}
