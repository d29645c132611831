//! Codes that accounts may sign in by: for ten minutes, and once.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use rollcall_core::{
    id::{AccountId, TenantId},
    time::Timestamp,
};

/// Minutes that a code counts.
pub const MINUTES: i64 = 10;

/// The one code there is, in an installation for trying the program out.
pub const DEVELOPMENT: &str = "000000";

/// Codes that wait at once; reaching it forgets those that are over.
const WAITING_MAX: usize = 10_000;

/// Which accounts have asked for a code, and until when it counts.
#[derive(Debug, Default)]
pub struct Codes(Mutex<HashMap<(TenantId, AccountId), Timestamp>>);

impl Codes {
    /// Gives an account a code.
    pub fn give(&self, tenant: &TenantId, account: &AccountId, now: Timestamp) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= WAITING_MAX {
            waiting.retain(|_, until| *until > now);
        }
        if waiting.len() < WAITING_MAX {
            let until = now.plus_ms(MINUTES * 60_000);
            waiting.insert((tenant.clone(), account.clone()), until);
        }
    }

    /// Whether the code is the account's; it is used up by that.
    pub fn take(&self, tenant: &TenantId, account: &AccountId, code: &str, now: Timestamp) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (tenant.clone(), account.clone());
        let fine = code == DEVELOPMENT && waiting.get(&key).is_some_and(|until| *until > now);
        if fine {
            waiting.remove(&key);
        }
        fine
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn church_8_5_a_code_counts_once_and_ten_minutes() {
        let (codes, now) = (Codes::default(), Timestamp::from_millis(0));
        let (church, ada) = (TenantId::new("c"), AccountId::new("1"));
        assert!(!codes.take(&church, &ada, DEVELOPMENT, now), "none was asked for");
        codes.give(&church, &ada, now);
        assert!(!codes.take(&church, &ada, "123456", now));
        assert!(codes.take(&church, &ada, DEVELOPMENT, now.plus_ms(599_999)));
        assert!(!codes.take(&church, &ada, DEVELOPMENT, now), "used up");
        codes.give(&church, &ada, now);
        assert!(!codes.take(&church, &ada, DEVELOPMENT, now.plus_ms(600_000)));
    }
}
