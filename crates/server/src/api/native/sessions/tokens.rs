//! What a sign-in gives: tokens in the body, and the cookie for our own pages.

use axum::{
    Json,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use rollcall_core::time::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::{api::native::caller::COOKIE, auth::Tokens, clock};

/// What a sign-in gives.
#[derive(Serialize, ToSchema)]
pub(super) struct SignedIn {
    /// Opens connections and requests.
    token: String,
    /// Until when the token counts.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Gets a new token.
    refresh_token: Option<String>,
    /// Until when the sign-in lasts.
    #[schema(value_type = String, format = DateTime)]
    session_expires_at: Timestamp,
    /// Who it is: `id`, `name`, `role`, `permissions`, and `person` if it is one.
    #[schema(value_type = Object)]
    account: Value,
}

impl From<Tokens> for SignedIn {
    fn from(tokens: Tokens) -> Self {
        let account = &tokens.who.account;
        let mut said = json!({
            "id": account.id,
            "name": account.display_name(),
            "role": account.role,
            "permissions": account.role.permissions(),
        });
        if let Some(person) = &account.person {
            said["person"] = json!(person);
        }
        Self {
            token: tokens.access,
            expires_at: tokens.access_expires_at,
            refresh_token: tokens.refresh,
            session_expires_at: tokens.session_expires_at,
            account: said,
        }
    }
}

/// The answer with tokens and cookie.
pub(super) fn answer(status: StatusCode, asked: &HeaderMap, tokens: Tokens) -> Response {
    let lasts_ms = tokens.access_expires_at.since_ms(clock::now()).max(0);
    let cookie = cookie(asked, &tokens.access, lasts_ms / 1_000);
    // Tokens are nobody else's: no cache may keep them (RFC 6749 section 5.1).
    let headers = [(header::SET_COOKIE, cookie), (header::CACHE_CONTROL, "no-store".to_owned())];
    (status, headers, Json(SignedIn::from(tokens))).into_response()
}

/// The answer that takes the cookie away.
pub(super) fn signed_out(asked: &HeaderMap) -> Response {
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie(asked, "", 0))]).into_response()
}

/// The cookie of our own pages. Scripts cannot read it, other sites cannot write with it, and
/// where the page came by TLS it goes by TLS only.
fn cookie(asked: &HeaderMap, token: &str, lasts_seconds: i64) -> String {
    let text = |name: &str| asked.get(name).and_then(|value| value.to_str().ok());
    let by_tls = text("x-forwarded-proto") == Some("https")
        || text("origin").is_some_and(|origin| origin.starts_with("https://"));
    let secure = if by_tls { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/; Max-Age={lasts_seconds}; HttpOnly; SameSite=Lax{secure}")
}
