//! Believing a client that shows no token (church 3.7): only where the operator said so.

use std::sync::Arc;

use rollcall_core::{
    audience::Keys,
    id::{AccountId, TenantId},
    people::{Account, Role},
    time::Timestamp,
};
use rollcall_wire::conversation::{Identity, SignInRefusal};

use super::authority::Authority;

/// What a client without a token says of itself.
pub struct Believed {
    /// The tenant it names.
    pub tenant: String,
    /// The account it names.
    pub account: String,
    /// The e-mail address it gives.
    pub email: Option<String>,
    /// The role it gives.
    pub role: Option<String>,
}

/// A believed connection has no token that could end; it lasts as long as a church's token would.
const LASTS_MS: i64 = 30 * 24 * 60 * 60 * 1_000;

impl Authority {
    /// Whoever the client says it is. An account that is kept has its own rights; another has
    /// those of the role it gives, within all gatherings. Blocks.
    ///
    /// # Errors
    /// The account is kept and may not come in, or the store broke.
    pub fn believe(&self, said: &Believed, now: Timestamp) -> Result<Identity, SignInRefusal> {
        let (tenant, account) = (TenantId::new(&*said.tenant), AccountId::new(&*said.account));
        let expires_at = now.plus_ms(LASTS_MS);
        match self.stand(&tenant, &account, None, expires_at, now) {
            Err(SignInRefusal::Account) if !self.keeps(&tenant, &account)? => {}
            known => return known,
        }
        let account = Arc::new(stranger(said));
        let keys = Keys::of(&account, &[]).with_all_gatherings();
        Ok(Identity { tenant, account, keys, session: None, expires_at })
    }
}

fn stranger(said: &Believed) -> Account {
    let role = said.role.as_deref().and_then(Role::named).unwrap_or(Role::AttendanceTaker);
    Account {
        id: AccountId::new(&*said.account),
        email: said.email.clone(),
        username: None,
        mobile: None,
        first_name: String::new(),
        last_name: String::new(),
        role,
        extra_role: None,
        active: true,
        person: None,
        gatherings: Vec::new(),
        groups: Vec::new(),
        number: None,
        department: None,
        created_at: None,
    }
}
