//! `POST /api/auth/logout` (8.5).

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

use super::cookie;
use crate::{
    api::church::{caller::Caller, refused::Answered},
    auth::Authority,
};

/// Ends the sign-in, if the token belongs to one, and takes the cookie away.
pub(super) async fn logout(caller: Caller) -> Answered<Response> {
    if let Some(ask) = Authority::sign_out(&caller.who) {
        caller.here.api.keep(ask).await?;
    }
    let done = caller.done("Logged out successfully");
    Ok(([(header::SET_COOKIE, cookie::ended())], done).into_response())
}

#[cfg(test)]
mod tests {
    use crate::api::{church::testing::church, testing::header_of};

    #[tokio::test]
    async fn church_8_5_a_sign_in_that_was_ended_opens_nothing() {
        let house = church().await;
        let bearer = format!("Bearer {}", house.token("1"));
        let headers = [("authorization", bearer.as_str())];
        let fresh = house.ask("POST", "/api/auth/refresh", &headers, None).await;
        let cookie = header_of(&fresh, "set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let headers = [("cookie", cookie.as_str())];
        let ended = house.ask("POST", "/api/auth/logout", &headers, None).await;
        assert_eq!(ended.status(), 200);
        assert!(header_of(&ended, "set-cookie").unwrap().contains("Max-Age=0"));
        assert_eq!(house.ask("GET", "/api/auth/me", &headers, None).await.status(), 401);
    }
}
