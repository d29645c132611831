//! Signing in, going on and signing out.

use std::{net::IpAddr, sync::Arc};

use rollcall_core::{
    command::{Ask, By, Command},
    facts::{Facts, Key, Row},
    id::{AccountId, SessionId, TenantId},
    people::{Account, Session},
    rejection::{Fault, Refusal},
    time::Timestamp,
};
use rollcall_store::{Store, Verdict, login_form};
use rollcall_wire::{
    Dialect,
    conversation::{Identity, SignInRefusal},
};

use super::{
    Authority, PASSWORD_BYTES_MAX, Pace, TooFast,
    authority::Placed,
    claims::{Grant, TokenKind},
    keyring::until,
};
use crate::{
    clock,
    config::{Limits, Secret},
};

/// Somebody who wants to sign in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Whose tokens are wanted.
    pub dialect: Dialect,
    /// Into which tenant.
    pub tenant: TenantId,
    /// E-mail address, name or mobile number, in any letter case.
    pub login: String,
    /// The password.
    pub password: Secret,
    /// From where.
    pub address: IpAddr,
}

/// What a sign-in gives.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Opens connections and requests.
    pub access: String,
    /// Until when.
    pub access_expires_at: Timestamp,
    /// Gets new access tokens; a church has none and refreshes by its access token.
    pub refresh: Option<String>,
    /// Until when the sign-in lasts.
    pub session_expires_at: Timestamp,
    /// Who it is.
    pub who: Identity,
}

/// Why a sign-in failed.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No account of that name and password may come in. Not told which of the three was wrong.
    #[error("no active account with these credentials")]
    Wrong,
    /// Too many failed before.
    #[error("too many sign-ins failed; try again in {wait_ms} ms")]
    TooMany {
        /// Milliseconds until the next try.
        wait_ms: u64,
    },
    /// The token opens nothing.
    #[error("the token is not good: {0:?}")]
    Token(SignInRefusal),
    /// The sign-in could not be kept.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl From<Fault> for SignInError {
    fn from(fault: Fault) -> Self {
        Self::Refused(fault.into())
    }
}

/// Whose password was tried.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Tried {
    /// An account's, by whichever of its names.
    Account(AccountId),
    /// Nobody's: the login as it was looked for.
    Nobody(String),
}

/// Failures that are still remembered.
#[derive(Debug)]
pub(super) struct Attempts {
    by_account: Pace<(TenantId, Tried, IpAddr)>,
    by_address: Pace<IpAddr>,
}

impl Attempts {
    pub(super) fn new(limits: &Limits) -> Self {
        const MINUTE_MS: u32 = 60_000;
        Self {
            by_account: Pace::new(limits.sign_in_failures_per_minute, MINUTE_MS),
            by_address: Pace::new(limits.sign_in_failures_per_address_per_minute, MINUTE_MS),
        }
    }

    /// Whether the address may try at all.
    fn ask(&self, ask: &SignIn, now: Timestamp) -> Result<(), SignInError> {
        self.by_address.ask(&ask.address, now).map_err(too_many)
    }

    /// Counts an attempt as failed until [`Attempts::succeeded`] says otherwise, so that many at
    /// once cannot slip past the count.
    fn begin(
        &self,
        ask: &SignIn,
        found: Option<&Account>,
        now: Timestamp,
    ) -> Result<(), SignInError> {
        self.by_account.take(key(ask, found), now).map_err(too_many)?;
        self.by_address.take(ask.address, now).map_err(too_many)
    }

    fn succeeded(&self, ask: &SignIn, found: &Account) {
        self.by_account.give_back(&key(ask, Some(found)));
        self.by_address.give_back(&ask.address);
    }

    fn forget(&self, now: Timestamp) {
        self.by_account.forget(now);
        self.by_address.forget(now);
    }
}

fn too_many(fast: TooFast) -> SignInError {
    SignInError::TooMany { wait_ms: fast.wait_ms }
}

