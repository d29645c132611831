//! Every no of the native REST: its status, its headers, its body.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rollcall_core::rejection::{Fault, Refusal, Rejection};
use rollcall_wire::{
    conversation::SignInRefusal,
    native::rest::{Carried, Problem},
};
use serde_json::json;

use crate::auth::{SignInError, TooFast};

/// Seconds after which a server that had too much to do may be asked again.
const BUSY_SECONDS: u64 = 2;

/// A request that was not carried out, and why.
#[derive(Debug)]
pub(super) struct Refused {
    problem: Box<Problem>,
    retry_after_seconds: Option<u64>,
}

impl Refused {
    pub(super) fn new(
        code: &'static str,
        cause: impl Into<Box<str>>,
        what_to_do: &'static str,
    ) -> Self {
        Problem::new(code, cause, what_to_do).into()
    }

    /// Nobody is signed in.
    pub(super) fn signed_out() -> Self {
        let what_to_do = "Send a bearer token, or sign in by POST /v1/sessions.";
        Self::new("signed_out", "the request carries no token", what_to_do)
    }

    /// The same with its field named as the request has it that carries the command.
    pub(super) fn within(mut self, carried: Carried) -> Self {
        *self.problem = self.problem.within(carried);
        self
    }

    fn status(&self) -> StatusCode {
        match self.problem.code {
            "malformed" | "invalid" => StatusCode::BAD_REQUEST,
            "signed_out" | "token_expired" | "token_invalid" | "wrong_credentials" => {
                StatusCode::UNAUTHORIZED
            }
            "forbidden" | "membership" => StatusCode::FORBIDDEN,
            "not_found" => StatusCode::NOT_FOUND,
            "method_not_allowed" => StatusCode::METHOD_NOT_ALLOWED,
            "already_exists" | "already_checked_in" | "not_checked_in" | "stale" | "in_use" => {
                StatusCode::CONFLICT
            }
            "other_epoch" | "ahead" => StatusCode::GONE,
            "too_slow" => StatusCode::REQUEST_TIMEOUT,
            "too_many" | "too_large" => StatusCode::PAYLOAD_TOO_LARGE,
            "not_json" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "too_fast" => StatusCode::TOO_MANY_REQUESTS,
            "busy" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        let retry_after_seconds = (problem.code == "busy").then_some(BUSY_SECONDS);
        Self { problem: Box::new(problem), retry_after_seconds }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        if let Refusal::Fault(fault) = &refusal {
            tracing::error!(%fault, "a request could not be answered");
        }
        Problem::from(&refusal).into()
    }
}

impl From<Rejection> for Refused {
    fn from(rejection: Rejection) -> Self {
        Refusal::from(rejection).into()
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Refusal::from(fault).into()
    }
}

impl From<SignInRefusal> for Refused {
    fn from(refusal: SignInRefusal) -> Self {
        Problem::from(&refusal).into()
    }
}

impl From<TooFast> for Refused {
    fn from(TooFast { wait_ms }: TooFast) -> Self {
        let cause = format!("too many requests; the next may come in {wait_ms} ms");
        let problem = Problem::new("too_fast", cause, "Wait, then send it again.");
        Self { retry_after_seconds: Some(wait_ms.div_ceil(1_000).max(1)), ..problem.into() }
    }
}

impl From<SignInError> for Refused {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong => {
                let what_to_do = "Check the name and the password.";
                Self::new("wrong_credentials", error.to_string(), what_to_do)
            }
            SignInError::TooMany { wait_ms } => TooFast { wait_ms }.into(),
            SignInError::Token(refusal) => refusal.into(),
            SignInError::Refused(refusal) => refusal.into(),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = (status, Json(json!({ "error": self.problem }))).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            // RFC 6750 section 3: a token that was sent and not accepted is named as the error.
            let challenge = match self.problem.code {
                "token_expired" | "token_invalid" => {
                    r#"Bearer realm="rollcall", error="invalid_token""#
                }
                _ => r#"Bearer realm="rollcall""#,
            };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing::header_of;

    #[test]
    fn every_no_has_its_status() {
        let busy = Refused::from(Refusal::Overloaded);
        let fault = Refused::from(Fault("the disk is full".into()));
        let gone = Refused::from(Rejection::not_found("person", "p9"));
        let invalid = Refused::from(Rejection::invalid("name", "is too long"));
        let full = Refused::from(Rejection::TooMany { what: "a batch".into(), max: 1 });
        for (refused, status) in
            [(&busy, 503), (&fault, 500), (&gone, 404), (&invalid, 400), (&full, 413)]
        {
            assert_eq!(refused.status().as_u16(), status, "{refused:?}");
        }
        assert_eq!(header_of(&busy.into_response(), "retry-after"), Some("2"));
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds() {
        for (wait_ms, seconds) in [(1, "1"), (1_000, "1"), (1_001, "2")] {
            let response = Refused::from(TooFast { wait_ms }).into_response();
            assert_eq!(response.status(), 429);
            assert_eq!(header_of(&response, "retry-after"), Some(seconds));
        }
    }

    #[tokio::test]
    async fn a_fault_does_not_tell_what_broke() {
        let response = Refused::from(Fault("password of the database".into())).into_response();
        let text = crate::api::testing::text_of(response).await;
        assert!(text.contains(r#""code":"fault""#) && !text.contains("database"), "{text}");
    }
}
