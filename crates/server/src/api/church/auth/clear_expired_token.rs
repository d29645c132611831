//! `POST /api/auth/clear-expired-token` (8.5).

use axum::{
    Json,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::cookie;

/// Takes the cookie away, whatever it held.
pub(super) async fn clear() -> Response {
    let body = Json(json!({"message": "Expired token cleared", "code": "TOKEN_CLEARED"}));
    ([(header::SET_COOKIE, cookie::ended())], body).into_response()
}

#[cfg(test)]
mod tests {
    use crate::api::{church::testing::church, testing::header_of};

    #[tokio::test]
    async fn church_8_5_a_dead_cookie_goes() {
        let house = church().await;
        let response = house.ask("POST", "/api/auth/clear-expired-token", &[], None).await;
        assert!(header_of(&response, "set-cookie").unwrap().starts_with("authToken=; Max-Age=0"));
    }
}
