//! Who may hear an event: a small set of keys on the event against the keys of the connection.

use std::collections::HashSet;

use crate::{
    id::{AccountId, GatheringId, PersonId},
    people::{Account, Permission, Scope},
};

/// One key that an event's audience names and a connection may hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Hearer {
    /// Everybody who is signed in.
    Everyone,
    /// Whoever has that permission.
    May(Permission),
    /// Whoever sees all gatherings.
    AllGatherings,
    /// Whoever is assigned to that gathering.
    Gathering(GatheringId),
    /// That account itself.
    Account(AccountId),
    /// The account that is that person.
    Person(PersonId),
}

/// The keys of which a connection must hold at least one; empty means nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience(pub Vec<Hearer>);

/// The keys that a connection holds, by its account as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys(HashSet<Hearer>);

impl Keys {
    /// The keys of an account. `teaches` lists gatherings that the account sees by being their
    /// teacher or by a group, besides those it is assigned to.
    #[must_use]
    pub fn of(account: &Account, teaches: &[GatheringId]) -> Self {
        if !account.active {
            return Self::default();
        }
        let mut keys = HashSet::from([Hearer::Everyone, Hearer::Account(account.id.clone())]);
        keys.extend(account.role.permissions().iter().map(|p| Hearer::May(*p)));
        keys.extend(account.person.clone().map(Hearer::Person));
        if account.may(Permission::ReadSheets) {
            if account.role.scope() == Scope::All {
                keys.insert(Hearer::AllGatherings);
            }
            let seen = account.gatherings.iter().chain(teaches);
            keys.extend(seen.cloned().map(Hearer::Gathering));
        }
        Self(keys)
    }

    /// Whether the holder may hear an event with that audience.
    #[must_use]
    pub fn hears(&self, audience: &Audience) -> bool {
        audience.0.iter().any(|key| self.0.contains(key))
    }

    /// Whether the holder has that permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.0.contains(&Hearer::May(permission))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::Role;

    fn account(role: Role) -> Account {
        serde_json::from_value(serde_json::json!({
            "id": "1", "role": role.name(), "person": "p1", "gatherings": ["g1"]
        }))
        .unwrap()
    }

    #[test]
    fn g7_13_a_member_hears_only_own_visits() {
        let keys = Keys::of(&account(Role::Member), &[]);
        let visit_of =
            |p: &str| Audience(vec![Hearer::May(Permission::ReadDesk), Hearer::Person(p.into())]);
        assert!(keys.hears(&visit_of("p1")) && !keys.hears(&visit_of("p2")));
    }

    #[test]
    fn church_10_3_a_coordinator_hears_assigned_gatherings_only() {
        let keys = Keys::of(&account(Role::Coordinator), &["g2".into()]);
        let sheet_of = |g: &str| Audience(vec![Hearer::AllGatherings, Hearer::Gathering(g.into())]);
        assert!(keys.hears(&sheet_of("g1")) && keys.hears(&sheet_of("g2")));
        assert!(!keys.hears(&sheet_of("g3")));
        assert!(Keys::of(&account(Role::Admin), &[]).hears(&sheet_of("g3")));
    }

    #[test]
    fn nobody_hears_an_event_without_an_audience() {
        assert!(!Keys::of(&account(Role::Admin), &[]).hears(&Audience::default()));
    }

    #[test]
    fn an_account_that_is_not_active_hears_nothing() {
        let mut gone = account(Role::Admin);
        gone.active = false;
        assert!(!Keys::of(&gone, &[]).hears(&Audience(vec![Hearer::Everyone])));
    }
}
