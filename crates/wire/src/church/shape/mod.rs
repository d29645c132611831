//! Shapes that sockets and REST share (sections 6 and 8): one serializer each, numbers as numbers.

mod account;
mod gathering;
mod headcount;
mod person;
mod sheet;
mod user;

pub use account::{ActiveUser, active_users};
pub use gathering::{Assignment, GatheringEntry};
pub use headcount::{Counted, counted, last_updated_by, mode_name, mode_named};
pub use person::{AttendanceEntry, ChurchPerson, PotentialVisitor, RecentVisitor, VisitorEntry};
use rollcall_core::{people::PersonKind, time::Timestamp};
use serde::{Serialize, Serializer};
pub use sheet::{FullSheet, LoadedSheet};
pub use user::User;

/// An id as a number (6.1); one that is none, which no church has, stays a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number<'a>(pub &'a str);

impl Serialize for Number<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0.parse::<u64>() {
            Ok(number) => s.serialize_u64(number),
            Err(_) => s.serialize_str(self.0),
        }
    }
}

/// An instant as REST and stored rows write it (10.5): `YYYY-MM-DD HH:MM:SS` in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredTime(pub Timestamp);

impl Serialize for StoredTime {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let iso = self.0.to_string();
        match (iso.get(..10), iso.get(11..19)) {
            (Some(date), Some(time)) => s.collect_str(&format_args!("{date} {time}")),
            _ => s.serialize_str(&iso),
        }
    }
}

/// A person's or family's type, as the church app calls it.
#[must_use]
pub const fn people_type(kind: PersonKind) -> &'static str {
    match kind {
        PersonKind::LocalVisitor => "local_visitor",
        PersonKind::TravellerVisitor => "traveller_visitor",
        PersonKind::Regular | PersonKind::Member | PersonKind::Student => "regular",
    }
}

/// The type of that name.
#[must_use]
pub fn kind_named(people_type: &str) -> Option<PersonKind> {
    Some(match people_type {
        "regular" => PersonKind::Regular,
        "local_visitor" => PersonKind::LocalVisitor,
        "traveller_visitor" => PersonKind::TravellerVisitor,
        _ => return None,
    })
}

/// A visitor's type in the older spelling (6.9).
#[must_use]
pub const fn visitor_type(kind: PersonKind) -> &'static str {
    match kind {
        PersonKind::LocalVisitor => "potential_regular",
        PersonKind::TravellerVisitor => "temporary_other",
        PersonKind::Regular | PersonKind::Member | PersonKind::Student => "regular",
    }
}

/// The visitor's kind of that older name.
#[must_use]
pub fn visitor_kind_named(visitor_type: &str) -> Option<PersonKind> {
    Some(match visitor_type {
        "potential_regular" | "local_visitor" => PersonKind::LocalVisitor,
        "temporary_other" | "traveller_visitor" => PersonKind::TravellerVisitor,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
