//! `DELETE /v1/sessions/current`.

use axum::{http::HeaderMap, response::Response};
use rollcall_core::command::Command;

use super::tokens;
use crate::api::native::{hand::Hand, lists::Answered};

/// Signs out: the sign-in of this request's token ends, and the cookie is taken away.
#[utoipa::path(delete, path = "/v1/sessions/current", operation_id = "sign_out", tag = "sessions",
    responses((status = 204, description = "Signed out")))]
pub(super) async fn sign_out(hand: Hand, headers: HeaderMap) -> Answered<Response> {
    let who = &hand.caller.who;
    // A token that an operator made belongs to no sign-in; it just runs out.
    if let Some(session) = who.session.clone() {
        let account = who.account.id.clone();
        hand.put(Command::EndSessions { account, session: Some(session) }).await?;
    }
    Ok(tokens::signed_out(&headers))
}

#[cfg(test)]
mod tests {
    use crate::api::testing::{House, header_of};

    #[tokio::test]
    async fn signing_out_ends_this_sign_in_and_no_other() {
        let house = House::open().await;
        let (gone, stays) = (house.sign_in().await, house.sign_in().await);
        let bearer =
            |said: &serde_json::Value| format!("Bearer {}", said["token"].as_str().unwrap());
        let (gone, stays) = (bearer(&gone), bearer(&stays));
        let headers = [("authorization", gone.as_str())];
        let response = house.ask("DELETE", "/v1/sessions/current", &headers, None).await;
        assert_eq!(response.status(), 204);
        assert!(header_of(&response, "set-cookie").unwrap().contains("rollcall_token=; "));
        assert_eq!(house.ask("GET", "/v1/sessions", &headers, None).await.status(), 401);
        let headers = [("authorization", stays.as_str())];
        assert_eq!(house.ask("GET", "/v1/sessions", &headers, None).await.status(), 200);
    }
}
