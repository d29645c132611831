//! Who may do what: one table, read by every dialect.

use serde::{Deserialize, Deserializer, Serialize};

/// What an account is. One list for all dialects; each dialect shows its own spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Admin,
    /// A site's or a gym's manager.
    Manager,
    /// Someone at a desk or in an office.
    Staff,
    /// Someone at the door of a gym: the rights of staff (gym G15.2).
    FrontDesk,
    /// Sees a gym's desk, changes nothing.
    Trainer,
    /// A gym's member with an account: own visits only.
    Member,
    /// A church's coordinator: all rights within the assigned gatherings.
    Coordinator,
    /// A church's volunteer at the door: marks within the assigned gatherings.
    AttendanceTaker,
    /// A lecturer.
    Faculty,
    /// A school's teacher.
    Teacher,
    /// Someone who attends and has an account.
    Student,
    /// A guardian.
    Parent,
    /// Sees everything, changes nothing (native).
    Viewer,
}

/// One thing that a role can be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See the desk: visits and members there.
    ReadDesk,
    /// Check in and out.
    WorkDesk,
    /// See sheets (within the role's scope).
    ReadSheets,
    /// Mark sheets and count heads (within the role's scope).
    MarkSheets,
    /// See persons, families and groups.
    ReadPeople,
    /// Change persons, families and groups.
    ChangePeople,
    /// Change gatherings.
    ChangeGatherings,
    /// See documents.
    ReadDocuments,
    /// Change documents.
    ChangeDocuments,
    /// See and change accounts and the tenant's settings, end other people's sessions.
    ManageAccounts,
    /// Read the whole log: the audit trail.
    ReadLog,
}

/// Whether a role sees all gatherings or only those it is assigned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of the tenant.
    All,
    /// Assigned ones only.
    Assigned,
}

use Permission as P;

const EVERYTHING: &[P] = &[
    P::ReadDesk,
    P::WorkDesk,
    P::ReadSheets,
    P::MarkSheets,
    P::ReadPeople,
    P::ChangePeople,
    P::ChangeGatherings,
    P::ReadDocuments,
    P::ChangeDocuments,
    P::ManageAccounts,
    P::ReadLog,
];
const MANAGE: &[P] = &[
    P::ReadDesk,
    P::WorkDesk,
    P::ReadSheets,
    P::MarkSheets,
    P::ReadPeople,
    P::ChangePeople,
    P::ChangeGatherings,
    P::ReadDocuments,
    P::ChangeDocuments,
    P::ReadLog,
];
const WORK: &[P] = &[
    P::ReadDesk,
    P::WorkDesk,
    P::ReadSheets,
    P::MarkSheets,
    P::ReadPeople,
    P::ChangePeople,
    P::ReadDocuments,
];
const COORDINATE: &[P] =
    &[P::ReadSheets, P::MarkSheets, P::ReadPeople, P::ChangePeople, P::ChangeGatherings];
const MARK: &[P] = &[P::ReadSheets, P::MarkSheets, P::ReadPeople];
const TEACH: &[P] =
    &[P::ReadSheets, P::MarkSheets, P::ReadPeople, P::ReadDocuments, P::ChangeDocuments];
const LOOK: &[P] = &[P::ReadDesk, P::ReadSheets, P::ReadPeople, P::ReadDocuments];
const DESK_ONLY: &[P] = &[P::ReadDesk, P::ReadPeople];
const NOTHING: &[P] = &[];

impl Role {
    /// The table: what the role may do, and within which gatherings.
    const fn row(self) -> (&'static [Permission], Scope) {
        match self {
            Self::Admin => (EVERYTHING, Scope::All),
            Self::Manager => (MANAGE, Scope::All),
            Self::Staff | Self::FrontDesk => (WORK, Scope::All),
            Self::Trainer => (DESK_ONLY, Scope::All),
            Self::Coordinator => (COORDINATE, Scope::Assigned),
            Self::AttendanceTaker => (MARK, Scope::Assigned),
            Self::Faculty | Self::Teacher => (TEACH, Scope::Assigned),
            Self::Viewer => (LOOK, Scope::All),
            Self::Member | Self::Student | Self::Parent => (NOTHING, Scope::Assigned),
        }
    }

    /// Whether the role has that permission.
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        self.row().0.contains(&permission)
    }

    /// Everything the role may do.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        self.row().0
    }

    /// Within which gatherings.
    #[must_use]
    pub const fn scope(self) -> Scope {
        self.row().1
    }

    /// The role's name in this project's spelling.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Staff => "staff",
            Self::FrontDesk => "front_desk",
            Self::Trainer => "trainer",
            Self::Member => "member",
            Self::Coordinator => "coordinator",
            Self::AttendanceTaker => "attendance_taker",
            Self::Faculty => "faculty",
            Self::Teacher => "teacher",
            Self::Student => "student",
            Self::Parent => "parent",
            Self::Viewer => "viewer",
        }
    }

    /// The role of that name, in any letter case (tenant file).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|role| role.name().eq_ignore_ascii_case(name))
    }
}

const ALL: [Role; 13] = [
    Role::Admin,
    Role::Manager,
    Role::Staff,
    Role::FrontDesk,
    Role::Trainer,
    Role::Member,
    Role::Coordinator,
    Role::AttendanceTaker,
    Role::Faculty,
    Role::Teacher,
    Role::Student,
    Role::Parent,
    Role::Viewer,
];

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<str>::deserialize(d)?;
        Self::named(&name).ok_or_else(|| {
            let known = ALL.map(Self::name).join(", ");
            serde::de::Error::custom(format!("unknown role {name:?}, expected one of {known}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_found_by_its_name_in_any_case() {
        for role in ALL {
            assert_eq!(Role::named(&role.name().to_uppercase()), Some(role));
        }
        assert_eq!(Role::named("root"), None);
    }

    #[test]
    fn g7_13_who_may_do_what_at_the_desk() {
        let work = |role: Role| (role.may(P::WorkDesk), role.may(P::ReadDesk));
        for role in [Role::Admin, Role::Manager, Role::Staff, Role::FrontDesk] {
            assert_eq!(work(role), (true, true), "{role:?}");
        }
        assert_eq!(work(Role::Trainer), (false, true));
        assert_eq!(work(Role::Member), (false, false));
    }
}
