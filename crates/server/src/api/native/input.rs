//! What requests carry: bodies, path parts and queries, refused in the native words.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{StatusCode, header, request::Parts},
};
use rollcall_core::rejection::Rejection;
use rollcall_wire::native::rest;
use serde::de::DeserializeOwned;

use super::refused::Refused;
use crate::{api::Api, arriving::is_too_slow};

/// A JSON body. An empty one counts as `{}`.
pub(super) struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Api> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Refused> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        let bytes = Bytes::from_request(request, api).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                let cause = "the body is larger than is taken here";
                Refused::new("too_large", cause, "Send less at once.")
            } else if is_too_slow(&rejection) {
                Refused::new("too_slow", "the body came too slowly", "Send it again.")
            } else {
                Refused::new("malformed", "the body could not be read", "Send it again.")
            }
        })?;
        if bytes.is_empty() {
            return Ok(Self(rest::read("{}")?));
        }
        // A form of another page cannot say this type, so it cannot forge a request either.
        if !kind
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .eq_ignore_ascii_case("application/json")
        {
            let what_to_do = "Send Content-Type: application/json.";
            return Err(Refused::new("not_json", "the body is not said to be JSON", what_to_do));
        }
        let text = str::from_utf8(&bytes)
            .map_err(|_| Refused::new("malformed", "the body is not UTF-8", "Send JSON."))?;
        Ok(Self(rest::read(text)?))
    }
}

/// The parts of the path.
pub(super) struct InPath<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Api> for InPath<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refused> {
        let Path(found) = Path::<T>::from_request_parts(parts, api)
            .await
            .map_err(|error| Rejection::invalid("path", error.body_text()))?;
        Ok(Self(found))
    }
}

/// The query.
pub(super) struct InQuery<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Api> for InQuery<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refused> {
        let Query(found) = Query::<T>::from_request_parts(parts, api)
            .await
            .map_err(|error| misfit(&error.body_text()))?;
        Ok(Self(found))
    }
}

/// A rejection that names the part of the query which does not fit. axum writes
/// `Failed to deserialize query string: limit: invalid digit found in string`.
fn misfit(said: &str) -> Rejection {
    let why = said.split_once("query string: ").map_or(said, |(_, why)| why);
    let named = |field: &str| field.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    match why.split_once(": ").filter(|(field, _)| named(field)) {
        Some((field, why)) => Rejection::invalid(field, format!("does not fit: {why}")),
        None => Rejection::invalid(
            why.split('`').nth(1).unwrap_or("query"),
            format!("in the query: {why}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body as Bytes, http::Request};
    use serde_json::json;
    use tower::ServiceExt;

    use crate::api::testing::{House, json_of};

    #[tokio::test]
    async fn a_wrong_field_is_named() {
        let house = House::open().await;
        let body = json!({"person": {"id": "p1"}, "locatoin": "front"});
        let (status, said) = house.by("desk", "POST", "/v1/visits", Some(body)).await;
        assert_eq!((status, &said["error"]["code"]), (400, &"malformed".into()), "{said}");
        assert_eq!(said["error"]["field"], "locatoin");
    }

    #[tokio::test]
    async fn a_body_beyond_the_limit_or_of_another_kind_is_refused() {
        let house = House::open().await;
        let bearer = format!("Bearer {}", house.token("desk"));
        for (kind, bytes, status, code) in [
            ("application/json", 1_048_577, 413, "too_large"),
            ("text/plain", 10, 415, "not_json"),
            ("application/json; charset=utf-8", 10, 400, "malformed"),
        ] {
            let request = Request::post("/v1/visits")
                .header("authorization", &bearer)
                .header("content-type", kind)
                .body(Bytes::from(" ".repeat(bytes)))
                .unwrap();
            let response = house.router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), status, "{kind} {bytes}");
            assert_eq!(json_of(response).await["error"]["code"], code);
        }
    }

    #[tokio::test]
    async fn a_path_or_query_that_cannot_be_is_refused_in_json() {
        let house = House::open().await;
        for (path, field) in [
            ("/v1/sheets/g1/2026-02-30", "path"),
            ("/v1/people/%ff", "path"),
            ("/v1/documents/grade/%c3%28", "path"),
            ("/v1/visits?limit=%ff", "limit"),
            ("/v1/people?%ff=5", "\u{fffd}"),
            ("/v1/visits?limit=many", "limit"),
            ("/v1/people?limti=5", "limti"),
        ] {
            let (status, said) = house.by("admin", "GET", path, None).await;
            assert_eq!((status, &said["error"]["code"]), (400, &"invalid".into()), "{path}");
            assert_eq!(said["error"]["field"], field, "{said}");
        }
    }
}