/// What an attempt counts against. An account has several names, and each may be written in
/// several ways: counted by what was written, each spelling would be another ten guesses.
fn key(ask: &SignIn, found: Option<&Account>) -> (TenantId, Tried, IpAddr) {
    let nobody = || Tried::Nobody(login_form(&ask.login));
    let tried = found.map_or_else(nobody, |account| Tried::Account(account.id.clone()));
    (ask.tenant.clone(), tried, ask.address)
}

impl Authority {
    /// Signs somebody in by password. `submit` keeps the new sign-in (`Submitter::submit_and_wait`).
    ///
    /// # Errors
    /// Why not.
    pub async fn sign_in<F>(
        self: &Arc<Self>,
        ask: SignIn,
        now: Timestamp,
        submit: impl FnOnce(Ask) -> F,
    ) -> Result<Tokens, SignInError>
    where
        F: Future<Output = Verdict>,
    {
        if ask.login.len() > 256 || ask.password.expose().len() > PASSWORD_BYTES_MAX {
            return Err(SignInError::Wrong);
        }
        // A client that is beyond its address's share is not even looked up.
        self.attempts.ask(&ask, now)?;
        let (authority, tenant, login) = (self.clone(), ask.tenant.clone(), ask.login.clone());
        let found = apart(move || credentials(&*authority.store, &tenant, &login)).await??;
        self.attempts.begin(&ask, found.as_ref().map(|(account, _)| &**account), now)?;
        let hash = found.as_ref().and_then(|(_, hash)| hash.as_deref());
        let matched = self.passwords.check(hash, ask.password.clone()).await?;
        let account = found.map(|(account, _)| account).filter(|a| matched && a.active);
        let account = account.ok_or(SignInError::Wrong)?;
        self.attempts.succeeded(&ask, &account);
        let session = self.new_session(ask.dialect, &account, None, now);
        self.start(ask.dialect, &ask.tenant, session, now, submit).await
    }

    /// Signs an account in that has proved itself in another way than by its password: by a code
    /// that was sent to it, or by a sign-in elsewhere under the same address (church 8.5).
    ///
    /// # Errors
    /// Why not.
    pub async fn let_in<F>(
        self: &Arc<Self>,
        dialect: Dialect,
        tenant: &TenantId,
        account: &Arc<Account>,
        now: Timestamp,
        submit: impl FnOnce(Ask) -> F,
    ) -> Result<Tokens, SignInError>
    where
        F: Future<Output = Verdict>,
    {
        let session = self.new_session(dialect, account, None, now);
        self.start(dialect, tenant, session, now, submit).await
    }

    /// Gives a new access token for a refresh token, or for a church's access token, whose
    /// sign-in then lasts anew (church 8.5). Refresh tokens are not rotated (gym G8.3).
    ///
    /// # Errors
    /// Why not.
    pub async fn refresh<F>(
        self: &Arc<Self>,
        dialect: Dialect,
        listener: Option<TenantId>,
        host: Option<String>,
        token: String,
        now: Timestamp,
        submit: impl FnOnce(Ask) -> F,
    ) -> Result<Tokens, SignInError>
    where
        F: Future<Output = Verdict>,
    {
        let kind = match dialect {
            Dialect::Church => TokenKind::Access,
            Dialect::Native | Dialect::Gym => TokenKind::Refresh,
        };
        let (authority, given) = (self.clone(), token.clone());
        let who = apart(move || {
            let (listener, host) = (listener.as_ref(), host.as_deref());
            let Placed { claims, tenant } =
                authority.place(dialect, listener, host, &given, kind, now)?;
            authority.stand(&tenant, &claims.account, claims.session, claims.expires_at, now)
        });
        let who = who.await?.map_err(SignInError::Token)?;
        if kind == TokenKind::Access {
            let session = self.new_session(dialect, &who.account, who.session.clone(), now);
            return self.start(dialect, &who.tenant, session, now, submit).await;
        }
        let session_expires_at = who.expires_at;
        let tokens = self.tokens(dialect, who, session_expires_at, now)?;
        Ok(Tokens { refresh: Some(token), ..tokens })
    }

