//! `GET /api/kiosk/history/:g/:d` (8.20).

use axum::response::Response;
use rollcall_core::sheet::KioskStep;
use rollcall_wire::church::shape::Number;
use serde_json::{Value, json};

use super::{Shown, SwitchedOn, shown};
use crate::api::church::{caller, input::AtSheet, refused::Answered};

/// What was done on one date, person by person and line by line.
pub(super) async fn day(_: SwitchedOn, AtSheet { caller, place }: AtSheet) -> Answered<Response> {
    let shown = caller.look(move |caller, facts| {
        caller::gathering(facts, &place.gathering)?;
        let all = shown(facts, &place.gathering, place.date)?;
        Ok(caller.says(&json!({
            "date": place.date,
            "gatheringTypeId": Number(place.gathering.as_str()),
            "individuals": individuals(&all),
            "rawRecords": all.iter().map(Shown::raw).collect::<Vec<_>>(),
        })))
    });
    shown.await
}

/// Everybody once, in the order of their first step.
fn individuals(all: &[Shown]) -> Vec<Value> {
    let mut people: Vec<&Shown> = Vec::new();
    for shown in all {
        if !people.iter().any(|earlier| earlier.entry.person == shown.entry.person) {
            people.push(shown);
        }
    }
    let steps = |of: &Shown, step: KioskStep| {
        let own = all.iter().filter(|s| s.entry.person == of.entry.person && s.entry.step == step);
        own.map(Shown::step).collect::<Vec<_>>()
    };
    let individual = |shown: &Shown| {
        json!({
            "individualId": Number(shown.entry.person.as_str()),
            "firstName": shown.first_name,
            "lastName": shown.last_name,
            "familyName": shown.family_name,
            "checkins": steps(shown, KioskStep::In),
            "checkouts": steps(shown, KioskStep::Out),
        })
    };
    people.into_iter().map(individual).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::api::church::testing::{church_with_kiosk, keys, these};

    #[tokio::test]
    async fn church_8_20_a_day_is_told_person_by_person_and_line_by_line() {
        let house = church_with_kiosk().await;
        for action in ["checkin", "checkout"] {
            let body = json!({"individualIds": [10], "action": action});
            let said = house.by("3", "POST", "/api/kiosk/1/2025-01-19", Some(body)).await;
            assert_eq!(said.0, 200);
        }
        let path = "/api/kiosk/history/1/2025-01-19";
        let (_, said) = house.by("3", "GET", path, None).await;
        let names = "date gatheringTypeId individuals rawRecords church_id";
        assert_eq!(keys(&said), these(names));
        let ana = &said["individuals"][0];
        let names = "individualId firstName lastName familyName checkins checkouts";
        assert_eq!(keys(ana), these(names));
        assert_eq!((&ana["individualId"], &ana["familyName"]), (&json!(10), &json!("Reed")));
        assert_eq!(keys(&ana["checkouts"][0]), these("time signerName userName"));
        let names =
            "id individualId action signerName userName createdAt firstName lastName familyName";
        assert_eq!(keys(&said["rawRecords"][1]), these(names));
        assert_eq!(said["rawRecords"][1]["action"], "checkout");
    }
}
