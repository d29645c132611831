//! The three kinds of no, as this dialect spells them over REST (G8.2).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rollcall_core::rejection::{Fault, Refusal, Rejection};
use serde_json::{Map, Value, json};

use super::answer::answer;
use crate::auth::TooFast;

/// Why a request was not carried out.
#[derive(Debug)]
pub(super) enum Refused {
    /// There is no token.
    NoToken,
    /// The token opens nothing. The page goes to its login on any 401.
    BadToken,
    /// No account of that name and password.
    Login,
    /// The account may not do this.
    Forbidden,
    /// There is no such thing, or no such address.
    NotFound,
    /// The address knows other methods only.
    Method,
    /// A field holds what cannot be: its name, and what is wrong.
    Field(String, String),
    /// The rules said no, in a sentence for the screen.
    Rule(String),
    /// The body is not what it should be, in a sentence for who wrote the client.
    Malformed(&'static str),
    /// The body is larger than any that we take.
    TooLarge,
    /// The body came too slowly.
    TooSlow,
    /// Too fast; milliseconds to wait.
    TooFast(u64),
    /// Too much to do; try again.
    Busy,
    /// We broke.
    Fault,
}

impl Refused {
    /// A field that must be there and is not.
    pub(super) fn missing(field: &str) -> Self {
        Self::Field(field.into(), "This field is required.".into())
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NoToken | Self::BadToken | Self::Login => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Field(..) | Self::Rule(_) | Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooFast(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn body(self) -> Value {
        let detail = match self {
            Self::Field(field, why) => {
                return Value::Object(Map::from_iter([(field, json!([why]))]));
            }
            Self::Rule(why) => return json!({ "error": why }),
            Self::BadToken => {
                let detail = "Given token not valid for any token type";
                return json!({ "detail": detail, "code": "token_not_valid" });
            }
            Self::NoToken => "Authentication credentials were not provided.",
            Self::Login => "No active account found with the given credentials",
            Self::Forbidden => "You do not have permission to perform this action",
            Self::NotFound => "Not found.",
            Self::Method => "This method is not allowed here.",
            Self::Malformed(why) => why,
            Self::TooLarge => "The body is too large.",
            Self::TooSlow => "The body came too slowly. Send it again.",
            Self::TooFast(_) => "Too many requests. Wait a little and try again.",
            Self::Busy => "The server is busy. Try again.",
            Self::Fault => "Internal server error",
        };
        json!({ "detail": detail })
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = self.status();
        let wait_seconds = match &self {
            Self::TooFast(wait_ms) => Some(wait_ms.div_ceil(1_000).max(1)),
            Self::Busy => Some(1),
            _ => None,
        };
        let mut response = answer(status, &self.body());
        let headers = response.headers_mut();
        if let Some(seconds) = wait_seconds {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        tracing::error!(%fault, "a request could not be answered");
        Self::Fault
    }
}

impl From<TooFast> for Refused {
    fn from(fast: TooFast) -> Self {
        Self::TooFast(fast.wait_ms)
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Rejected(rejection) => rejection.into(),
            Refusal::Fault(fault) => fault.into(),
            Refusal::Overloaded => Self::Busy,
        }
    }
}

impl From<Rejection> for Refused {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Invalid { field, why } => Self::Field(field, why),
            // The account was removed while it asked.
            Rejection::NotFound { what, .. } if what == "account" => Self::Forbidden,
            Rejection::NotFound { .. } | Rejection::NotCheckedIn { visit: None } => Self::NotFound,
            Rejection::Forbidden { .. } => Self::Forbidden,
            Rejection::NotCheckedIn { visit: Some(_) } => Self::Rule("Already checked out".into()),
            other => Self::Rule(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Gym;
    use crate::api::testing::{header_of, json_of};

    #[tokio::test]
    async fn g8_2_without_a_token_nothing_is_told() {
        let gym = Gym::open().await;
        for (method, path) in [
            ("GET", "/api/members/"),
            ("GET", "/api/checkins/stats/"),
            ("GET", "/api/check-ins/history/"),
            ("POST", "/api/checkins/x/checkout/"),
            ("GET", "/api/auth/me/"),
            ("GET", "/api/admin/stats/"),
            ("GET", "/api/members/x/photo/"),
        ] {
            let response = gym.house.ask(method, path, &[], None).await;
            assert_eq!(response.status(), 401, "{path}");
            let detail = "Authentication credentials were not provided.";
            assert_eq!(json_of(response).await, serde_json::json!({ "detail": detail }), "{path}");
        }
    }

    #[tokio::test]
    async fn g8_2_a_bad_token_is_named_so() {
        let gym = Gym::open().await;
        let headers = [("authorization", "Bearer a.b.c"), ("x-csrftoken", "whatever")];
        let response = gym.house.ask("GET", "/api/members/", &headers, None).await;
        assert_eq!(response.status(), 401);
        let expected = serde_json::json!({
            "detail": "Given token not valid for any token type", "code": "token_not_valid",
        });
        assert_eq!(json_of(response).await, expected);
    }

    #[tokio::test]
    async fn g8_2_an_unknown_address_or_method_is_json_too() {
        let gym = Gym::open().await;
        let (status, body) = gym.by("admin", "GET", "/api/nothing/", None).await;
        assert_eq!((status, body), (404, serde_json::json!({ "detail": "Not found." })));
        let (status, body) = gym.by("admin", "DELETE", "/api/checkins/stats/", None).await;
        assert_eq!(status, 405);
        assert!(body["detail"].is_string());
    }

    #[tokio::test]
    async fn g8_15_a_refusal_may_be_read_by_an_allowed_page() {
        let gym = Gym::open().await;
        let origin = [("origin", "https://desk.example.org")];
        let response = gym.house.ask("GET", "/api/api/members/", &origin, None).await;
        assert_eq!(response.status(), 401);
        assert_eq!(
            header_of(&response, "access-control-allow-origin"),
            Some("https://desk.example.org")
        );
        assert_eq!(header_of(&response, "access-control-allow-credentials"), Some("true"));
        assert_eq!(header_of(&response, "vary"), Some("Origin"));
        assert_eq!(header_of(&response, "x-content-type-options"), Some("nosniff"));
    }
}
