//! Says who is behind a token, on current data.

use std::sync::Arc;

use rollcall_core::{
    audience::Keys,
    facts::{Facts, Key},
    id::{AccountId, GatheringId, SessionId, TenantId},
    people::{Account, Permission, Scope, Tenant},
    rejection::Fault,
    time::Timestamp,
};
use rollcall_store::Store;
use rollcall_wire::{
    Dialect,
    conversation::{Identity, SignInRefusal},
};

use super::{
    cache::Read,
    claims::{Claims, Grant, TokenKind},
    keyring::{Keyring, until},
    password::Passwords,
    sign_in::Attempts,
};
use crate::config::{Lifetimes, Limits};

/// Says who is behind a token and gives out tokens. Shared by everything that lets people in.
pub struct Authority {
    pub(super) store: Arc<dyn Store>,
    pub(super) keyring: Keyring,
    pub(super) lifetimes: Lifetimes,
    pub(super) passwords: Passwords,
    pub(super) attempts: Attempts,
    read: Read,
}

/// What a token says and the tenant it is for.
pub(super) struct Placed {
    pub claims: Claims,
    pub tenant: TenantId,
}

impl Authority {
    /// Lets people in who hold tokens of these keys or passwords of these accounts.
    ///
    /// # Errors
    /// The machine has no memory or chance to give.
    pub fn new(
        store: Arc<dyn Store>,
        keyring: Keyring,
        lifetimes: Lifetimes,
        limits: &Limits,
    ) -> Result<Self, Fault> {
        let (passwords, attempts) = (Passwords::new()?, Attempts::new(limits));
        Ok(Self { store, keyring, lifetimes, passwords, attempts, read: Read::default() })
    }

    /// Who is behind an access token. Blocks: it looks into the store.
    ///
    /// The token's tenant is the one it names, else the listener's, else the one of the host
    /// name, else the only one there is. A token that names a tenant works nowhere else.
    ///
    /// # Errors
    /// Why the token opens nothing.
    pub fn identify(
        &self,
        dialect: Dialect,
        listener: Option<&TenantId>,
        host: Option<&str>,
        token: &str,
        now: Timestamp,
    ) -> Result<Identity, SignInRefusal> {
        let Placed { claims, tenant } =
            self.place(dialect, listener, host, token, TokenKind::Access, now)?;
        self.stand(&tenant, &claims.account, claims.session, claims.expires_at, now)
    }

    /// The same account as it is now: its rights, or why it may no longer be here. Blocks.
    ///
    /// # Errors
    /// Why it may no longer be here. An expired token is no reason: dialects differ on that.
    pub fn reidentify(&self, who: &Identity, now: Timestamp) -> Result<Identity, SignInRefusal> {
        self.stand(&who.tenant, &who.account.id, who.session.clone(), who.expires_at, now)
    }

    /// An access token for an operator's own use, of no sign-in. Blocks.
    ///
    /// # Errors
    /// There is no such account, or it may not come in.
    pub fn mint(
        &self,
        dialect: Dialect,
        tenant: &TenantId,
        account: &AccountId,
        lasts_ms: Option<i64>,
        now: Timestamp,
    ) -> Result<String, SignInRefusal> {
        let lasts_ms = lasts_ms.unwrap_or_else(|| self.lifetimes.access_ms(dialect));
        let expires_at = until(now, lasts_ms);
        let who = self.stand(tenant, account, None, expires_at, now)?;
        let account = &who.account;
        let kind = TokenKind::Access;
        let grant = Grant { dialect, tenant, account, session: None, kind, now, expires_at };
        self.keyring.mint(&grant).map_err(|fault| busy(&fault))
    }

    /// Reads a token of that kind and finds its tenant.
    pub(super) fn place(
        &self,
        dialect: Dialect,
        listener: Option<&TenantId>,
        host: Option<&str>,
        token: &str,
        kind: TokenKind,
        now: Timestamp,
    ) -> Result<Placed, SignInRefusal> {
        let read = || self.keyring.read(dialect, token, now);
        // A shared secret is checked in two microseconds; remembering would cost more.
        let claims = match self.keyring.has_public_keys() {
            true => self.read.get_or(dialect, token, read)?,
            false => read()?,
        };
        claims.count(now)?;
        if claims.kind != kind {
            return Err(SignInRefusal::Invalid);
        }
        let tenant = match (claims.tenant.clone(), listener) {
            (Some(named), Some(here)) if named != *here => return Err(SignInRefusal::Invalid),
            (Some(named), _) => {
                let elsewhere = dialect == Dialect::Gym
                    && self.is_of_another(&named, host).map_err(|fault| busy(&fault))?;
                if elsewhere {
                    return Err(SignInRefusal::Invalid);
                }
                named
            }
            (None, _) => {
                let here = self.tenant_for(listener, host).map_err(|fault| busy(&fault))?;
                here.ok_or(SignInRefusal::Invalid)?
            }
        };
        Ok(Placed { claims, tenant })
    }

