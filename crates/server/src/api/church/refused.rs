//! Every no of the church REST, in the app's own words (8.2).

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use rollcall_core::rejection::{Fault, Refusal, Rejection};
use rollcall_wire::conversation::SignInRefusal;
use serde_json::{Value, json};

use super::auth::cookie;

/// What a handler gives: something, or a no.
pub(super) type Answered<T = Response> = Result<T, Refused>;

/// A request that was not carried out, and why.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    body: Value,
    ends_cookie: bool,
}

impl Refused {
    /// A no whose body is as given.
    pub fn of(status: StatusCode, body: Value) -> Self {
        Self { status, body, ends_cookie: false }
    }

    fn new(status: StatusCode, error: &str) -> Self {
        Self::of(status, json!({ "error": error }))
    }

    /// 400: the request says something that cannot be.
    pub fn bad(error: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    /// 401: nobody is signed in by what was sent.
    pub fn signed_out(error: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, error)
    }

    /// 403: it may be, but not by this account.
    pub fn forbidden(error: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, error)
    }

    /// 403: the role does not go so far.
    pub fn role() -> Self {
        Self::forbidden("Insufficient permissions.")
    }

    /// 403: the account is not assigned to the gathering.
    pub fn access() -> Self {
        Self::forbidden("Access denied to this gathering type.")
    }

    /// 403: the church is not approved yet.
    pub fn pending() -> Self {
        let error = "Your church is pending approval.";
        let body = json!({"error": error, "code": "CHURCH_PENDING_APPROVAL"});
        Self::of(StatusCode::FORBIDDEN, body)
    }

    /// 404: there is no such thing.
    pub fn missing(error: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    /// 429: too much of it failed.
    pub fn too_many(body: Value) -> Self {
        Self::of(StatusCode::TOO_MANY_REQUESTS, body)
    }

    /// 503: it cannot be done here or now.
    pub fn unavailable(message: &str) -> Self {
        let body = json!({"error": "Service temporarily unavailable", "message": message});
        Self::of(StatusCode::SERVICE_UNAVAILABLE, body)
    }

    /// 400: one field of the body is wrong, as sign-in and preferences say it.
    pub fn field(path: &str, msg: &str, value: Option<&Value>) -> Self {
        let mut error = json!({"type": "field", "msg": msg, "path": path, "location": "body"});
        if let Some(value) = value {
            error["value"] = value.clone();
        }
        Self::of(StatusCode::BAD_REQUEST, json!({ "errors": [error] }))
    }
}

impl From<SignInRefusal> for Refused {
    fn from(refusal: SignInRefusal) -> Self {
        match refusal {
            SignInRefusal::Expired => {
                let error = "Token expired. Please log in again.";
                let body = json!({"error": error, "code": "TOKEN_EXPIRED"});
                Self { ends_cookie: true, ..Self::of(StatusCode::UNAUTHORIZED, body) }
            }
            SignInRefusal::Invalid => {
                let body = json!({"error": "Invalid token format.", "code": "INVALID_TOKEN"});
                Self::of(StatusCode::UNAUTHORIZED, body)
            }
            SignInRefusal::NoTenant => Self::signed_out("Invalid token: missing church context."),
            SignInRefusal::Account | SignInRefusal::Revoked => {
                Self::signed_out("Invalid token or user not found.")
            }
            SignInRefusal::Busy => Self::unavailable("Please try again in a moment."),
        }
    }
}

impl From<Rejection> for Refused {
    fn from(rejection: Rejection) -> Self {
        match &rejection {
            Rejection::Forbidden { .. } => Self::role(),
            Rejection::NotFound { what, .. } => Self::missing(match what.as_str() {
                "gathering" => "Gathering not found.",
                "person" => "Individual not found",
                "family" => "Family not found",
                "visitor family" => "Visitor family not found",
                "visitor" => "Visitor not found",
                "sheet" => "Attendance session not found",
                "account" => "Target user not found or not in your church.",
                _ => "Not found",
            }),
            Rejection::Invalid { field, .. } if field == "gathering" => {
                Self::bad("This gathering is not configured for headcount attendance.")
            }
            _ => Self::bad(&rejection.to_string()),
        }
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        tracing::error!(%fault, "a request could not be answered");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Rejected(rejection) => rejection.into(),
            Refusal::Fault(fault) => fault.into(),
            Refusal::Overloaded => Self::unavailable("Please try again in a moment."),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let answer = (self.status, Json(self.body));
        if self.ends_cookie {
            return ([(header::SET_COOKIE, cookie::ended())], answer).into_response();
        }
        answer.into_response()
    }
}
