//! Which sheets accounts looked at lately, so that a client that lost its session is told them anew
//! (church 2.20). In memory alone: after a restart what was written is told, as ever.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rollcall_core::{
    id::{AccountId, GatheringId, TenantId},
    limits::RECALL_SHEETS_MAX,
    time::{Date, Timestamp},
};

use crate::by_tenant::{ByTenant, forget_half};

/// Accounts remembered; reaching it forgets the half that looked longest ago.
const ACCOUNTS_MAX: usize = 10_000;

/// A sheet, and when an account last had to do with it.
pub type Glimpse = (Timestamp, GatheringId, Date);

/// By tenant and account, the latest first. Ten thousand have one sheet each, so none has room for
/// more than it holds.
type Seen = ByTenant<AccountId, Box<[Glimpse]>>;

/// What accounts looked at.
#[derive(Debug, Default)]
pub struct Glimpses(Mutex<Seen>);

impl Glimpses {
    /// An account looked at a sheet.
    pub fn add(
        &self,
        tenant: &TenantId,
        account: &AccountId,
        gathering: &GatheringId,
        date: Date,
        now: Timestamp,
    ) {
        let mut seen = self.seen();
        forget_half(&mut seen, ACCOUNTS_MAX, |own| own.first().map(|(at, ..)| *at));
        let own = seen.entry(tenant.clone()).or_default().entry(account.clone()).or_default();
        let mut sheets = std::mem::take(own).into_vec();
        sheets.push((now, gathering.clone(), date));
        latest(&mut sheets);
        *own = sheets.into();
    }

    /// The sheets that an account looked at since then, the latest first.
    #[must_use]
    pub fn of(&self, tenant: &TenantId, account: &AccountId, since: Timestamp) -> Vec<Glimpse> {
        let seen = self.seen();
        let own = seen.get(tenant).and_then(|accounts| accounts.get(account));
        own.into_iter().flat_map(|own| &**own).filter(|(at, ..)| *at >= since).cloned().collect()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leaves the latest sheets, each once, the latest first.
pub fn latest(sheets: &mut Vec<Glimpse>) {
    sheets.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
    let mut kept: Vec<Glimpse> = Vec::with_capacity(RECALL_SHEETS_MAX);
    for sheet in sheets.drain(..) {
        let known =
            kept.iter().any(|(_, gathering, date)| (gathering, date) == (&sheet.1, &sheet.2));
        if !known && kept.len() < RECALL_SHEETS_MAX {
            kept.push(sheet);
        }
    }
    *sheets = kept;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    fn dates(glimpses: &Glimpses, tenant: &str, since_ms: i64) -> Vec<String> {
        let found = glimpses.of(&tenant.into(), &"1".into(), at(since_ms));
        found.into_iter().map(|(_, _, date)| date.to_string()).collect()
    }

    #[test]
    fn church_2_20_the_last_three_sheets_of_an_account_are_remembered() {
        let glimpses = Glimpses::default();
        let look = |tenant: &str, day: &str, ms| {
            let date = format!("2025-01-{day}").parse().unwrap();
            glimpses.add(&tenant.into(), &"1".into(), &"3".into(), date, at(ms));
        };
        look("a", "01", 1);
        look("a", "02", 2);
        look("a", "01", 3);
        look("b", "09", 4);
        assert_eq!(dates(&glimpses, "a", 0), ["2025-01-01", "2025-01-02"]);
        assert_eq!(dates(&glimpses, "a", 3), ["2025-01-01"]);
        look("a", "03", 5);
        look("a", "04", 6);
        assert_eq!(dates(&glimpses, "a", 0), ["2025-01-04", "2025-01-03", "2025-01-01"]);
        assert_eq!(dates(&glimpses, "b", 0), ["2025-01-09"]);
    }

    #[test]
    fn accounts_do_not_pile_up() {
        let glimpses = Glimpses::default();
        let date = "2025-01-01".parse().unwrap();
        for number in 0..=ACCOUNTS_MAX {
            let ms = i64::try_from(number).unwrap();
            let account = AccountId::new(number.to_string());
            glimpses.add(&"a".into(), &account, &"3".into(), date, at(ms));
        }
        let accounts = glimpses.seen().values().map(std::collections::HashMap::len).sum::<usize>();
        assert!(accounts <= ACCOUNTS_MAX / 2 + 1);
        let last = AccountId::new(ACCOUNTS_MAX.to_string());
        assert_eq!(glimpses.of(&"a".into(), &last, at(0)).len(), 1);
    }
}
