//! What a token says, as each dialect spells it.

use rollcall_core::{
    id::{AccountId, SessionId, TenantId},
    people::Account,
    time::Timestamp,
};
use rollcall_wire::{Dialect, conversation::SignInRefusal};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock;

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// To come in.
    Access,
    /// To get a new access token.
    Refresh,
}

/// What a token with a good signature says. Whether its account and sign-in still count is asked
/// of the store each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Whose it is.
    pub account: AccountId,
    /// In which tenant; absent in tokens of other issuers that serve only one.
    pub tenant: Option<TenantId>,
    /// Of which sign-in; absent in tokens of other issuers.
    pub session: Option<SessionId>,
    /// What it is good for.
    pub kind: TokenKind,
    /// From when on it does not count any more. No leeway is given (gym G2.7).
    pub expires_at: Timestamp,
    /// From when on it counts, if it says so.
    pub not_before: Option<Timestamp>,
}

/// A token's content in any of the spellings.
#[derive(Deserialize)]
pub(super) struct Spelt {
    exp: f64,
    nbf: Option<f64>,
    token_type: Option<String>,
    sid: Option<String>,
    tenant: Option<String>,
    sub: Option<String>,
    #[serde(rename = "user_id")]
    gym_account: Option<NumberOrText>,
    #[serde(rename = "userId")]
    church_account: Option<Value>,
    #[serde(rename = "churchId")]
    church: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum NumberOrText {
    Number(u64),
    Text(String),
}

impl NumberOrText {
    fn text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

/// The number that names a church's account, also if it is written as a text (church 14.3).
fn church_number(account: &Value) -> Option<String> {
    let number = match account {
        Value::String(text) if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
        other => other.as_u64(),
    };
    number.map(|number: u64| number.to_string())
}

/// Seconds since 1970 up to the year 9999, as milliseconds.
fn instant(seconds: f64) -> Option<Timestamp> {
    let fine = (0.0..253_402_300_800.0).contains(&seconds);
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    fine.then(|| Timestamp::from_millis((seconds * 1000.0) as i64))
}

impl Claims {
    /// Reads a token's content as that dialect spells it.
    pub(super) fn read(
        dialect: Dialect,
        spelt: Spelt,
        now: Timestamp,
    ) -> Result<Self, SignInRefusal> {
        if dialect == Dialect::Church {
            // Church 3.3, 8.2: told apart from a token that cannot be read, and from one whose
            // time is over, in the contract's order.
            if instant(spelt.exp).is_some_and(|ends| ends <= now) {
                return Err(SignInRefusal::Expired);
            }
            let church = spelt.church.as_ref().and_then(Value::as_str);
            if church.is_none_or(|church| TenantId::parse("churchId", church).is_err()) {
                return Err(SignInRefusal::NoTenant);
            }
            // The token is in order, but whoever it names cannot be anybody's account.
            if spelt.church_account.as_ref().and_then(church_number).is_none() {
                return Err(SignInRefusal::Account);
            }
        }
        Self::try_read(dialect, spelt).ok_or(SignInRefusal::Invalid)
    }

    fn try_read(dialect: Dialect, spelt: Spelt) -> Option<Self> {
        let kind = match (spelt.token_type.as_deref(), dialect) {
            // A church token is of one kind only and does not name it (church 3.2).
            (Some("access"), _) | (None, Dialect::Church) => TokenKind::Access,
            (Some("refresh"), Dialect::Native | Dialect::Gym) => TokenKind::Refresh,
            _ => return None,
        };
        let (account, tenant) = match dialect {
            Dialect::Native => (spelt.sub?, spelt.tenant),
            Dialect::Gym => (spelt.gym_account?.text(), spelt.tenant),
            Dialect::Church => {
                (church_number(&spelt.church_account?)?, Some(spelt.church?.as_str()?.to_owned()))
            }
        };
        let tenant = tenant.map(|tenant| TenantId::parse("tenant", &tenant));
        let session = spelt.sid.map(|session| SessionId::parse("sid", &session));
        let not_before = spelt.nbf.map(|nbf| instant(nbf).ok_or(()));
        Some(Self {
            account: AccountId::parse("account", &account).ok()?,
            tenant: tenant.transpose().ok()?,
            session: session.transpose().ok()?,
            kind,
            expires_at: instant(spelt.exp)?,
            not_before: not_before.transpose().ok()?,
        })
    }

    /// Whether the token counts at `now`.
    pub(super) fn count(&self, now: Timestamp) -> Result<(), SignInRefusal> {
        if self.expires_at <= now {
            return Err(SignInRefusal::Expired);
        }
        match self.not_before {
            Some(from) if now < from => Err(SignInRefusal::Invalid),
            _ => Ok(()),
        }
    }
}

/// What a new token shall say.
pub(super) struct Grant<'a> {
    pub dialect: Dialect,
    pub tenant: &'a TenantId,
    pub account: &'a Account,
    pub session: Option<&'a SessionId>,
    pub kind: TokenKind,
    pub now: Timestamp,
    pub expires_at: Timestamp,
}

impl Grant<'_> {
    /// The content in the dialect's spelling. Beside what its contract asks for it names tenant
    /// and sign-in, so that it can be bound to the one and revoked with the other.
    pub(super) fn spell(&self) -> impl Serialize {
        let kind = match self.kind {
            TokenKind::Access => "access",
            TokenKind::Refresh => "refresh",
        };
        let mut said = json!({
            "iat": self.now.millis() / 1000,
            "exp": self.expires_at.millis() / 1000,
            "jti": clock::fresh_id().replace('-', ""),
            "token_type": kind,
        });
        if let Some(session) = self.session {
            said["sid"] = json!(session);
        }
        let account = self.account;
        match self.dialect {
            Dialect::Native => {
                said["sub"] = json!(account.id);
                said["tenant"] = json!(self.tenant);
            }
            Dialect::Gym => {
                said["user_id"] = number_or_text(account.id.as_str());
                said["tenant"] = json!(self.tenant);
            }
            Dialect::Church => {
                said["userId"] = number_or_text(account.id.as_str());
                said["churchId"] = json!(self.tenant);
                said["email"] = json!(account.email);
                said["mobile"] = json!(account.mobile);
                said["role"] = json!(account.role);
            }
        }
        said
    }
}

/// A number where the text is one (tenant file: "number where numeric").
#[must_use]
pub fn number_or_text(id: &str) -> Value {
    let number = id.parse::<u64>().ok().filter(|number| number.to_string() == id);
    number.map_or_else(|| json!(id), |number| json!(number))
}
