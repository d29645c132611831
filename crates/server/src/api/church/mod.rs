//! `/api/…` and `/health…` of the church app (church sections 8 and 9). A folder per resource, a
//! file per endpoint.

mod ai;
mod attendance;
mod auth;
mod caller;
mod failures;
mod families;
mod gatherings;
mod health;
mod individuals;
mod input;
mod kiosk;
mod onboarding;
mod people;
mod refused;
mod settings;
#[cfg(test)]
mod testing;
mod users;
mod visitor_config;

use std::{net::IpAddr, sync::Arc};

use axum::{
    Router,
    http::{Extensions, HeaderMap, HeaderValue, header},
    middleware::{from_fn_with_state, map_response},
    response::Response,
};

use self::{auth::Codes, failures::Failures, refused::Refused};
use super::{Api, client::ClientAddress};
use crate::clock;

/// What the endpoints of one church listener share. Cheap to clone.
#[derive(Clone)]
struct Here {
    api: Api,
    codes: Arc<Codes>,
    failures: Arc<Failures>,
}

impl Here {
    /// Where a request comes from.
    fn address(&self, extensions: &Extensions, headers: &HeaderMap) -> IpAddr {
        ClientAddress::of(extensions, headers, &self.api.config.trusted_proxies).0
    }
}

/// Every endpoint of a church listener.
pub(super) fn router(api: Api) -> Router {
    let failures = Arc::new(Failures::new(&api.config.church));
    let here = Here { codes: Arc::default(), failures, api };
    let (codes, failures) = (here.codes.clone(), here.failures.clone());
    here.api.control.runtime.spawn(clock::each_minute(move |now| {
        codes.forget(now);
        failures.forget(now);
    }));
    let sheets = Router::new().merge(attendance::router()).merge(kiosk::router());
    let app = Router::new()
        .merge(sheets.layer(map_response(never_kept)))
        .merge(auth::router())
        .merge(gatherings::router())
        .merge(users::router())
        .merge(settings::router())
        .merge(families::router())
        .merge(individuals::router())
        .merge(visitor_config::router())
        .merge(ai::router())
        .merge(onboarding::router())
        .layer(from_fn_with_state(here.clone(), failures::count));
    Router::new()
        .merge(app)
        .merge(health::router())
        .fallback(no_route)
        .method_not_allowed_fallback(no_route)
        .with_state(here)
}

async fn no_route() -> Refused {
    Refused::missing("Route not found")
}

/// What stands on a sheet is old a moment later (8.3).
async fn never_kept(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-cache, no-store, must-revalidate"),
        (header::PRAGMA, "no-cache"),
        (header::EXPIRES, "0"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use crate::api::{
        church::testing::church,
        testing::{header_of, json_of},
    };

    #[tokio::test]
    async fn church_8_2_what_is_not_there_is_told_so() {
        let house = church().await;
        for (method, path) in [
            ("GET", "/api/nothing"),
            ("GET", "/socket.io?EIO=4&transport=polling"),
            ("PUT", "/api/auth/me"),
            ("GET", "/"),
        ] {
            let response = house.ask(method, path, &[], None).await;
            assert_eq!(response.status(), 404, "{method} {path}");
            let said = json_of(response).await;
            assert_eq!(said, serde_json::json!({"error": "Route not found"}));
        }
    }

    #[tokio::test]
    async fn church_2_7_pages_may_use_every_method() {
        let house = church().await;
        let question =
            [("origin", "https://desk.example.org"), ("access-control-request-method", "PATCH")];
        let path = "/api/attendance/sessions/1/exclude";
        let response = house.ask("OPTIONS", path, &question, None).await;
        assert_eq!(response.status(), 204);
        let methods = header_of(&response, "access-control-allow-methods").unwrap();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            assert!(methods.contains(method), "{method} in {methods}");
        }
        assert_eq!(header_of(&response, "access-control-allow-credentials"), Some("true"));
    }

    #[tokio::test]
    async fn church_8_3_sheets_are_kept_by_no_cache() {
        let house = church().await;
        for path in [
            "/api/attendance/1/2025-01-19/full",
            "/api/attendance/headcount/2/2025-01-19",
            "/api/kiosk/status",
        ] {
            let bearer = format!("Bearer {}", house.token("1"));
            let response = house.ask("GET", path, &[("authorization", &bearer)], None).await;
            assert_eq!(response.status(), 200, "{path}");
            for (name, value) in [
                ("cache-control", "no-cache, no-store, must-revalidate"),
                ("pragma", "no-cache"),
                ("expires", "0"),
            ] {
                assert_eq!(header_of(&response, name), Some(value), "{path}");
            }
        }
    }
}