    /// The command that ends the sign-in of an identity; none if its token belongs to no sign-in
    /// of ours.
    #[must_use]
    pub fn sign_out(who: &Identity) -> Option<Ask> {
        let account = who.account.id.clone();
        let session = Some(who.session.clone()?);
        Some(ask(&who.tenant, &who.account, Command::EndSessions { account, session }))
    }

    /// Forgets what is no longer needed. To be called about once a minute.
    pub fn sweep(&self, now: Timestamp) {
        self.attempts.forget(now);
    }

    fn new_session(
        &self,
        dialect: Dialect,
        account: &Arc<Account>,
        id: Option<SessionId>,
        now: Timestamp,
    ) -> Session {
        Session {
            id: id.unwrap_or_else(|| SessionId::new(clock::fresh_id())),
            account: account.id.clone(),
            started_at: now,
            expires_at: until(now, self.lifetimes.session_ms(dialect)),
            revoked_at: None,
        }
    }

    /// Keeps a sign-in and gives its tokens.
    async fn start<F>(
        self: &Arc<Self>,
        dialect: Dialect,
        tenant: &TenantId,
        session: Session,
        now: Timestamp,
        submit: impl FnOnce(Ask) -> F,
    ) -> Result<Tokens, SignInError>
    where
        F: Future<Output = Verdict>,
    {
        let (id, account, ends) = (session.id.clone(), session.account.clone(), session.expires_at);
        let by = By::Account(account.clone());
        let command = Command::StartSession(session);
        let fresh = clock::fresh_id();
        submit(Ask { tenant: tenant.clone(), by, id: None, command, fresh }).await?;
        let (authority, tenant) = (self.clone(), tenant.clone());
        let who = apart(move || authority.stand(&tenant, &account, Some(id), ends, now)).await?;
        self.tokens(dialect, who.map_err(SignInError::Token)?, ends, now)
    }

    fn tokens(
        &self,
        dialect: Dialect,
        mut who: Identity,
        session_expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Tokens, SignInError> {
        let access_ends = until(now, self.lifetimes.access_ms(dialect)).min(session_expires_at);
        let mint = |kind, expires_at| {
            self.keyring.mint(&Grant {
                dialect,
                tenant: &who.tenant,
                account: &who.account,
                session: who.session.as_ref(),
                kind,
                now,
                expires_at,
            })
        };
        let access = mint(TokenKind::Access, access_ends)?;
        let refresh = match dialect {
            Dialect::Native | Dialect::Gym => Some(mint(TokenKind::Refresh, session_expires_at)?),
            Dialect::Church => None,
        };
        who.expires_at = access_ends;
        Ok(Tokens { access, access_expires_at: access_ends, refresh, session_expires_at, who })
    }
}

fn ask(tenant: &TenantId, account: &Account, command: Command) -> Ask {
    let by = By::Account(account.id.clone());
    Ask { tenant: tenant.clone(), by, id: None, command, fresh: clock::fresh_id() }
}

/// Does something that may wait on a thread that may.
async fn apart<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    let ended = |_| Fault("the program is about to end".to_owned());
    tokio::task::spawn_blocking(act).await.map_err(ended)
}

type Credentials = (Arc<Account>, Option<Arc<str>>);

fn credentials(
    store: &dyn Store,
    tenant: &TenantId,
    login: &str,
) -> Result<Option<Credentials>, Fault> {
    let mut found = None;
    store.look(tenant, &mut |view| {
        let facts: &dyn Facts = view;
        let Some(account) = facts.account_by_login(login)? else { return Ok(()) };
        let hash = match facts.row(&Key::Password(account.id.clone()))? {
            Some(Row::Password(_, hash)) => Some(hash),
            _ => None,
        };
        found = Some((account, hash));
        Ok(())
    })?;
    Ok(found)
}
