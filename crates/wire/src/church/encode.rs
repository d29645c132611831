//! Committed events as section 6 spells them, once for everybody.

use rollcall_core::{
    event::{Committed, Event, VisitorNews},
    id::{AccountId, GatheringId, TenantId},
    people::HeadcountMode,
    sheet::{KioskStep, Listed, Sheet, SheetPeople, headcount_of},
    time::{Date, Timestamp},
};
use serde_json::{Map, Value, json};

use super::{
    records::Heal,
    say,
    shape::{AttendanceEntry, Number, VisitorEntry, counted, mode_name},
};
use crate::{broadcast::Broadcast, message::Message};

/// The packet of an event of a tenant; `None` for one that this dialect does not tell.
pub(super) fn encode(broadcast: &Broadcast, tenant: &TenantId) -> Option<Message> {
    let committed = &broadcast.committed;
    let (name, mut payload) = match &committed.event {
        Event::VisitorsListed { news, family, visitors, .. } => {
            let mut payload = json!({
                "type": news_type(*news, family.is_some()),
                "visitors": visitors.iter().map(VisitorEntry::of).collect::<Vec<_>>(),
            });
            if let Some((id, name)) = family {
                payload["family"] = json!({"id": Number(id.as_str()), "name": name});
            }
            ("visitor_update", payload)
        }
        Event::KioskUsed { step: KioskStep::Out, entries, .. } => {
            let people: Vec<_> = entries.iter().map(|e| Number(e.person.as_str())).collect();
            ("kiosk:checkout", json!({"individualIds": people}))
        }
        Event::HeadsCounted { .. } => ("headcount_updated", headcount(broadcast)?),
        Event::HeadcountModeSet { sheet, by_name } => {
            ("headcount_mode_updated", headcount_mode(committed, sheet, by_name))
        }
        other => ("attendance_update", attendance(committed, other)?),
    };
    let (gathering, date) = place(&committed.event)?;
    stamp(&mut payload, gathering, date, committed.at);
    if name == "headcount_updated" {
        payload["churchId"] = json!(tenant.as_str());
    }
    Some(say::event_at(name, &payload, broadcast.position()))
}

fn news_type(news: VisitorNews, family: bool) -> &'static str {
    match news {
        VisitorNews::FamilyAdded if family => "visitor_family_added",
        VisitorNews::FamilyChanged if family => "visitor_family_updated",
        _ => "visitors",
    }
}

/// The sheet that an event is about.
fn place(event: &Event) -> Option<(&GatheringId, Date)> {
    match event {
        Event::Marked { gathering, date, .. }
        | Event::HeadsCounted { gathering, date, .. }
        | Event::VisitorsListed { gathering, date, .. }
        | Event::PeopleListed { gathering, date, .. }
        | Event::KioskUsed { gathering, date, .. } => Some((gathering, *date)),
        Event::HeadcountModeSet { sheet, .. } | Event::ExclusionSet(sheet) => {
            Some((&sheet.gathering, sheet.date))
        }
        _ => None,
    }
}

/// Every event says which sheet it is about, and when (13.21).
fn stamp(payload: &mut Value, gathering: &GatheringId, date: Date, at: Timestamp) {
    payload["gatheringId"] = json!(Number(gathering.as_str()));
    payload["date"] = json!(date);
    payload["timestamp"] = json!(at);
}

fn by(committed: &Committed) -> Value {
    json!(committed.by.as_ref().map(|by| Number(by.as_str())))
}

/// `attendance_update` in its three types (6.3).
fn attendance(committed: &Committed, event: &Event) -> Option<Value> {
    Some(match event {
        Event::Marked { marks, .. } => {
            let records = marks
                .iter()
                .map(|m| record(m.mark.person.as_str(), m.mark.status.attends(), m.mark.marked_at));
            json!({
                "type": "attendance_records",
                "records": records.collect::<Vec<_>>(),
                "updatedBy": by(committed),
                "updatedAt": committed.at,
            })
        }
        Event::ExclusionSet(sheet) => {
            json!({"type": "session_excluded", "excludedFromStats": sheet.excluded})
        }
        Event::PeopleListed { regulars, visitors, .. } => lists(regulars, visitors),
        _ => return None,
    })
}

/// Both lists of a sheet, complete (6.3).
fn lists(regulars: &[Listed], visitors: &[Listed]) -> Value {
    json!({
        "type": "full_refresh",
        "attendanceList": regulars.iter().map(AttendanceEntry::of).collect::<Vec<_>>(),
        "visitors": visitors.iter().map(VisitorEntry::of).collect::<Vec<_>>(),
    })
}

/// A whole sheet for the eyes of one socket (2.20): no offset.
pub(super) fn full_refresh(
    people: &SheetPeople,
    gathering: &GatheringId,
    date: Date,
    now: Timestamp,
) -> Message {
    let mut payload = lists(&people.regulars, &people.visitors);
    stamp(&mut payload, gathering, date, now);
    say::event("attendance_update", &payload)
}

fn record(person: &str, present: bool, given: Option<Timestamp>) -> Value {
    let mut record = Map::new();
    record.insert("individualId".into(), json!(Number(person)));
    record.insert("present".into(), present.into());
    if let Some(given) = given {
        record.insert("clientTimestamp".into(), given.millis().into());
    }
    Value::Object(record)
}

/// What stands on the server for some people, for the eyes of one socket (7.6): no offset. The
/// latest hand counts as that of the whole; `by` is the socket's own, for where there is none.
pub(super) fn heal(
    gathering: &GatheringId,
    date: Date,
    values: &[Heal],
    by: &AccountId,
    now: Timestamp,
) -> Message {
    let records = values.iter().map(|heal| {
        let mut record = record(heal.person.as_str(), heal.present, None);
        if let Some((by, at)) = &heal.written {
            record["updatedBy"] = json!(Number(by.as_str()));
            record["updatedAt"] = json!(at);
        }
        record
    });
    let latest = values.iter().filter_map(|heal| heal.written.as_ref()).max_by_key(|(_, at)| *at);
    let (by, at) = latest.map_or((by, now), |(by, at)| (by, *at));
    let mut payload = json!({
        "type": "attendance_records",
        "records": records.collect::<Vec<_>>(),
        "updatedBy": Number(by.as_str()),
        "updatedAt": at,
    });
    stamp(&mut payload, gathering, date, now);
    say::event("attendance_update", &payload)
}

fn headcount(broadcast: &Broadcast) -> Option<Value> {
    let Event::HeadsCounted { mode, counted: own, counter_name, all, names, corrected_by, .. } =
        &broadcast.committed.event
    else {
        return None;
    };
    let mut payload = json!({
        "headcount": headcount_of(*mode, all, Some(&own.by)),
        "userHeadcount": own.count,
        "mode": mode_name(*mode),
        "updatedBy": Number(own.by.as_str()),
        "updatedByName": counter_name,
        "otherUsers": counted(all, names),
    });
    if let Some(name) = corrected_by {
        payload["updatedByAdmin"] = json!(name);
    }
    Some(payload)
}

fn headcount_mode(committed: &Committed, sheet: &Sheet, by_name: &str) -> Value {
    let mode: HeadcountMode = sheet.headcount_mode;
    json!({"mode": mode_name(mode), "updatedBy": by(committed), "updatedByName": by_name})
}
