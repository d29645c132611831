//! The same small story over every transport: follow, be told, leave, come back, miss nothing.

#![allow(clippy::unwrap_used, reason = "a test fails so")]

mod support;

use serde_json::json;
use support::{Carrier, Follower, Place, Program, Transport, Volunteer, person_id};

const SHEET: &str = "sheet/2026-11-21/7";

fn tap(program: &Program, person: usize, status: &str) {
    let changes = json!([{"person": person_id(person), "status": status}]);
    let data = json!({"gathering": "7", "date": "2026-11-21", "changes": changes});
    program.operator(json!({"type": "mark_sheet", "data": data})).unwrap();
}

fn marked(event: &serde_json::Value) -> &str {
    event["event"]["data"]["marks"][0]["mark"]["person"].as_str().unwrap_or_default()
}

fn follow_tap_told_recover(transport: Transport, next: Transport) {
    let program = Program::start();
    tap(&program, 1, "present");
    let mut follower = Follower::open(&program, transport, "1", &[SHEET], None);
    let snapshot = follower.next();
    assert_eq!(snapshot["type"], "snapshot", "{transport:?}");
    assert_eq!(snapshot["data"]["rooms"][0]["marks"][0]["mark"]["person"], json!(person_id(1)));

    tap(&program, 2, "present");
    assert_eq!(marked(&follower.event()), person_id(2), "{transport:?}");

    let position = follower.position.clone();
    drop(follower);
    tap(&program, 3, "late");
    let mut back = Follower::open(&program, next, "1", &[SHEET], position.as_deref());
    assert_eq!(marked(&back.event()), person_id(3), "{transport:?} then {next:?}");
    tap(&program, 4, "sick");
    assert_eq!(marked(&back.event()), person_id(4), "{transport:?} then {next:?}");
}

#[test]
fn every_transport_tells_and_every_other_goes_on_from_there() {
    for transport in Transport::ALL {
        for next in Transport::ALL {
            follow_tap_told_recover(transport, next);
        }
    }
}

#[test]
fn a_room_that_may_not_be_followed_is_refused_over_every_transport() {
    let program = Program::start();
    for transport in Transport::ALL {
        let mut mia = Follower::open(&program, transport, "3", &["accounts"], None);
        let refused = mia.next();
        assert_eq!(refused["type"], "error", "{transport:?}: {refused}");
        assert_eq!(refused["data"]["code"], "forbidden", "{transport:?}");
    }
}

fn told(volunteer: &mut Volunteer) -> String {
    let update = volunteer.expect("attendance_update");
    update["records"][0]["individualId"].as_str().unwrap_or_default().to_owned()
}

fn church_tap_told_recover(carrier: Carrier, next: Carrier) {
    let program = Program::start();
    tap(&program, 1, "present");
    let mut volunteer = Volunteer::open(&program, carrier, "1", None);
    tap(&program, 2, "present");
    assert_eq!(told(&mut volunteer), person_id(2), "{carrier:?}");

    let place = volunteer.place.clone();
    drop(volunteer);
    tap(&program, 3, "late");
    let mut back = Volunteer::open(&program, next, "1", Some(&place));
    assert_eq!(back.place, place, "{carrier:?} then {next:?}: recovered");
    assert_eq!(told(&mut back), person_id(3), "{carrier:?} then {next:?}");
    tap(&program, 4, "sick");
    assert_eq!(told(&mut back), person_id(4), "{carrier:?} then {next:?}");
}

#[test]
fn church_2_14_every_carrier_tells_and_every_other_goes_on_from_there() {
    for carrier in Carrier::ALL {
        for next in Carrier::ALL {
            church_tap_told_recover(carrier, next);
        }
    }
}

#[test]
fn church_4_2_a_sheet_out_of_reach_is_refused_over_every_carrier() {
    let program = Program::start();
    for carrier in Carrier::ALL {
        let mut mia = Volunteer::open(&program, carrier, "3", None);
        mia.emit("join_attendance", &json!({"gatheringId": 7, "date": "2026-11-21"}));
        let refused = mia.expect("error");
        assert_eq!(refused["message"], "Access denied to this gathering type.", "{carrier:?}");
    }
}

#[test]
fn s2_20_who_cannot_go_on_is_told_own_sheets_anew_over_every_carrier() {
    let program = Program::start();
    let mark = json!({"type": "mark_sheet", "data": {"gathering": "7", "date": "2026-11-21",
        "changes": [{"person": person_id(1), "status": "present"}]}});
    let ann = rollcall_core::command::By::Account("1".into());
    program.commit(ann, None, serde_json::from_value(mark).unwrap()).unwrap();
    let lost = Place { pid: "lost".into(), ..Place::default() };
    for carrier in Carrier::ALL {
        let mut back = Volunteer::open(&program, carrier, "1", Some(&lost));
        assert_ne!(back.place.pid, lost.pid, "{carrier:?}");
        let refreshed = back.expect("attendance_update");
        assert_eq!(refreshed["type"], "full_refresh", "{carrier:?}");
        assert_eq!(refreshed["attendanceList"][0]["id"], person_id(1), "{carrier:?}");
        assert_eq!(refreshed["attendanceList"][0]["present"], true, "{carrier:?}");
        tap(&program, 2, "present");
        tap(&program, 2, "absent");
        assert_eq!(told(&mut back), person_id(2), "{carrier:?}: it still hears");
    }
}
