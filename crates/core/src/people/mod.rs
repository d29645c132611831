//! Who there is: the tenant, its accounts, persons, families, groups and gatherings.

mod account;
mod add_family;
mod add_gathering;
mod change;
mod change_family;
mod enrol;
mod gathering;
mod misfit;
mod newcomer;
mod owned;
mod person;
mod rights;
mod tenant;

pub use account::{Account, Session};
pub(crate) use add_family::add_family;
pub(crate) use add_gathering::add_gathering;
pub(crate) use change::{change, end_sessions, remove, set_password};
pub(crate) use change_family::change_family;
pub(crate) use enrol::{enrol, with_roster};
pub use gathering::{Gathering, GatheringKind, HeadcountMode};
pub use newcomer::Newcomer;
pub(crate) use newcomer::{check_newcomers, new_family, new_person};
pub use person::{Badge, Family, Group, Membership, Person, PersonCard, PersonKind, PersonStatus};
pub use rights::{Permission, Role, Scope};
pub use tenant::{ChurchSettings, EntryPolicy, GymSettings, Settings, Tenant, VisitorWindow};
