//! The frames that an event becomes, each encoded at most once for everybody (G4.4, G4.5).

use rollcall_core::{
    desk::{Stats, Visit},
    event::Event,
    people::{Person, PersonCard},
    position::Position,
    time::Timestamp,
};
use serde::Serialize;

use super::{
    json,
    notice::Notice,
    shape::{self, MemberItem, MemberShape, StatsShape, VisitShape},
};
use crate::{
    broadcast::{Broadcast, Form},
    message::Message,
};

/// A visit's step, taken out of an event.
struct Step<'a> {
    coming: bool,
    visit: &'a Visit,
    person: &'a PersonCard,
    warning: Option<&'a str>,
    at: Timestamp,
}

impl<'a> Step<'a> {
    fn of(event: &'a Broadcast) -> Option<Self> {
        let at = event.committed.at;
        match &event.committed.event {
            Event::CheckedIn { visit, person, warning } => {
                Some(Self { coming: true, visit, person, warning: warning.as_deref(), at })
            }
            Event::CheckedOut { visit, person } => {
                Some(Self { coming: false, visit, person, warning: None, at })
            }
            _ => None,
        }
    }

    fn shape(&self) -> VisitShape<'a> {
        shape::visit(self.visit, self.person, self.at).warned(self.warning)
    }

    const fn word(&self) -> &'static str {
        if self.coming { "check_in" } else { "check_out" }
    }
}

/// Whether the event changes the desk's statistics.
pub(super) const fn counts(event: &Event) -> bool {
    matches!(event, Event::CheckedIn { .. } | Event::CheckedOut { .. })
}

/// Whether anything of the event is sent at all.
pub(super) const fn concerns(event: &Event) -> bool {
    counts(event) || matches!(event, Event::PersonChanged { .. } | Event::PersonRemoved(_))
}

/// `member_checked_in` or `member_checked_out`.
pub(super) fn checked(event: &Broadcast) -> Option<&Message> {
    event.message(Form::GymChecked, || {
        let step = Step::of(event)?;
        let kind = if step.coming { "member_checked_in" } else { "member_checked_out" };
        Some(frame(kind, &step.shape(), event.position()))
    })
}

/// `check_in_update` or `member_update`. `stats` serve an event that came without its own.
pub(super) fn update(event: &Broadcast, stats: Option<Stats>) -> Option<&Message> {
    event.message(Form::GymUpdate, || {
        if let Some(step) = Step::of(event) {
            let stats = event.stats().or(stats).map(shape::bare_stats);
            return Some(check_in_update(&step, stats, event.position()));
        }
        let (action, person) = match &event.committed.event {
            Event::PersonChanged { person, created: true } => ("created", person),
            Event::PersonChanged { person, created: false } => ("updated", person),
            Event::PersonRemoved(person) => ("deleted", person),
            _ => return None,
        };
        Some(member_update(action, person, event))
    })
}

fn check_in_update(step: &Step<'_>, stats: Option<StatsShape>, at: Position) -> Message {
    #[derive(Serialize)]
    struct Update<'a> {
        #[serde(rename = "type")]
        word: &'a str,
        #[serde(flatten)]
        visit: &'a VisitShape<'a>,
        #[serde(rename = "checkIn")]
        check_in: &'a VisitShape<'a>,
        #[serde(flatten)]
        stats: Option<StatsShape>,
    }
    let visit = &step.shape();
    frame("check_in_update", &Update { word: step.word(), visit, check_in: visit, stats }, at)
}

fn member_update(action: &str, person: &Person, event: &Broadcast) -> Message {
    #[derive(Serialize)]
    struct Update<'a> {
        action: &'a str,
        id: &'a str,
        full_name: String,
        status: &'a str,
        member: MemberItem<'a>,
    }
    let payload = Update {
        action,
        id: person.id.as_str(),
        full_name: person.full_name(),
        status: shape::member_status(person),
        member: shape::member_item(person, event.committed.at),
    };
    frame("member_update", &payload, event.position())
}

/// `activity_notification`.
pub(super) fn activity(event: &Broadcast) -> Option<&Message> {
    #[derive(Serialize)]
    struct Activity<'a> {
        #[serde(rename = "type")]
        kind: &'a str,
        activity: &'a str,
        member: MemberShape<'a>,
        timestamp: Timestamp,
        location: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        duration_minutes: Option<i64>,
    }
    event.message(Form::GymActivity, || {
        let step = Step::of(event)?;
        let payload = Activity {
            kind: "member_activity",
            activity: step.word(),
            member: shape::member(step.person, step.at),
            timestamp: step.visit.check_out.unwrap_or(step.visit.check_in),
            location: &step.visit.location,
            duration_minutes: shape::duration_minutes(step.visit),
        };
        Some(frame("activity_notification", &payload, event.position()))
    })
}

/// `notification`: what the desk should know about a check-in (G7.3).
pub(super) fn notification(event: &Broadcast) -> Option<&Message> {
    event.message(Form::GymNotification, || {
        let step = Step::of(event)?;
        let payload = Notice {
            id: event.position(),
            level: "warning",
            title: "Membership",
            message: step.warning?,
            timestamp: step.at,
        };
        Some(frame("notification", &payload, event.position()))
    })
}

const PAYLOAD: &str = r#","payload":"#;
const SEQ: &str = r#","seq":"#;

/// An event's frame. `seq` and `eventId` stand last, where [`payload`] finds them.
fn frame(kind: &str, payload: &impl Serialize, at: Position) -> Message {
    let (payload, seq) = (json::write(payload), at.offset);
    Message::new(&format!(r#"{{"type":"{kind}"{PAYLOAD}{payload}{SEQ}{seq},"eventId":"{at}"}}"#))
}

/// The payload inside an event's frame, or a notice's that has nothing after it, for a batch.
pub(super) fn payload(frame: &str) -> &str {
    let after = frame.split_once(PAYLOAD).map_or(frame, |(_, after)| after);
    let alone = || after.strip_suffix('}').unwrap_or(after);
    after.rsplit_once(SEQ).map_or_else(alone, |(payload, _)| payload)
}
