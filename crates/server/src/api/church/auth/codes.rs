//! Codes that accounts may sign in by: for ten minutes, and once.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
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
pub struct Codes(Mutex<Waiting>);

type Waiting = HashMap<(TenantId, AccountId), Timestamp>;

impl Codes {
    /// Gives an account a code.
    pub fn give(&self, tenant: &TenantId, account: &AccountId, now: Timestamp) {
        let mut waiting = self.waiting();
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
        let mut waiting = self.waiting();
        let key = (tenant.clone(), account.clone());
        let fine = code == DEVELOPMENT && waiting.get(&key).is_some_and(|until| *until > now);
        if fine {
            waiting.remove(&key);
        }
        fine
    }

    /// Forgets codes that are over. To be called now and then.
    pub fn forget(&self, now: Timestamp) {
        let mut waiting = self.waiting();
        waiting.retain(|_, until| *until > now);
        waiting.shrink_to_fit();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

    #[test]
    fn church_8_5_a_code_that_is_over_is_forgotten() {
        let (codes, now) = (Codes::default(), Timestamp::from_millis(0));
        let church = TenantId::new("c");
        codes.give(&church, &AccountId::new("1"), now);
        codes.give(&church, &AccountId::new("2"), now.plus_ms(1));
        codes.forget(now.plus_ms(599_999));
        assert_eq!(codes.waiting().len(), 2);
        codes.forget(now.plus_ms(600_000));
        assert_eq!(codes.waiting().len(), 1);
    }
}
