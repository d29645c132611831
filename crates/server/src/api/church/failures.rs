//! How much may fail (11.6): only failed requests count, so that a busy church is never slowed.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    net::IpAddr,
};

use axum::{
    extract::{FromRequestParts, Request, State},
    http::request::Parts,
    middleware::Next,
    response::{IntoResponse, Response},
};
use rollcall_core::time::Timestamp;
use serde_json::json;

use super::{
    Here,
    caller::token_of,
    refused::{Answered, Refused},
};
use crate::{auth::Pace, clock, config::Church};

const MINUTE_MS: u32 = 60_000;

/// Where requests come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address(pub IpAddr);

/// What failed lately.
pub(super) struct Failures {
    /// Any request, by address and token.
    requests: Pace<(IpAddr, Option<u64>)>,
    /// Sign-ins, by address and the [`digest`] of the account, else of the contact.
    pub sign_ins: Pace<(IpAddr, u64)>,
    /// Requests for a code, by address.
    pub codes: Pace<IpAddr>,
    /// Refreshes, by address.
    pub refreshes: Pace<IpAddr>,
}

impl Failures {
    pub fn new(limits: &Church) -> Self {
        Self {
            requests: Pace::new(limits.request_failures, 15 * MINUTE_MS),
            sign_ins: Pace::new(limits.sign_in_failures, 15 * MINUTE_MS),
            codes: Pace::new(limits.code_failures, MINUTE_MS),
            refreshes: Pace::new(limits.refresh_failures, 5 * MINUTE_MS),
        }
    }

    /// Forgets whoever has caught up. To be called now and then.
    pub fn forget(&self, now: Timestamp) {
        self.requests.forget(now);
        self.sign_ins.forget(now);
        self.codes.forget(now);
        self.refreshes.forget(now);
    }
}

/// Something of any length as a key of one: a client chooses it, so it must not be remembered whole.
pub(super) fn digest(of: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// Does something whose failures count against each of the keys: nothing more is tried once one
/// of them has used its share.
pub(super) async fn counted<K: Hash + Eq + Clone, T>(
    pace: &Pace<K>,
    keys: &[K],
    too_many: &str,
    act: impl Future<Output = Answered<T>>,
) -> Answered<T> {
    let give_back = |keys: &[K]| keys.iter().for_each(|key| pace.give_back(key));
    // Taken first and given back, so that many at once cannot slip past the count.
    for (taken, key) in keys.iter().enumerate() {
        pace.take(key.clone(), clock::now()).map_err(|_| {
            give_back(&keys[..taken]);
            Refused::too_many(json!({ "error": too_many }))
        })?;
    }
    let done = act.await;
    if done.is_ok() {
        give_back(keys);
    }
    done
}

/// Counts what fails of a client, and refuses one of whom too much has failed.
pub(super) async fn count(State(here): State<Here>, request: Request, next: Next) -> Response {
    let token = token_of(request.headers()).map(|token| digest(&*token));
    let key = (here.address(request.extensions(), request.headers()), token);
    let pace = &here.failures.requests;
    if pace.ask(&key, clock::now()).is_err() {
        let error = "Too many requests from this IP, please try again later.";
        let body = json!({"error": error, "retryAfter": "15 minutes"});
        return Refused::too_many(body).into_response();
    }
    let response = next.run(request).await;
    if response.status().is_client_error() || response.status().is_server_error() {
        // Whoever is beyond the limit is refused by the next question anyway.
        let _ = pace.take(key, clock::now());
    }
    response
}

impl FromRequestParts<Here> for Address {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, here: &Here) -> Answered<Self> {
        Ok(Self(here.address(&parts.extensions, &parts.headers)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::church_with;

    #[tokio::test]
    async fn church_2_1_each_client_behind_a_proxy_has_its_own_count() {
        let house = church_with(|config| config.church.request_failures = 1).await;
        for (client, status) in [("192.0.2.1", 401), ("192.0.2.1", 429), ("192.0.2.2", 401)] {
            let headers = [("x-forwarded-for", client)];
            let path = "/api/gatherings";
            let response = house.ask_from("127.0.0.1:9", "GET", path, &headers, None).await;
            assert_eq!(response.status(), status, "{client}");
        }
    }

    #[tokio::test]
    async fn church_11_6_only_failures_count_and_only_of_one_client() {
        let house = church_with(|config| config.church.request_failures = 3).await;
        for _ in 0..5 {
            assert_eq!(house.by("1", "GET", "/api/kiosk/status", None).await.0, 200);
        }
        let token = house.token("1");
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        for status in [404, 404, 404, 429] {
            let path = "/api/attendance/99/2025-01-19";
            assert_eq!(house.ask("GET", path, &headers, None).await.status(), status);
        }
        let refused = house.ask("GET", "/api/kiosk/status", &headers, None).await;
        let body = json!({
            "error": "Too many requests from this IP, please try again later.",
            "retryAfter": "15 minutes",
        });
        assert_eq!(crate::api::testing::json_of(refused).await, body);
        assert_eq!(house.by("3", "GET", "/api/kiosk/status", None).await.0, 200, "another");
    }
}
