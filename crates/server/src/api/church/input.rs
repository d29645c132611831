//! What requests carry: bodies, sheets and numbers, read as loosely as the app writes them.

use std::collections::HashMap;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Query, RawPathParams, Request},
    http::{StatusCode, request::Parts},
};
use rollcall_core::{id::GatheringId, people::Newcomer, time::Date};
use rollcall_wire::church::read::{self, Place};
use serde_json::{Value, json};

use super::{
    Here,
    caller::Caller,
    refused::{Answered, Refused},
};
use crate::arriving::is_too_slow;

/// A JSON body. An empty one counts as `{}`.
pub(super) struct Body(pub Value);

impl FromRequest<Here> for Body {
    type Rejection = Refused;

    async fn from_request(request: Request, here: &Here) -> Answered<Self> {
        let bytes = Bytes::from_request(request, here).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                let body = json!({"error": "Request entity too large"});
                Refused::of(StatusCode::PAYLOAD_TOO_LARGE, body)
            } else if is_too_slow(&rejection) {
                Refused::of(StatusCode::REQUEST_TIMEOUT, json!({"error": "Request timeout"}))
            } else {
                Refused::bad("Invalid JSON")
            }
        })?;
        if bytes.is_empty() {
            return Ok(Self(json!({})));
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|_| Refused::bad("Invalid JSON"))
    }
}

impl Body {
    /// A field with something in it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// A text with something in it, without the space around it.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.text(name).map(str::trim).filter(|text| !text.is_empty())
    }

    /// `people`, each as a form enters them; `None` if there are none.
    pub fn newcomers(&self) -> Option<Vec<Newcomer>> {
        let people = self.get("people")?.as_array().filter(|people| !people.is_empty())?;
        people.iter().map(newcomer).collect()
    }
}

fn newcomer(person: &Value) -> Option<Newcomer> {
    let said = |name: &str| person.get(name).is_some_and(read::truthy);
    let name = |name: &str, unknown: &str| {
        let text = person.get(name)?.as_str()?.trim();
        (!text.is_empty() && !said(unknown)).then(|| text.to_owned())
    };
    person.is_object().then(|| Newcomer {
        first_name: name("firstName", "firstUnknown"),
        last_name: name("lastName", "lastUnknown"),
        child: said("isChild"),
    })
}

/// The parts of a path and of a query by their names.
pub(super) struct Names(HashMap<String, String>);

impl FromRequestParts<Here> for Names {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, here: &Here) -> Answered<Self> {
        let query = Query::<HashMap<String, String>>::from_request_parts(parts, here).await;
        let Query(mut names) = query.unwrap_or_default();
        let path = RawPathParams::from_request_parts(parts, here).await;
        let path = path.map_err(|_| Refused::missing("Route not found"))?;
        names.extend(path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        Ok(Self(names))
    }
}

impl Names {
    /// A part as it was written.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A part that is an id; one that cannot be is the id of nothing.
    pub fn id(&self, name: &str) -> String {
        let number = self.text(name).and_then(|text| read::id(&Value::String(text.into())));
        number.unwrap_or_else(|| "0".to_owned())
    }

    fn gathering(&self) -> GatheringId {
        GatheringId::new(self.id("g"))
    }

    fn date(&self) -> Answered<Date> {
        let date = self.text("d").and_then(read::date);
        date.ok_or_else(|| Refused::bad("Invalid date. Use YYYY-MM-DD."))
    }
}

/// Somebody at a gathering that they see (`:g`).
pub(super) struct AtGathering {
    pub caller: Caller,
    pub gathering: GatheringId,
}

impl FromRequestParts<Here> for AtGathering {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, here: &Here) -> Answered<Self> {
        let caller = Caller::from_request_parts(parts, here).await?;
        let gathering = Names::from_request_parts(parts, here).await?.gathering();
        caller.enter(&gathering)?;
        Ok(Self { caller, gathering })
    }
}

/// Somebody at a sheet that they see (`:g/:d`).
pub(super) struct AtSheet {
    pub caller: Caller,
    pub place: Place,
}

impl FromRequestParts<Here> for AtSheet {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, here: &Here) -> Answered<Self> {
        let AtGathering { caller, gathering } =
            AtGathering::from_request_parts(parts, here).await?;
        let date = Names::from_request_parts(parts, here).await?.date()?;
        Ok(Self { caller, place: Place { gathering, date } })
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body as Bytes, http::Request};
    use serde_json::json;
    use tower::ServiceExt;

    use crate::api::{church::testing::church, testing::json_of};

    #[tokio::test]
    async fn church_8_2_bad_dates_and_bad_json_are_named() {
        let house = church().await;
        let (status, said) = house.by("1", "GET", "/api/attendance/1/2025-02-30/full", None).await;
        assert_eq!((status, said), (400, json!({"error": "Invalid date. Use YYYY-MM-DD."})));
        let bearer = format!("Bearer {}", house.token("1"));
        for (text, status) in [("{".to_owned(), 400), (" ".repeat(1_048_577), 413)] {
            let request = Request::post("/api/attendance/1/2025-01-19")
                .header("authorization", &bearer)
                .body(Bytes::from(text))
                .unwrap();
            let response = house.router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), status);
            let said = json_of(response).await;
            if status == 400 {
                assert_eq!(said, json!({"error": "Invalid JSON"}));
            }
        }
    }

    #[tokio::test]
    async fn church_8_2_an_address_that_is_no_text_is_refused_in_json() {
        let house = church().await;
        for (method, path) in [
            ("GET", "/api/attendance/%ff/2025-01-19"),
            ("GET", "/api/attendance/1/%c3%28/full"),
            ("GET", "/api/attendance/1/2025-01-19?search=%ff"),
            ("PUT", "/api/families/%ff"),
            ("PUT", "/api/%ff"),
        ] {
            let (status, said) = house.by("1", method, path, Some(json!({}))).await;
            let told = said["error"].is_string() || status == 200 && said.is_object();
            assert!(told && status < 500, "{method} {path}: {status} {said}");
        }
    }

    #[tokio::test]
    async fn church_10_3_the_unassigned_are_kept_out() {
        let house = church().await;
        let denied = json!({"error": "Access denied to this gathering type."});
        for path in ["/api/attendance/3/2025-01-19/full", "/api/attendance/99/2025-01-19"] {
            assert_eq!(house.by("3", "GET", path, None).await, (403, denied.clone()), "{path}");
        }
        let unknown = house.by("1", "GET", "/api/attendance/99/2025-01-19", None).await;
        assert_eq!(unknown, (404, json!({"error": "Gathering not found."})));
    }
}
