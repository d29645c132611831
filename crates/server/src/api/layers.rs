//! What every listener does around its endpoints: origins, security headers, the body's limit,
//! counting and the access log.

use std::borrow::Cow;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use rollcall_wire::http_head;

use super::Api;
use crate::{auth, clock};

/// Bytes of a request's body: a thousand marks with notes fit.
pub(super) const BODY_BYTES_MAX: usize = 1_048_576;

/// What a page of another origin may do.
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE, OPTIONS");

/// Seconds that a browser may remember an answer to its question.
const REMEMBER_SECONDS: HeaderValue = HeaderValue::from_static("600");

/// Puts what every listener does around the endpoints of one.
pub(super) fn around(routes: Router, api: Api) -> Router {
    routes
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(api, each))
}

async fn each(State(api): State<Api>, request: Request, next: Next) -> Response {
    let began = clock::instant();
    let (method, target) = (request.method().clone(), request.uri().to_string());
    let origin = allowed_origin(&api, request.headers());
    let asked = preflight(&request);
    let mut response = match asked {
        Some(asked) => permission(origin.is_some(), asked),
        None => next.run(request).await,
    };
    let cut_short =
        matches!(response.status(), StatusCode::REQUEST_TIMEOUT | StatusCode::PAYLOAD_TOO_LARGE);
    let headers = response.headers_mut();
    if cut_short {
        // The rest of the body may not have come, so nothing can come behind it.
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    for (name, value) in [
        auth::VARY,
        (header::X_CONTENT_TYPE_OPTIONS.as_str(), "nosniff"),
        (header::X_FRAME_OPTIONS.as_str(), "DENY"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let (name, value) = auth::CREDENTIALS;
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        let exposed = HeaderValue::from_static("retry-after");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    let status = response.status().as_u16();
    api.control.metrics.request(api.listener, status);
    let shown: Cow<'_, str> = http_head::redacted(&target);
    let took_us = began.elapsed().as_micros();
    tracing::debug!(dialect = api.dialect.name(), %method, target = %shown, status, took_us, "answered");
    response
}

/// The origin to echo: never `*`, because clients send credentials (gym G8.15).
fn allowed_origin(api: &Api, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    api.origins.echo(Some(origin.to_str().ok()?), host)?;
    Some(origin.clone())
}

/// The headers that a browser asks leave for, if the request is such a question.
fn preflight(request: &Request) -> Option<Option<HeaderValue>> {
    let headers = request.headers();
    let asks = request.method() == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    asks.then(|| headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned())
}

/// The answer to a browser's question. Which headers are sent matters to nobody here, so those
/// asked for are allowed; pages that may not come are told nothing.
fn permission(allowed: bool, asked: Option<HeaderValue>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if allowed {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, REMEMBER_SECONDS);
        if let Some(asked) = asked {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use crate::api::testing::{House, header_of};

    #[tokio::test]
    async fn g8_15_an_allowed_page_is_echoed_and_another_is_not() {
        let house = House::open().await;
        for (origin, echoed) in
            [("https://desk.example.org", true), ("https://evil.example", false)]
        {
            for path in ["/health", "/nothing/here"] {
                let response = house.ask("GET", path, &[("origin", origin)], None).await;
                let echo = header_of(&response, "access-control-allow-origin");
                assert_eq!(echo, echoed.then_some(origin), "{origin} {path}");
                assert_eq!(header_of(&response, "vary"), Some("Origin"));
            }
        }
    }

    #[tokio::test]
    async fn g8_15_a_browsers_question_is_answered_without_credentials() {
        let house = House::open().await;
        let question = [
            ("origin", "https://desk.example.org"),
            ("access-control-request-method", "PATCH"),
            ("access-control-request-headers", "authorization,idempotency-key"),
        ];
        let response = house.ask("OPTIONS", "/v1/people/p1", &question, None).await;
        assert_eq!(response.status(), 204);
        assert!(header_of(&response, "access-control-allow-methods").unwrap().contains("PATCH"));
        let allowed = header_of(&response, "access-control-allow-headers");
        assert_eq!(allowed, Some("authorization,idempotency-key"));
        assert_eq!(header_of(&response, "access-control-allow-credentials"), Some("true"));
    }

    #[tokio::test]
    async fn every_answer_tells_browsers_not_to_guess_and_not_to_frame() {
        let house = House::open().await;
        let response = house.ask("GET", "/health", &[], None).await;
        assert_eq!(header_of(&response, "x-content-type-options"), Some("nosniff"));
        assert_eq!(header_of(&response, "x-frame-options"), Some("DENY"));
    }
}
