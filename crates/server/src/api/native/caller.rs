//! Who asks: by bearer token or cookie, with the rights of now.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use rollcall_core::{
    audience::Audience,
    event::Event,
    facts::{Facts, required},
    id::GatheringId,
    people::{Gathering, Permission},
    rejection::{Fault, Refusal, Rejection},
};
use rollcall_store::View;
use rollcall_wire::conversation::Identity;

use super::refused::Refused;
use crate::{api::Api, clock};

/// The cookie that signs in our own pages.
pub(super) const COOKIE: &str = "rollcall_token";

/// Somebody signed in who wants to read.
pub(super) struct Caller {
    pub(super) who: Identity,
    pub(super) api: Api,
}

/// A token as a request brought it.
pub(super) struct Brought {
    token: String,
    pub(super) by_cookie: bool,
}

impl Brought {
    /// The token of a request; the header counts before the cookie.
    pub(super) fn with(headers: &HeaderMap) -> Option<Self> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = text(header::AUTHORIZATION)
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| Self { token: token.trim().to_owned(), by_cookie: false });
        let cookies = headers.get_all(header::COOKIE).iter();
        let mut cookies = cookies.filter_map(|value| value.to_str().ok());
        let cookie = || {
            cookies.find_map(|cookies| {
                let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
                let (_, token) =
                    pairs.find(|(name, token)| *name == COOKIE && !token.is_empty())?;
                Some(Self { token: token.to_owned(), by_cookie: true })
            })
        };
        bearer.or_else(cookie)
    }

    /// Who is behind it.
    pub(super) async fn identify(
        self,
        api: &Api,
        headers: &HeaderMap,
    ) -> Result<Identity, Refused> {
        let host = host(headers);
        let (dialect, tenant) = (api.dialect, api.tenant.clone());
        let judged = api.apart(move |control| {
            let (tenant, host) = (tenant.as_ref(), host.as_deref());
            control.authority.identify(dialect, tenant, host, &self.token, clock::now())
        });
        Ok(judged.await?.inspect_err(|refusal| api.control.metrics.sign_in_refused(*refusal))?)
    }
}

/// The host that the request asks for; it may name the tenant.
pub(super) fn host(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(header::HOST)?.to_str().ok()?.to_owned())
}

impl FromRequestParts<Api> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refused> {
        let brought = Brought::with(&parts.headers).ok_or_else(Refused::signed_out)?;
        let who = brought.identify(api, &parts.headers).await?;
        Ok(Self { who, api: api.clone() })
    }
}

impl Caller {
    /// Refuses unless the account has that permission.
    pub(super) fn allow(&self, permission: Permission, what: &str) -> Result<(), Refused> {
        if self.who.account.may(permission) { Ok(()) } else { Err(self.forbidden(what).into()) }
    }

    pub(super) fn forbidden(&self, what: &str) -> Rejection {
        Rejection::Forbidden { account: self.who.account.id.clone(), what: what.to_owned() }
    }

    /// Whether the account would hear of it live: who may read is who may hear.
    pub(super) fn hears(&self, event: &Event) -> bool {
        self.who.keys.hears(&event.audience())
    }

    /// The gathering, if it is there and the account sees it.
    pub(super) fn gathering(
        &self,
        facts: &dyn Facts,
        id: &GatheringId,
    ) -> Result<std::sync::Arc<Gathering>, Refusal> {
        let found = required(facts.gathering(id)?, "gathering", id)?;
        if self.who.keys.hears(&Audience::of_gathering(id)) {
            Ok(found)
        } else {
            Err(self.forbidden("see this gathering").into())
        }
    }

    /// Looks at the caller's tenant once, consistently.
    pub(super) async fn look<T: Send + 'static>(
        self,
        question: impl FnOnce(&Self, &dyn View) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refused> {
        let (api, tenant) = (self.api.clone(), self.who.tenant.clone());
        let looked = api.look(&tenant, move |view| match question(&self, view) {
            Ok(found) => Ok(Ok(found)),
            Err(Refusal::Fault(fault)) => Err(fault),
            Err(refusal) => Ok(Err(refusal)),
        });
        let found: Result<Result<T, Refusal>, Fault> = looked.await;
        Ok(found??)
    }
}

#[cfg(test)]
mod tests {
    use crate::api::testing::{House, header_of};

    #[tokio::test]
    async fn a_request_without_a_good_token_is_told_how_to_bring_one() {
        let house = House::open().await;
        for (headers, challenge) in [
            (&[][..], r#"Bearer realm="rollcall""#),
            (
                &[("authorization", "Bearer forged")][..],
                r#"Bearer realm="rollcall", error="invalid_token""#,
            ),
        ] {
            let response = house.ask("GET", "/v1/people", headers, None).await;
            assert_eq!(response.status(), 401);
            assert_eq!(header_of(&response, "www-authenticate"), Some(challenge));
        }
    }

    #[tokio::test]
    async fn the_cookie_counts_where_no_header_is() {
        let house = House::open().await;
        let cookie = format!("theme=dark; rollcall_token={}", house.token("admin"));
        let response = house.ask("GET", "/v1/people", &[("cookie", &cookie)], None).await;
        assert_eq!(response.status(), 200);
    }
}
