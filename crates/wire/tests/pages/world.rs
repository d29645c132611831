//! A small tenant in which every example of the page of commands can be carried out.

use rollcall_core::{
    command::{Ask, By, Command},
    decide::{Decision, decide},
    event::Event,
    facts::Row,
    overlay::Overlay,
    people::Role,
    rejection::Refusal,
};
use serde_json::json;

/// What comes of a command of account `a1` in that role, assigned to these gatherings.
pub fn decided(role: Role, gatherings: &[&str], command: &Command) -> Result<Decision, Refusal> {
    let mut world = Overlay::default();
    world.apply(&Event::Imported { rows: rows(role, gatherings) });
    let ask = Ask {
        tenant: "t1".into(),
        by: By::Account("a1".into()),
        id: None,
        command: command.clone(),
        fresh: "fresh-1".into(),
    };
    decide(&world, &ask, "2026-11-21T09:00:00.000Z".parse().unwrap())
}

fn rows(role: Role, gatherings: &[&str]) -> Vec<Row> {
    const DATE: &str = "2026-11-21";
    const THEN: &str = "2026-11-20T09:00:00.000Z";
    let tables = json!([
        ["tenant", { "id": "t1", "name": "House", "settings": { "gym": { "locations": ["Front"] } } }],
        ["account", { "id": "a1", "first_name": "Ann", "role": role, "gatherings": gatherings }],
        ["account", { "id": "a2", "first_name": "Ben", "role": "teacher" }],
        ["session", { "id": "s1", "account": "a2", "started_at": THEN, "expires_at": "2026-12-21T09:00:00.000Z" }],
        ["family", { "id": "f1", "name": "Poe Family", "kind": "local_visitor" }],
        ["person", { "id": "p1", "number": "M-1", "first_name": "Bo", "last_name": "Ray", "notes": "x", "version": 1 }],
        ["person", { "id": "p2", "first_name": "Eva", "last_name": "Poe", "kind": "local_visitor", "family": "f1" }],
        ["person", { "id": "p3", "first_name": "Ida", "last_name": "Lund" }],
        ["person", { "id": "p4", "first_name": "Max", "last_name": "Lund" }],
        ["gathering", { "id": "g1", "name": "Service", "roster": ["p1", "p2"] }],
        ["gathering", { "id": "g2", "name": "Concert", "kind": "headcount" }],
        ["sheet", { "gathering": "g1", "date": DATE, "number": 1, "added": ["p2"] }],
        ["mark", ["g1", DATE, { "person": "p2", "status": "present", "by": "a2", "at": THEN, "version": 1 }]],
        ["visit", { "id": "v0", "person": "p3", "check_in": THEN, "check_out": THEN }],
        ["visit", { "id": "v1", "person": "p4", "check_in": THEN }],
        ["document", { "kind": "announcement", "id": "d1", "data": {} }],
        ["document", { "kind": format!("kiosk/{DATE}/g1"), "id": "000000001",
            "data": { "number": 1, "person": "p4", "step": "in", "at": THEN } }],
    ]);
    let row = |pair: &serde_json::Value| {
        serde_json::from_value(json!({ "table": pair[0], "row": pair[1] })).expect("a row")
    };
    tables.as_array().unwrap().iter().map(row).collect()
}
