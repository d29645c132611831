//! Notices who comes back soon after leaving, which tells of bad links (gym G11.2).

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    sync::{Mutex, PoisonError},
};

use rollcall_core::{
    id::{AccountId, TenantId},
    time::Timestamp,
};

/// Milliseconds within which a new connection of an account counts as its return.
const SOON_MS: i64 = 5 * 60_000;

/// Departures remembered at once; beyond that, older ones are forgotten early.
const DEPARTURES_MAX: usize = 50_000;

/// Who left, and when. Accounts are remembered by a hash: a name each would keep memory that whole
/// crowds should give back when they leave, and two that are mistaken are one return too many.
#[derive(Debug, Default)]
pub(super) struct Returns {
    hasher: RandomState,
    left: Mutex<HashMap<u64, Timestamp>>,
}

impl Returns {
    /// Remembers a departure.
    pub(super) fn left(&self, tenant: &TenantId, account: &AccountId, now: Timestamp) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if left.len() >= DEPARTURES_MAX {
            left.retain(|_, at| now.since_ms(*at) < SOON_MS);
        }
        if left.len() < DEPARTURES_MAX {
            left.insert(self.hasher.hash_one((tenant, account)), now);
        }
    }

    /// Whether this arrival is a return.
    pub(super) fn is_back(&self, tenant: &TenantId, account: &AccountId, now: Timestamp) -> bool {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let at = left.remove(&self.hasher.hash_one((tenant, account)));
        at.is_some_and(|at| now.since_ms(at) < SOON_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g11_2_back_within_five_minutes_is_a_return_once() {
        let (returns, start) = (Returns::default(), Timestamp::from_millis(1_000));
        let (tenant, ada) = ("t".into(), "ada".into());
        assert!(!returns.is_back(&tenant, &ada, start));
        returns.left(&tenant, &ada, start);
        assert!(returns.is_back(&tenant, &ada, start.plus_ms(299_999)));
        assert!(!returns.is_back(&tenant, &ada, start.plus_ms(299_999)));
        returns.left(&tenant, &ada, start);
        assert!(!returns.is_back(&tenant, &ada, start.plus_ms(300_000)));
    }
}
