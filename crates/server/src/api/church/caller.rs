//! Who asks (8.1), and what every answer to somebody says of their church.

use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use rollcall_core::{
    audience::Audience,
    command::{By, Command},
    decide::Answer,
    facts::{Facts, required},
    id::{GatheringId, TenantId},
    people::{Gathering, Permission},
    rejection::{Fault, Refusal},
};
use rollcall_wire::{church::read::Place, conversation::Identity};
use serde::Serialize;

use super::{
    Here,
    auth::cookie,
    refused::{Answered, Refused},
};
use crate::{
    clock,
    control::{Control, look},
};

/// Somebody signed in.
#[derive(Clone)]
pub(super) struct Caller {
    pub who: Identity,
    pub here: Here,
}

/// An answer to somebody, which names their church.
#[derive(Serialize)]
struct Signed<'a, T> {
    #[serde(flatten)]
    body: &'a T,
    church_id: &'a str,
}

/// The token of a request: the header counts before the cookie (8.1).
pub(super) fn token_of(headers: &HeaderMap) -> Option<String> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty());
    bearer.map(str::to_owned).or_else(|| cookie::token(headers))
}

/// The host that the request asks for; it may name the tenant.
pub(super) fn host(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(header::HOST)?.to_str().ok()?.to_owned())
}

impl FromRequestParts<Here> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, here: &Here) -> Answered<Self> {
        // An endpoint may ask more than once, by way of its other extractors.
        if let Some(caller) = parts.extensions.get::<Self>() {
            return Ok(caller.clone());
        }
        let token = token_of(&parts.headers)
            .ok_or_else(|| Refused::signed_out("Access denied. No token provided."))?;
        let api = &here.api;
        let (dialect, tenant, host) = (api.dialect, api.tenant.clone(), host(&parts.headers));
        // Whoever waits for the approval can sign in and out and see that it is pending (8.2).
        let may_wait = parts.uri.path().starts_with("/api/auth/");
        let judged = api.apart(move |control| {
            let (tenant, host) = (tenant.as_ref(), host.as_deref());
            let who = control.authority.identify(dialect, tenant, host, &token, clock::now())?;
            let pending = if may_wait { Ok(false) } else { is_pending(control, &who.tenant) };
            Ok((who, pending))
        });
        let (who, pending) =
            judged.await?.inspect_err(|refusal| api.control.metrics.sign_in_refused(*refusal))?;
        if pending? {
            return Err(Refused::pending());
        }
        let caller = Self { who, here: here.clone() };
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }
}

/// Whether a church is not approved yet. Blocks.
fn is_pending(control: &Control, church: &TenantId) -> Result<bool, Fault> {
    look(&*control.store, church, |view| {
        let facts: &dyn Facts = view;
        Ok(facts.tenant()?.is_some_and(|church| !church.settings.church.approved))
    })
}

impl Caller {
    /// The answer with that body.
    pub fn says(&self, body: &impl Serialize) -> Response {
        Json(Signed { body, church_id: self.who.tenant.as_str() }).into_response()
    }

    /// The answer that something was made.
    pub fn made(&self, body: &impl Serialize) -> Response {
        (StatusCode::CREATED, self.says(body)).into_response()
    }

    /// The answer that has nothing to say but that it was done.
    pub fn done(&self, message: &str) -> Response {
        self.says(&serde_json::json!({ "message": message }))
    }

    /// Refuses anybody but admins.
    pub fn admin(&self) -> Answered<()> {
        self.may(Permission::ManageAccounts)
    }

    /// Refuses anybody but admins and coordinators.
    pub fn coordinator(&self) -> Answered<()> {
        self.may(Permission::ChangeGatherings)
    }

    fn may(&self, permission: Permission) -> Answered<()> {
        if self.who.account.may(permission) { Ok(()) } else { Err(Refused::role()) }
    }

    /// Refuses unless the account sees the gathering (10.4). One that is not there is seen only
    /// by those who see all.
    pub fn enter(&self, gathering: &GatheringId) -> Answered<()> {
        let sees = self.who.keys.hears(&Audience::of_gathering(gathering));
        if sees { Ok(()) } else { Err(Refused::access()) }
    }

    /// Puts a command to the church in the account's name.
    pub async fn put(&self, command: Command) -> Result<Answer, Refusal> {
        let by = By::Account(self.who.account.id.clone());
        self.here.api.submit(&self.who.tenant, by, None, command).await
    }

