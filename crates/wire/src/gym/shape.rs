//! The JSON shapes that the gym's sockets and its REST share (G4.2, G4.3, G8.6).

use rollcall_core::{
    desk::{self, Visit},
    people::{Membership, Person, PersonCard, PersonStatus},
    time::{Date, Timestamp, Zone},
};
use serde::Serialize;

/// Age from which an open visit counts as forgotten, in milliseconds (G7.18).
pub const STALE_MS: i64 = 24 * 3_600_000;

/// A visit wherever a check-in is shown, in both spellings (G4.2).
#[derive(Clone, Debug, Serialize)]
pub struct VisitShape<'a> {
    id: &'a str,
    member: MemberShape<'a>,
    check_in_time: Timestamp,
    check_out_time: Option<Timestamp>,
    #[serde(rename = "checkInTime")]
    check_in_time_too: Timestamp,
    #[serde(rename = "checkOutTime")]
    check_out_time_too: Option<Timestamp>,
    status: &'static str,
    location: &'a str,
    notes: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_minutes: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stale: bool,
}

/// A member inside a visit.
#[derive(Clone, Debug, Serialize)]
pub struct MemberShape<'a> {
    id: &'a str,
    full_name: String,
    #[serde(rename = "fullName")]
    full_name_too: String,
    membership_type: &'a str,
    membership_number: &'a str,
    email: &'a str,
}

/// The visit of a person, as of `now`.
#[must_use]
pub fn visit<'a>(visit: &'a Visit, person: &'a PersonCard, now: Timestamp) -> VisitShape<'a> {
    let open = visit.check_out.is_none();
    VisitShape {
        id: visit.id.as_str(),
        member: member(person, now),
        check_in_time: visit.check_in,
        check_out_time: visit.check_out,
        check_in_time_too: visit.check_in,
        check_out_time_too: visit.check_out,
        status: if open { "checked_in" } else { "checked_out" },
        location: if visit.location.is_empty() { "Unknown" } else { &visit.location },
        notes: &visit.notes,
        duration_minutes: duration_minutes(visit),
        warning: None,
        stale: open && now.since_ms(visit.check_in) > STALE_MS,
    }
}

impl<'a> VisitShape<'a> {
    /// The same with what the desk should know (G7.3).
    #[must_use]
    pub fn warned(self, warning: Option<&'a str>) -> Self {
        Self { warning, ..self }
    }
}

/// Whole minutes of a closed visit, rounded to the nearest.
#[must_use]
pub fn duration_minutes(visit: &Visit) -> Option<i64> {
    visit.stay_ms().map(|ms| (ms + 30_000).div_euclid(60_000))
}

/// A member as a visit shows them.
#[must_use]
pub fn member(person: &PersonCard, now: Timestamp) -> MemberShape<'_> {
    let name = person.name();
    MemberShape {
        id: person.id.as_str(),
        full_name_too: name.clone(),
        full_name: name,
        membership_type: membership_type(person.membership.as_ref(), now),
        membership_number: person.number.as_deref().unwrap_or_default(),
        email: person.email.as_deref().unwrap_or_default(),
    }
}

/// The current plan's name, else nothing. An event does not carry the tenant's zone, so a plan
/// counts as current while it does so in any zone of the earth.
fn membership_type(membership: Option<&Membership>, now: Timestamp) -> &str {
    let today = Zone::utc().date_of(now);
    let counts = |days: i32| {
        let date: Date = today.plus_days(days);
        membership.filter(|m| m.counts_on(date))
    };
    [0, 1, -1].into_iter().find_map(counts).map_or("", |m| &m.plan)
}

/// The statistics (G4.3).
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatsShape {
    currently_in: u64,
    today_total: u64,
    average_stay_minutes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<Timestamp>,
}

/// The statistics as of `now`.
#[must_use]
pub fn stats(stats: desk::Stats, now: Timestamp) -> StatsShape {
    StatsShape { timestamp: Some(now), ..bare_stats(stats) }
}

/// The statistics without a time, for a frame that has times of its own (G4.5).
#[must_use]
pub fn bare_stats(stats: desk::Stats) -> StatsShape {
    StatsShape {
        currently_in: stats.currently_in,
        today_total: stats.today_total,
        average_stay_minutes: stats.average_stay_minutes,
        timestamp: None,
    }
}

/// A member as lists show them (G8.6).
#[derive(Clone, Debug, Serialize)]
pub struct MemberItem<'a> {
    id: &'a str,
    full_name: String,
    phone: &'a str,
    address: &'a str,
    status: &'static str,
    image: Option<&'a str>,
    image_url: Option<&'a str>,
    notes: &'a str,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    membership_number: &'a str,
    membership_type: &'a str,
}

/// The list item of a person, as of `now`.
#[must_use]
pub fn member_item(person: &Person, now: Timestamp) -> MemberItem<'_> {
    MemberItem {
        id: person.id.as_str(),
        full_name: person.full_name(),
        phone: person.phone.as_deref().unwrap_or_default(),
        address: person.address.as_deref().unwrap_or_default(),
        status: member_status(person),
        image: person.image_url.as_deref(),
        image_url: person.image_url.as_deref(),
        notes: person.notes.as_deref().unwrap_or_default(),
        created_at: person.created_at,
        updated_at: person.updated_at.or(person.created_at),
        membership_number: person.number.as_deref().unwrap_or_default(),
        membership_type: membership_type(person.membership.as_ref(), now),
    }
}

/// `active` or `inactive`: the only two that a gym knows (G7.1).
#[must_use]
pub fn member_status(person: &Person) -> &'static str {
    if person.status == PersonStatus::Active { "active" } else { "inactive" }
}
