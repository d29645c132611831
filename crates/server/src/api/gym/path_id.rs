//! The id in an address.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};

/// The `{id}` of a path. One that is no text is the id of nothing: it is looked for like any other,
/// after the token, and not found (G8.2).
pub(super) struct PathId(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let found = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(found.map(|Path(id)| id).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::Gym;

    #[tokio::test]
    async fn g8_2_an_address_that_is_no_text_is_refused_in_json() {
        let gym = Gym::open().await;
        let not_found = (404, json!({"detail": "Not found."}));
        for (method, path) in [
            ("GET", "/api/members/%ff/"),
            ("PATCH", "/api/members/%ff/"),
            ("DELETE", "/api/members/%c3%28/"),
            ("GET", "/api/members/%ff/checkins/"),
            ("GET", "/api/members/%ff/payments/"),
            ("GET", "/api/members/%ff/id_card/"),
            ("GET", "/api/members/%ff/photo/"),
            ("DELETE", "/api/members/%ff/photo/"),
            ("GET", "/api/checkins/%ff/"),
            ("POST", "/api/checkins/%ff/checkout/"),
            ("POST", "/api/check-ins/%ff/check-out"),
            ("GET", "/api/%ff/"),
        ] {
            assert_eq!(gym.by("admin", method, path, None).await, not_found, "{method} {path}");
        }
        let unknown = gym.house.ask("GET", "/api/members/%ff/", &[], None).await;
        assert_eq!(unknown.status(), 401, "the token is asked for first");
        for (path, found) in [
            ("/api/members/search/?q=%ff", json!([])),
            ("/api/members/?search=%c3%28&sort_by=%ff", json!([])),
            ("/api/checkins/?member=%ff", json!([])),
        ] {
            assert_eq!(gym.by("admin", "GET", path, None).await, (200, found), "{path}");
        }
    }
}
