//! Who may hear an event: a small set of keys on the event against the keys of the connection.

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

impl Audience {
    /// Those who may hear of a gathering and its sheets.
    #[must_use]
    pub fn of_gathering(gathering: &GatheringId) -> Self {
        Self(vec![Hearer::AllGatherings, Hearer::Gathering(gathering.clone())])
    }
}

/// The keys that a connection holds, by its account as it is now. Small, because every
/// connection holds some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    account: Option<AccountId>,
    person: Option<PersonId>,
    permissions: &'static [Permission],
    all_gatherings: bool,
    gatherings: Box<[GatheringId]>,
}

impl Keys {
    /// The keys of an account. `teaches` lists gatherings that the account sees by being their
    /// teacher or by a group, besides those it is assigned to.
    #[must_use]
    pub fn of(account: &Account, teaches: &[GatheringId]) -> Self {
        if !account.active {
            return Self::default();
        }
        let sees = account.may(Permission::ReadSheets);
        let all_gatherings = sees && account.role.scope() == Scope::All;
        let seen = account.gatherings.iter().chain(teaches);
        Self {
            account: Some(account.id.clone()),
            person: account.person.clone(),
            permissions: account.role.permissions(),
            all_gatherings,
            gatherings: seen.filter(|_| sees && !all_gatherings).cloned().collect(),
        }
    }

    /// The same keys, and all gatherings besides (church 3.7: a believed account that is not kept).
    #[must_use]
    pub fn with_all_gatherings(self) -> Self {
        Self { all_gatherings: true, ..self }
    }

    /// Whether the holder may hear an event with that audience.
    #[must_use]
    pub fn hears(&self, audience: &Audience) -> bool {
        audience.0.iter().any(|key| self.hold(key))
    }

    fn hold(&self, key: &Hearer) -> bool {
        match key {
            Hearer::Everyone => self.account.is_some(),
            Hearer::May(permission) => self.may(*permission),
            Hearer::AllGatherings => self.all_gatherings,
            Hearer::Gathering(id) => self.gatherings.contains(id),
            Hearer::Account(id) => self.account.as_ref() == Some(id),
            Hearer::Person(id) => self.person.as_ref() == Some(id),
        }
    }

    /// Whether the holder has that permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
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
        let sheet_of = |g: &str| Audience::of_gathering(&g.into());
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
