//! Someone who signs in, and their sign-ins.

use serde::{Deserialize, Serialize};

use super::{
    Group,
    rights::{Permission, Role, Scope},
};
use crate::{
    facts::Facts,
    id::{AccountId, GatheringId, GroupId, PersonId, SessionId},
    people::Gathering,
    rejection::Fault,
    time::Timestamp,
};

const fn yes() -> bool {
    true
}

/// Someone who signs in. The password's hash is kept apart, so that no answer can carry it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Its id; a number in the church dialect.
    pub id: AccountId,
    /// E-mail address; also a way to name the account when signing in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The name to sign in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Mobile number; also a way to name the account when signing in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// Given name.
    #[serde(default)]
    pub first_name: String,
    /// Family name.
    #[serde(default)]
    pub last_name: String,
    /// What the account may do.
    pub role: Role,
    /// A second office beside the role (school).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra_role: Option<String>,
    /// Whether it may sign in at all.
    #[serde(default = "yes")]
    pub active: bool,
    /// The person this account is, if it is one on a roster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Gatherings it is assigned to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gatherings: Vec<GatheringId>,
    /// Groups it is assigned to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupId>,
    /// A lecturer's own number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// A lecturer's department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

impl Account {
    /// Whether an active account's role has that permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.active && self.role.may(permission)
    }

    /// Whether the account may see a gathering and its sheets (church 10.4): its role sees all,
    /// or it is assigned to the gathering or its group, or teaches it or its group.
    ///
    /// # Errors
    /// The group could not be read.
    pub fn sees(&self, gathering: &Gathering, facts: &dyn Facts) -> Result<bool, Fault> {
        if !self.may(Permission::ReadSheets) {
            return Ok(false);
        }
        let sees = self.role.scope() == Scope::All
            || self.gatherings.contains(&gathering.id)
            || gathering.teacher.as_ref() == Some(&self.id);
        let Some(group) = gathering.group.as_ref().filter(|_| !sees) else { return Ok(sees) };
        let teaches = |group: &Group| {
            group.teachers.contains(&self.id) || group.homeroom_teacher.as_ref() == Some(&self.id)
        };
        Ok(self.groups.contains(group) || facts.group(group)?.is_some_and(|group| teaches(&group)))
    }

    /// First and last name, else whatever names the account.
    #[must_use]
    pub fn display_name(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name);
        match name.trim() {
            "" => self.username.clone().or_else(|| self.email.clone()).unwrap_or_default(),
            name => name.to_owned(),
        }
    }
}

/// A sign-in that can be refreshed and revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Its id, carried by every token of this sign-in.
    pub id: SessionId,
    /// Who signed in.
    pub account: AccountId,
    /// When.
    pub started_at: Timestamp,
    /// Until when it can be refreshed.
    pub expires_at: Timestamp,
    /// When it was ended before its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

impl Session {
    /// Whether the sign-in still counts at `now`.
    #[must_use]
    pub fn counts(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}
