//! `/api/auth…` (8.5).

mod check_users;
mod clear_expired_token;
mod codes;
pub(super) mod cookie;
mod logout;
mod me;
mod my_churches;
mod refresh;
mod request_code;
mod server_time;
mod show;
mod switch_church;
mod verify_code;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
pub(super) use codes::Codes;
use rollcall_core::{
    facts::Facts,
    id::TenantId,
    people::{Account, Gathering, Scope, Tenant},
    rejection::Fault,
};
use rollcall_wire::church::shape::{Assignment, User};
use serde_json::{Value, json};

use super::{
    Here,
    refused::{Answered, Refused},
};
use crate::auth::SignInError;

pub(super) fn router() -> Router<Here> {
    Router::new()
        .route("/api/auth", get(show::show))
        .route("/api/auth/check-users", get(check_users::check_users))
        .route("/api/auth/request-code", post(request_code::request_code))
        .route("/api/auth/verify-code", post(verify_code::verify_code))
        .route("/api/auth/refresh", post(refresh::refresh))
        .route("/api/auth/me", get(me::me))
        .route("/api/auth/my-churches", get(my_churches::my_churches))
        .route("/api/auth/switch-church", post(switch_church::switch_church))
        .route("/api/auth/logout", post(logout::logout))
        .route("/api/auth/clear-expired-token", post(clear_expired_token::clear))
        .route("/api/auth/server-time", get(server_time::server_time))
}

/// An account in one of its churches.
#[derive(Clone)]
struct Membership {
    church: Arc<Tenant>,
    account: Arc<Account>,
}

impl Membership {
    /// One of `churches`.
    fn shape(&self) -> Value {
        json!({"churchId": self.church.id, "churchName": self.church.name})
    }
}

/// Every church of this listener where somebody signs in by that contact (10.6).
async fn churches_of(here: &Here, contact: String) -> Answered<Vec<Membership>> {
    let only = here.api.tenant.clone();
    let found = here.api.apart(move |control| {
        let mut found = Vec::new();
        let wanted = |id: &TenantId| only.as_ref().is_none_or(|only| only == id);
        for id in control.store.tenants()?.into_iter().filter(wanted) {
            control.store.look(&id, &mut |view| {
                let facts: &dyn Facts = view;
                if let (Some(account), Some(church)) =
                    (facts.account_by_login(&contact)?, facts.tenant()?)
                {
                    found.push(Membership { church, account });
                }
                Ok(())
            })?;
        }
        Ok::<_, Fault>(found)
    });
    Ok(found.await??)
}

/// What an account is found by in other churches.
fn contact_of(account: &Account) -> Option<String> {
    account.email.clone().or_else(|| account.mobile.clone())
}

/// `user` (8.6); `me` says a little more than a sign-in.
fn user(facts: &dyn Facts, account: &Account, me: bool) -> Answered<Value> {
    let missing = || Fault("an account has no church".into());
    let church = facts.tenant()?.ok_or_else(missing)?;
    let mut gatherings: Vec<Arc<Gathering>> = Vec::new();
    for gathering in facts.gatherings()? {
        if is_listed(facts, account, &gathering)? {
            gatherings.push(gathering);
        }
    }
    let user = User::of(account, &church, Assignment::sorted(gatherings.iter().map(|g| &**g)));
    Ok(json!(if me { user.me() } else { user }))
}

/// The app lists only what is assigned; an admin without assignments is shown everything.
fn is_listed(facts: &dyn Facts, account: &Account, gathering: &Gathering) -> Result<bool, Fault> {
    if !gathering.active {
        return Ok(false);
    }
    if account.role.scope() == Scope::All && !account.gatherings.is_empty() {
        return Ok(account.gatherings.contains(&gathering.id));
    }
    account.sees(gathering, facts)
}

impl From<SignInError> for Refused {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong => Self::signed_out("Invalid or expired verification code."),
            SignInError::TooMany { .. } => Self::too_many(json!({ "error": TOO_MANY })),
            SignInError::Token(refusal) => refusal.into(),
            SignInError::Refused(refusal) => refusal.into(),
        }
    }
}

/// What is said when too many sign-ins failed (11.6).
const TOO_MANY: &str = "Too many authentication attempts, please try again later.";
