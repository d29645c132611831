//! The keys of REST's shapes are exact (14.4).

use rollcall_core::{
    people::{Account, Gathering, PersonKind, Tenant},
    sheet::{Listed, SheetPeople},
};
use serde_json::{Value, json};

use super::{
    Assignment, FullSheet, GatheringEntry, StoredTime, User, kind_named, people_type,
    visitor_kind_named, visitor_type,
};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn kim() -> Listed {
    serde_json::from_value(json!({
        "person": "130", "first_name": "Kim", "last_name": "Stone", "kind": "local_visitor",
        "present": true, "active": true, "family": "10", "family_name": "Stone Family",
        "family_kind": "local_visitor", "last_attended": "2025-01-21",
        "created_at": "2025-01-21T09:55:00Z"
    }))
    .unwrap()
}

#[test]
fn church_8_9_a_visitor_of_the_full_sheet_word_by_word() {
    let visitors = vec![kim()];
    let people = SheetPeople { sheet: None, regulars: vec![], recent: visitors.clone(), visitors };
    let full = json!(FullSheet::of(&people, &[]));
    assert_eq!(
        full["visitors"][0],
        json!({"id": 130, "name": "Kim Stone", "isChild": false,
            "visitorType": "potential_regular", "visitorStatus": "local",
            "visitorFamilyGroup": "10", "notes": "", "lastAttended": "2025-01-21",
            "familyId": 10, "familyName": "Stone Family", "present": true,
            "peopleType": "local_visitor", "lastAttendanceDate": "2025-01-21",
            "createdAt": "2025-01-21 09:55:00"})
    );
    assert_eq!(
        full["potentialVisitors"][0],
        json!({"id": 130, "firstName": "Kim", "lastName": "Stone", "peopleType": "local_visitor",
            "lastAttendanceDate": "2025-01-21", "individualCreatedAt": "2025-01-21 09:55:00",
            "familyId": 10, "familyName": "Stone Family", "familyNotes": "",
            "familyType": "local_visitor", "lastAttended": "2025-01-21",
            "withinAbsenceLimit": true})
    );
    assert_eq!(full["sessionId"], Value::Null);
}

#[test]
fn church_8_9_a_traveller_of_long_ago_is_infrequent() {
    let status = |kind, infrequent| {
        let listed = Listed { kind, infrequent, ..kim() };
        json!(super::VisitorEntry::of(&listed))["visitorStatus"].clone()
    };
    assert_eq!(status(PersonKind::TravellerVisitor, false), "traveller");
    assert_eq!(status(PersonKind::TravellerVisitor, true), "infrequent");
}

#[test]
fn church_8_6_me_has_two_keys_more_than_sign_in() {
    let account: Account =
        serde_json::from_value(json!({"id": "3", "email": "a@b.c", "role": "admin"})).unwrap();
    let church: Tenant = serde_json::from_value(json!({"id": "g", "name": "Grace"})).unwrap();
    let gathering: Gathering =
        serde_json::from_value(json!({"id": "7", "name": "Sunday", "day_of_week": "sunday"}))
            .unwrap();
    let user = User::of(&account, &church, Assignment::sorted([&gathering]));
    let (signed_in, me) = (json!(user), json!(user.clone().me()));
    assert_eq!((keys(&signed_in).len(), keys(&me).len()), (14, 16));
    assert_eq!(signed_in["church_id"], "g");
    assert_eq!(signed_in["timezone"], "UTC");
    assert_eq!(json!(GatheringEntry::of(&gathering, 0))["dayOfWeek"], "Sunday");
}

#[test]
fn church_10_5_stored_times_have_no_t_and_no_zone() {
    let at = StoredTime("2025-01-21T10:30:00.999Z".parse().unwrap());
    assert_eq!(serde_json::to_string(&at).unwrap(), r#""2025-01-21 10:30:00""#);
}

#[test]
fn church_6_9_visitor_types_are_read_as_they_are_written() {
    for kind in [PersonKind::LocalVisitor, PersonKind::TravellerVisitor] {
        assert_eq!(visitor_kind_named(visitor_type(kind)), Some(kind));
        assert_eq!(kind_named(people_type(kind)), Some(kind));
    }
}