    /// Remembers that the account looked at a sheet (2.20).
    pub fn saw(&self, place: &Place) {
        let (tenant, account) = (&self.who.tenant, &self.who.account.id);
        let glimpses = &self.here.api.control.glimpses;
        glimpses.add(tenant, account, &place.gathering, place.date, clock::now());
    }

    /// Looks at the church once, consistently.
    pub async fn look<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Self, &dyn Facts) -> Answered<T> + Send + 'static,
    ) -> Answered<T> {
        let caller = self.clone();
        self.here.api.look(&self.who.tenant, move |view| Ok(question(&caller, view))).await?
    }
}

/// The gathering, which must be there.
pub(super) fn gathering(
    facts: &dyn Facts,
    id: &GatheringId,
) -> Answered<std::sync::Arc<Gathering>> {
    Ok(required(facts.gathering(id)?, "gathering", id)?)
}

#[cfg(test)]
mod tests {
    use rollcall_core::{
        command::{By, Command, Expect, List},
        id::TenantId,
    };
    use rollcall_wire::Dialect;
    use serde_json::json;

    use crate::{
        api::{
            church::testing::{CHURCH, church},
            testing::{header_of, json_of},
        },
        clock,
    };

    #[tokio::test]
    async fn church_8_2_each_bad_token_has_its_words() {
        let house = church().await;
        let authority = &house.api.control.authority;
        let now = clock::now().plus_ms(-86_400_000);
        let tenant = TenantId::new(CHURCH);
        let expired = authority.mint(Dialect::Church, &tenant, &"1".into(), Some(1), now).unwrap();
        let none = json!({"error": "Access denied. No token provided."});
        let invalid = json!({"error": "Invalid token format.", "code": "INVALID_TOKEN"});
        let over = json!({"error": "Token expired. Please log in again.", "code": "TOKEN_EXPIRED"});
        for (token, body) in
            [("", none), ("nonsense", invalid.clone()), ("a.b.c", invalid), (&expired, over)]
        {
            let bearer = format!("Bearer {token}");
            let headers = [("authorization", bearer.as_str())];
            let response = house.ask("GET", "/api/auth/me", &headers, None).await;
            assert_eq!(response.status(), 401);
            let ends = header_of(&response, "set-cookie").is_some_and(|c| c.contains("Max-Age=0"));
            assert_eq!(ends, token == expired);
            assert_eq!(json_of(response).await, body);
        }
    }

    #[tokio::test]
    async fn church_8_2_a_church_that_is_not_approved_can_only_sign_in() {
        let house = church().await;
        let settings = json!({"church": {"approved": false}});
        let change = Command::Change {
            list: List::Tenant,
            id: Some(CHURCH.to_owned()),
            fields: [("settings".to_owned(), settings)].into_iter().collect(),
            expect: Expect::There,
            seen: None,
        };
        house.api.submit(&CHURCH.into(), By::System, None, change).await.unwrap();
        let pending = json!({"error": "Your church is pending approval.",
            "code": "CHURCH_PENDING_APPROVAL"});
        for path in ["/api/gatherings", "/api/attendance/1/2025-01-19/full", "/api/kiosk/status"] {
            assert_eq!(house.by("1", "GET", path, None).await, (403, pending.clone()), "{path}");
        }
        let (status, said) = house.by("1", "GET", "/api/auth/me", None).await;
        assert_eq!((status, &said["user"]["isChurchApproved"]), (200, &json!(false)));
        for (method, path) in [
            ("POST", "/api/auth/refresh"),
            ("GET", "/api/auth/my-churches"),
            ("POST", "/api/auth/logout"),
        ] {
            assert_eq!(house.by("1", method, path, None).await.0, 200, "{path}");
        }
    }

    #[tokio::test]
    async fn church_8_1_the_header_counts_before_the_cookie_and_both_open() {
        let house = church().await;
        let cookie = format!("a=b;authToken={} ; c=d", house.token("1"));
        let path = "/api/auth/me";
        let by_cookie = house.ask("GET", path, &[("cookie", &cookie)], None).await;
        assert_eq!(by_cookie.status(), 200);
        let bearer = format!("Bearer {}", house.token("3"));
        let both = [("cookie", cookie.as_str()), ("authorization", &bearer)];
        let said = json_of(house.ask("GET", path, &both, None).await).await;
        assert_eq!(said["user"]["id"], 3);
        assert_eq!(said["church_id"], CHURCH);
    }
}
