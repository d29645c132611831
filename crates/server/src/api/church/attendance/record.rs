//! `POST /api/attendance/:g/:d` (8.10).

use std::{sync::Arc, time::Duration};

use axum::{http::StatusCode, response::Response};
use rollcall_core::{
    audience::{Audience, Hearer},
    command::Command,
    id::PersonId,
    limits,
    sheet::MergeRule,
};
use rollcall_wire::{
    Dialect,
    church::{
        RecordReply,
        read::{Place, Record},
        unread,
    },
    conversation::{Reach, Relay},
};
use serde_json::{Value, json};

use crate::{
    api::church::{
        caller::Caller,
        input::{AtSheet, Body},
        refused::{Answered, Refused},
    },
    clock,
};

/// How far ahead of the heal a reply is: enough for its way through a proxy, too little for
/// anybody to look at the wrong value (church 12.5).
const HEAL_AFTER: Duration = Duration::from_millis(100);

const FAILED: &str = "Failed to record attendance.";

fn failed(details: &str) -> Refused {
    Refused::of(StatusCode::BAD_REQUEST, json!({"error": FAILED, "details": details}))
}

/// Writes records, each judged on its own; `visitors` of the body is ignored.
pub(super) async fn record(AtSheet { caller, place }: AtSheet, body: Body) -> Answered<Response> {
    let records = body.get("attendanceRecords").and_then(Value::as_array);
    let records = records.ok_or_else(|| failed("attendanceRecords must be a list"))?;
    if records.len() > limits::MARKS_MAX {
        return Err(failed("attendanceRecords holds more than 1000 records"));
    }
    let records: Vec<_> = records.iter().map(Record::of).collect();
    let changes = records.iter().filter_map(|record| match record {
        Record::Change(change) => Some(change.clone()),
        Record::Invalid(_) => None,
    });
    let answer = caller
        .put(Command::MarkSheet {
            gathering: place.gathering.clone(),
            date: place.date,
            changes: changes.collect(),
            rule: MergeRule::Church,
        })
        .await?;
    let now = clock::now();
    let mut reply = RecordReply::of(&records, &answer.marks, now);
    let unread = unread(&records);
    if !unread.is_empty() {
        reply.fill(&present(&caller, &place, unread).await?);
    }
    heal(&caller, &place, &reply);
    if reply.is_failure() {
        return Err(failed("no record could be applied"));
    }
    let mut said = reply.body();
    said.insert("message".into(), json!("Attendance recorded successfully"));
    Ok(caller.says(&said))
}

/// Whether those people are present now.
async fn present(caller: &Caller, place: &Place, people: Vec<PersonId>) -> Answered<Vec<bool>> {
    let place = place.clone();
    let looked = caller.look(move |_, facts| {
        let present = |person: &PersonId| {
            let mark = facts.mark(&place.gathering, place.date, person)?;
            Ok(mark.is_some_and(|mark| mark.status.attends()))
        };
        people.iter().map(present).collect()
    });
    looked.await
}

/// Tells the account's own sockets what stands on the server for the refused, after the reply
/// (7.6). That goes by a connection of its own, so it gets a head start.
fn heal(caller: &Caller, place: &Place, reply: &RecordReply) {
    let own = caller.who.account.id.clone();
    let Some(message) = reply.heal(place, &own, clock::now()) else { return };
    let audience = Audience(vec![Hearer::Account(own)]);
    let relay = Arc::new(Relay { reach: Reach::Tenant, audience, message });
    let (tenant, control) = (caller.who.tenant.clone(), caller.here.api.control.clone());
    tokio::spawn(async move {
        tokio::time::sleep(HEAL_AFTER).await;
        control.relay(tenant, Dialect::Church, None, relay);
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{church, full, keys, shown, these};

    const PATH: &str = "/api/attendance/1/2025-01-19";

    #[tokio::test]
    async fn church_8_10_records_are_written_and_each_has_its_result() {
        let house = church().await;
        let body = json!({"attendanceRecords": [
            {"individualId": 10, "present": true, "clientTimestamp": 1_737_455_400_000_i64},
            {"individualId": "11", "present": 0},
            {"individualId": 999, "present": true},
        ], "visitors": []});
        let (status, said) = house.by("3", "POST", PATH, Some(body)).await;
        assert_eq!(status, 200, "{said}");
        assert_eq!(keys(&said), these("message hasConflicts results church_id"));
        assert_eq!(said["message"], "Attendance recorded successfully");
        let results = json!([
            {"individualId": 10, "status": "applied", "present": true},
            {"individualId": 11, "status": "applied", "present": false},
            {"individualId": 999, "status": "refused", "reason": "unknown_individual", "present": false},
        ]);
        assert_eq!(said["results"], results);
        let sheet = full(&house, "2025-01-19").await;
        assert_eq!(shown(&sheet["attendanceList"]), "12 10* 11");
    }

    #[tokio::test]
    async fn church_7_3_an_older_tap_of_another_hand_is_a_conflict() {
        let house = church().await;
        let body = |present: bool, at: Option<i64>| {
            let mut record = json!({"individualId": 10, "present": present});
            if let Some(at) = at {
                record["clientTimestamp"] = at.into();
            }
            Some(json!({ "attendanceRecords": [record] }))
        };
        assert_eq!(house.by("1", "POST", PATH, body(true, None)).await.0, 200);
        let (status, said) = house.by("3", "POST", PATH, body(false, Some(1_000))).await;
        assert_eq!((status, &said["hasConflicts"]), (200, &json!(true)), "{said}");
        let skipped = &said["skippedRecords"][0];
        let names = "individualId reason serverValue clientValue serverTimestamp clientTimestamp";
        assert_eq!(keys(skipped), these(names));
        assert_eq!((&skipped["serverValue"], &skipped["clientValue"]), (&json!(1), &json!(false)));
    }

    #[tokio::test]
    async fn church_7_2_a_batch_of_nothing_but_strangers_fails_and_an_empty_one_does_not() {
        let house = church().await;
        let strangers = json!({"attendanceRecords": [{"individualId": 999, "present": true}]});
        let (status, said) = house.by("3", "POST", PATH, Some(strangers)).await;
        assert_eq!(status, 400);
        assert_eq!(keys(&said), these("error details"));
        assert_eq!(said["error"], "Failed to record attendance.");
        let empty = Some(json!({"attendanceRecords": []}));
        assert_eq!(house.by("3", "POST", PATH, empty).await.0, 200);
        assert_eq!(full(&house, "2025-01-19").await["sessionId"], json!(null));
    }
}
