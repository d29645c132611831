//! Who asks: the account behind the token, as it is now, and what it may do (G8.2, G10.6).

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use rollcall_core::{
    command::{By, Command},
    id::{CommandId, PersonId, TenantId},
    people::{Account, Permission},
    time::Timestamp,
};
use rollcall_store::Verdict;
use rollcall_wire::{
    conversation::{Identity, SignInRefusal},
    gym,
};

use super::refused::Refused;
use crate::{api::Api, clock};

/// The account that asks. Taking it from a request that writes counts against its pace (G10.2).
pub(super) struct Caller {
    who: Identity,
    /// When it asked.
    pub(super) now: Timestamp,
}

impl Caller {
    /// The tenant it belongs to.
    pub(super) const fn tenant(&self) -> &TenantId {
        &self.who.tenant
    }

    /// The account.
    pub(super) fn account(&self) -> &Account {
        &self.who.account
    }

    /// Refuses an account without that right.
    pub(super) fn must(&self, permission: Permission) -> Result<(), Refused> {
        if self.account().may(permission) { Ok(()) } else { Err(Refused::Forbidden) }
    }

    /// Refuses an account that neither has that right nor is that person (G7.13).
    pub(super) fn must_or_be(
        &self,
        permission: Permission,
        person: &PersonId,
    ) -> Result<(), Refused> {
        if self.account().person.as_ref() == Some(person) {
            return Ok(());
        }
        self.must(permission)
    }

    /// Its hand.
    pub(super) fn by(&self) -> By {
        By::Account(self.account().id.clone())
    }

    /// Has the account's command kept; `request` is the client's own id for it.
    pub(super) async fn submit(
        &self,
        api: &Api,
        request: Option<CommandId>,
        command: Command,
    ) -> Verdict {
        let id = request.map(|request| gym::command_id(&command, &request));
        api.submit(self.tenant(), self.by(), id, command).await
    }
}

impl FromRequestParts<Api> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refused> {
        let token = bearer(&parts.headers).ok_or(Refused::NoToken)?.to_owned();
        let (dialect, tenant, host) = (api.dialect, api.tenant.clone(), host(&parts.headers));
        let now = clock::now();
        let found = api.apart(move |control| {
            control.authority.identify(dialect, tenant.as_ref(), host.as_deref(), &token, now)
        });
        let who = found.await?.map_err(|refusal| {
            api.control.metrics.sign_in_refused(refusal);
            refused(refusal)
        })?;
        if !parts.method.is_safe() {
            api.writes.take((who.tenant.clone(), who.account.id.clone()), now)?;
        }
        Ok(Self { who, now })
    }
}

/// The no to a token.
pub(super) const fn refused(refusal: SignInRefusal) -> Refused {
    match refusal {
        SignInRefusal::Busy => Refused::Busy,
        SignInRefusal::Invalid
        | SignInRefusal::Expired
        | SignInRefusal::Account
        | SignInRefusal::NoTenant
        | SignInRefusal::Revoked => Refused::BadToken,
    }
}

/// The name the client called us by.
pub(super) fn host(headers: &HeaderMap) -> Option<String> {
    headers.get(header::HOST)?.to_str().ok().map(str::to_owned)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{ANN, Gym};
    use crate::config::Config;

    #[tokio::test]
    async fn g10_2_too_many_writes_are_refused_for_a_while() {
        let mut config = Config::default();
        config.limits.writes_per_second = 2;
        let gym = Gym::with(config).await;
        let path = format!("/api/members/{ANN}/");
        let mut statuses = Vec::new();
        for round in 0..4 {
            let body = Some(json!({ "notes": round.to_string() }));
            statuses.push(gym.by("admin", "PATCH", &path, body).await.0);
        }
        assert_eq!(statuses[..2], [200, 200]);
        assert!(statuses.contains(&429), "{statuses:?}");
        assert_eq!(gym.by("admin", "GET", &path, None).await.0, 200, "reads are not slowed");
        assert_eq!(gym.by("desk", "PATCH", &path, Some(json!({}))).await.0, 200, "nor are others");
    }

    #[tokio::test]
    async fn g7_13_rights_are_judged_per_operation() {
        let gym = Gym::open().await;
        let member = format!("/api/members/{ANN}/");
        for (account, method, path, status) in [
            ("trainer", "GET", "/api/members/", 200),
            ("trainer", "GET", "/api/checkins/history/", 200),
            ("trainer", "PATCH", &*member, 403),
            ("trainer", "DELETE", &member, 403),
            ("trainer", "POST", "/api/checkins/", 403),
            ("trainer", "POST", "/api/admin/bulk-member-action/", 403),
            ("desk", "PATCH", &member, 200),
            ("bo", "GET", "/api/members/", 403),
            ("bo", "GET", "/api/members/search/?q=a", 403),
            ("bo", "GET", &member, 403),
            ("bo", "GET", "/api/checkins/", 403),
            ("bo", "GET", "/api/checkins/recent/", 403),
            ("bo", "GET", "/api/checkins/history/", 403),
            ("bo", "GET", "/api/admin/stats/", 403),
            ("bo", "GET", "/api/member-stats/?member_id=x", 403),
            ("bo", "GET", "/api/notifications/dashboard/expiring_memberships/", 403),
            ("bo", "GET", "/api/checkins/stats/", 200),
            ("bo", "GET", "/api/checkins/my_checkins/", 200),
        ] {
            let body = json!({"member": "GYM0001", "action": "activate", "member_ids": [ANN]});
            let body = (method != "GET").then_some(body);
            let (got, answer) = gym.by(account, method, path, body).await;
            assert_eq!(got, status, "{account} {method} {path}: {answer}");
            if status == 403 {
                assert!(answer["detail"].is_string(), "{path}: {answer}");
            }
        }
    }
}