    /// The tenant of a sign-in or token that names none: the listener's, else the one of the host
    /// name, else the only one there is. Blocks.
    ///
    /// # Errors
    /// The store broke.
    pub fn tenant_for(
        &self,
        listener: Option<&TenantId>,
        host: Option<&str>,
    ) -> Result<Option<TenantId>, Fault> {
        if let Some(tenant) = listener {
            return Ok(Some(tenant.clone()));
        }
        let mut tenants = self.store.tenants()?;
        tenants.retain(|id| !is_ours(id));
        if let [only] = &tenants[..] {
            return Ok(Some(only.clone()));
        }
        self.tenant_of_host(tenants, host)
    }

    fn tenant_of_host(
        &self,
        tenants: Vec<TenantId>,
        host: Option<&str>,
    ) -> Result<Option<TenantId>, Fault> {
        let Some(host) = host.map(without_port) else { return Ok(None) };
        for id in tenants {
            let mut mine = false;
            self.store.look(&id, &mut |view| {
                let facts: &dyn Facts = view;
                mine = facts.tenant()?.is_some_and(|tenant| is_host_of(&tenant, host));
                Ok(())
            })?;
            if mine {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Whether a host is another tenant's: a gym's host names the tenant, so the token of a second
    /// gym opens nothing there (gym G7.14).
    fn is_of_another(&self, named: &TenantId, host: Option<&str>) -> Result<bool, Fault> {
        if self.tenant_of_host(vec![named.clone()], host)?.is_some() {
            return Ok(false);
        }
        Ok(self.tenant_of_host(self.store.tenants()?, host)?.is_some())
    }

    /// The account and sign-in as they stand now.
    pub(super) fn stand(
        &self,
        tenant: &TenantId,
        account: &AccountId,
        session: Option<SessionId>,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Identity, SignInRefusal> {
        let mut found = Err(SignInRefusal::Account);
        let looked = self.store.look(tenant, &mut |view| {
            found = standing(view, account, session.as_ref(), now)?;
            Ok(())
        });
        looked.map_err(|fault| busy(&fault))?;
        let (account, keys) = found?;
        Ok(Identity { tenant: tenant.clone(), account, keys, session, expires_at })
    }

    /// Whether the tenant keeps such an account, whatever it may do.
    pub(super) fn keeps(
        &self,
        tenant: &TenantId,
        account: &AccountId,
    ) -> Result<bool, SignInRefusal> {
        let mut kept = false;
        let looked = self.store.look(tenant, &mut |view| {
            kept = view.row(&Key::Account(account.clone()))?.is_some();
            Ok(())
        });
        looked.map_err(|fault| busy(&fault))?;
        Ok(kept)
    }
}

/// Whether a tenant is the program's own, such as its probe's: their names begin with a dot.
fn is_ours(tenant: &TenantId) -> bool {
    tenant.as_str().starts_with('.')
}

pub(super) fn busy(fault: &Fault) -> SignInRefusal {
    tracing::error!(%fault, "a sign-in could not be judged");
    SignInRefusal::Busy
}

fn without_port(host: &str) -> &str {
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    name.map_or(host, |(name, _)| name)
}

fn is_host_of(tenant: &Tenant, host: &str) -> bool {
    tenant.settings.hosts.iter().any(|mine| without_port(mine).eq_ignore_ascii_case(host))
}

type Standing = Result<(Arc<Account>, Keys), SignInRefusal>;

fn standing(
    facts: &dyn Facts,
    account: &AccountId,
    session: Option<&SessionId>,
    now: Timestamp,
) -> Result<Standing, Fault> {
    let Some(account) = facts.account(account)?.filter(|account| account.active) else {
        return Ok(Err(SignInRefusal::Account));
    };
    if let Some(session) = session {
        let session = facts.session(session)?;
        if !session.is_some_and(|s| s.account == account.id && s.counts(now)) {
            return Ok(Err(SignInRefusal::Revoked));
        }
    }
    let keys = Keys::of(&account, &taught(facts, &account)?);
    Ok(Ok((account, keys)))
}

/// The gatherings that the account sees without being assigned to them one by one.
fn taught(facts: &dyn Facts, account: &Account) -> Result<Vec<GatheringId>, Fault> {
    if account.role.scope() == Scope::All || !account.may(Permission::ReadSheets) {
        return Ok(Vec::new());
    }
    let mut taught = Vec::new();
    for gathering in facts.gatherings()? {
        if account.sees(&gathering, facts)? {
            taught.push(gathering.id.clone());
        }
    }
    Ok(taught)
}
