//! Who there is: the tenant, its accounts, persons, families, groups and gatherings.

mod account;
mod change;
mod gathering;
mod person;
mod rights;
mod tenant;

pub use account::{Account, Session};
pub(crate) use change::{change, end_sessions, remove, set_password};
pub use gathering::{Gathering, GatheringKind, HeadcountMode};
pub use person::{Family, Group, Membership, Person, PersonCard, PersonKind, PersonStatus};
pub use rights::{Permission, Role, Scope};
pub use tenant::{ChurchSettings, EntryPolicy, GymSettings, Settings, Tenant};
