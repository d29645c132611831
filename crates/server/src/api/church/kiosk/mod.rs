//! `/api/kiosk/…`: the kiosk of unattended devices (8.20).

mod act;
mod clear;
mod day;
mod days;
mod status;

use std::collections::HashMap;

use axum::{
    Router,
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
    routing::{get, post},
};
use rollcall_core::{
    facts::Facts,
    id::{GatheringId, PersonId},
    rejection::Fault,
    sheet::{KioskEntry, KioskStep, kiosk_entries},
    time::Date,
};
use rollcall_wire::church::shape::{Number, StoredTime};
use serde_json::{Value, json};

use super::{
    Here,
    caller::Caller,
    refused::{Answered, Refused},
};

pub(super) fn router() -> Router<Here> {
    Router::new()
        .route("/api/kiosk/status", get(status::status))
        .route("/api/kiosk/{g}/{d}", post(act::act))
        .route("/api/kiosk/history/{g}", get(days::days))
        .route("/api/kiosk/history/{g}/{d}", get(day::day).delete(clear::clear))
}

/// That the church has switched its kiosk on (7.12).
struct SwitchedOn;

impl FromRequestParts<Here> for SwitchedOn {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, here: &Here) -> Answered<Self> {
        let caller = Caller::from_request_parts(parts, here).await?;
        if is_on(&caller).await? {
            return Ok(Self);
        }
        let error = "Self check-in is currently disabled.";
        let body = json!({"code": "KIOSK_DISABLED", "error": error});
        Err(Refused::of(StatusCode::FORBIDDEN, body))
    }
}

async fn is_on(caller: &Caller) -> Answered<bool> {
    let looked = caller.look(|_, facts| {
        Ok(facts.tenant()?.is_some_and(|church| church.settings.church.kiosk_rest))
    });
    looked.await
}

/// An entry with the names that a screen shows beside it.
struct Shown {
    entry: KioskEntry,
    first_name: String,
    last_name: String,
    family_name: Option<String>,
}

/// What was done on a date, oldest first.
fn shown(facts: &dyn Facts, gathering: &GatheringId, date: Date) -> Result<Vec<Shown>, Fault> {
    let mut known = HashMap::<PersonId, (String, String, Option<String>)>::new();
    let mut all = Vec::new();
    for entry in kiosk_entries(facts, gathering, date)? {
        if !known.contains_key(&entry.person) {
            let person = facts.person(&entry.person)?;
            let family = match person.as_ref().and_then(|person| person.family.as_ref()) {
                Some(family) => facts.family(family)?.map(|family| family.name.clone()),
                None => None,
            };
            let (first, last) = person
                .map(|person| (person.first_name.clone(), person.last_name.clone()))
                .unwrap_or_default();
            known.insert(entry.person.clone(), (first, last, family));
        }
        let (first_name, last_name, family_name) =
            known.get(&entry.person).cloned().unwrap_or_default();
        all.push(Shown { entry, first_name, last_name, family_name });
    }
    Ok(all)
}

impl Shown {
    /// One of `rawRecords`.
    fn raw(&self) -> Value {
        json!({
            "id": self.entry.number,
            "individualId": Number(self.entry.person.as_str()),
            "action": match self.entry.step {
                KioskStep::In => "checkin",
                KioskStep::Out => "checkout",
            },
            "signerName": self.entry.signer,
            "userName": self.entry.by_name,
            "createdAt": StoredTime(self.entry.at),
            "firstName": self.first_name,
            "lastName": self.last_name,
            "familyName": self.family_name,
        })
    }

    /// One of a person's `checkins` or `checkouts`.
    fn step(&self) -> Value {
        json!({
            "time": StoredTime(self.entry.at),
            "signerName": self.entry.signer,
            "userName": self.entry.by_name,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::church;

    #[tokio::test]
    async fn church_7_12_switched_off_only_the_status_is_told() {
        let house = church().await;
        let error = "Self check-in is currently disabled.";
        let off = json!({"code": "KIOSK_DISABLED", "error": error});
        for (method, path) in [
            ("POST", "/api/kiosk/1/2025-01-19"),
            ("GET", "/api/kiosk/history/1/2025-01-19"),
            ("GET", "/api/kiosk/history/1"),
            ("DELETE", "/api/kiosk/history/1/2025-01-19"),
        ] {
            assert_eq!(house.by("1", method, path, None).await, (403, off.clone()), "{path}");
        }
    }
}
