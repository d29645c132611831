//! Someone who may attend, and the families and groups they belong to.

use serde::{Deserialize, Serialize};

use crate::{
    id::{AccountId, FamilyId, GroupId, PersonId},
    time::{Date, Timestamp},
};

/// Someone on a roster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Person {
    /// Its id; a number in the church dialect.
    pub id: PersonId,
    /// The code on the person's card: a membership or student number, unique in the tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Regular, visitor, member or student.
    pub kind: PersonKind,
    /// Whether the person is a child.
    pub child: bool,
    /// Whether the person is expected at all.
    pub status: PersonStatus,
    /// Family, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<FamilyId>,
    /// Class or team, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// The person's own account, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Accounts of the person's guardians.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub guardians: Vec<AccountId>,
    /// Telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Postal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Where a picture of the person can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// The person's latest membership, if there ever was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub membership: Option<Membership>,
    /// What stands on the person's badge, if it is not the usual (church 8.9).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub badge: Option<Box<Badge>>,
    /// The latest date with a present mark (church 7.9).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_attended: Option<Date>,
    /// When the person was entered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When the person was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Grows by one with each change.
    pub version: u32,
}

impl Default for PersonId {
    fn default() -> Self {
        Self::new("")
    }
}

impl Person {
    /// First and last name.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    /// What an event carries of the person, so that it can be shown without a look-up.
    #[must_use]
    pub fn card(&self) -> PersonCard {
        PersonCard {
            id: self.id.clone(),
            number: self.number.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            email: self.email.clone(),
            membership: self.membership.clone(),
        }
    }
}

/// What stands on a printed badge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Badge {
    /// A word or two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A colour as the client writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// The name of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
}

/// A person as an event shows them, as of the moment of the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonCard {
    /// Who.
    pub id: PersonId,
    /// Membership or student number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The latest membership.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub membership: Option<Membership>,
}

impl PersonCard {
    /// First and last name.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}

/// What kind of attender somebody is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// Belongs here.
    #[default]
    Regular,
    /// A visitor from nearby.
    LocalVisitor,
    /// A visitor on a journey.
    TravellerVisitor,
    /// A gym's member.
    Member,
    /// A student.
    Student,
}

impl PersonKind {
    /// Whether it is a visitor of either kind.
    #[must_use]
    pub const fn visits(self) -> bool {
        matches!(self, Self::LocalVisitor | Self::TravellerVisitor)
    }
}

/// Whether somebody is expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonStatus {
    /// Expected.
    #[default]
    Active,
    /// Not expected; may come back.
    Inactive,
    /// Has finished.
    Graduated,
    /// Shut out for a time.
    Suspended,
    /// Has left.
    Withdrawn,
}

/// A person's plan and its term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The plan's name.
    #[serde(rename = "type")]
    pub plan: String,
    /// First day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<Date>,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Date>,
}

impl Membership {
    /// Whether it counts on `today` (gym G7.2): not before its first day, not after its last.
    #[must_use]
    pub fn counts_on(&self, today: Date) -> bool {
        self.starts.is_none_or(|first| first <= today) && self.ends.is_none_or(|last| today <= last)
    }
}

/// People who belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Its id; a number in the church dialect.
    pub id: FamilyId,
    /// Its name.
    pub name: String,
    /// Regular or visitors.
    #[serde(default)]
    pub kind: PersonKind,
    /// Notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The latest date on which it was added to a sheet (church 7.9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_attended: Option<Date>,
    /// When it was entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// A class or team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// A short code, unique by custom only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Accounts that teach it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teachers: Vec<AccountId>,
    /// The account that looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homeroom_teacher: Option<AccountId>,
    /// Such as `2026/2027`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub academic_year: Option<String>,
    /// Such as `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub semester: Option<String>,
}
