//! The tenant file's rules, and its round trip.

use rollcall_core::{
    facts::{Alias, Key, Row, Series},
    id::{AccountId, PersonId},
    people::{HeadcountMode, PersonKind},
    position::Epoch,
};

use super::*;
use crate::{MemoryStore, Store};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// The contract's own example; it names a teacher and a person that it does not list.
const EXAMPLE: &str = r#"{
  "tenant": {
    "id": "tst_abc123",
    "name": "Grace Church",
    "time_zone": "Australia/Sydney",
    "settings": {}
  },
  "accounts": [
    { "id": "1", "email": "ada@example.org", "username": "ada", "mobile": null, "password": "correct horse 1",
      "first_name": "Ada", "last_name": "Admin", "role": "admin", "extra_role": null, "active": true,
      "person": null, "gatherings": [], "groups": [] }
  ],
  "families": [ { "id": "1", "name": "Smith", "kind": "regular", "notes": null } ],
  "groups": [ { "id": "c1", "name": "Class 10A", "code": "10A", "teachers": ["t1"], "homeroom_teacher": "t1",
      "academic_year": "2026/2027", "semester": "1" } ],
  "people": [
    { "id": "1", "number": "GYM0001", "first_name": "John", "last_name": "Smith", "kind": "regular", "child": false,
      "status": "active", "family": "1", "group": "c1", "account": null, "guardians": [],
      "phone": null, "email": null, "address": null, "notes": null,
      "membership": { "type": "Gold", "starts": "2026-01-01", "ends": "2026-12-31" } }
  ],
  "gatherings": [
    { "id": "1", "name": "Sunday Service", "code": null, "kind": "standard", "group": null, "teacher": null,
      "frequency": "weekly", "day_of_week": "sunday", "date": null, "start": "10:00", "end": "11:30",
      "opens_minutes_before": null, "late_after_seconds": 600, "location": "Main hall",
      "roster": ["1", "2"], "kiosk": false, "headcount_mode": "separate" }
  ],
  "sheets": [
    { "gathering": "1", "date": "2025-01-19",
      "marks": [ { "person": "1", "status": "present", "check_in": "2025-01-18T23:01:00Z", "check_out": null,
                   "note": null, "by": "1", "at": "2025-01-18T23:01:00Z", "override_reason": null } ],
      "headcounts": [ { "by": "1", "count": 140 } ] }
  ],
  "visits": [ { "id": "0198…uuid", "person": "1", "check_in": "2025-01-21T08:00:00Z", "check_out": null,
      "location": "Main Entrance", "notes": null } ],
  "documents": [ { "kind": "grade", "id": "g1", "data": {} } ]
}"#;

/// The example with what it refers to, and with more of everything.
fn complete() -> Value {
    let mut file: Value = serde_json::from_str(EXAMPLE).unwrap();
    let mut add = |list: &str, entry: &str| {
        file[list].as_array_mut().unwrap().push(serde_json::from_str(entry).unwrap());
    };
    add("accounts", r#"{"id":"t1","role":"Teacher","password_hash":"$argon2id$v=19$m=8$c2$aGFz"}"#);
    add("accounts", r#"{"id":"s2","role":"STUDENT","groups":["c1"]}"#);
    add(
        "people",
        r#"{"id":"2","first_name":"Eve","kind":"student","account":"s2","guardians":["1"]}"#,
    );
    add(
        "gatherings",
        r#"{"id":"2","name":"Heads","kind":"headcount","headcount_mode":"combined"}"#,
    );
    add(
        "sheets",
        r#"{"gathering":"2","date":"2025-01-12","headcounts":[{"by":"1","count":7},{"by":"t1","count":9}]}"#,
    );
    add(
        "sheets",
        r#"{"gathering":"1","date":"2025-01-12","excluded":true,"marks":[{"person":"2","status":"sick","note":"flu"}]}"#,
    );
    add(
        "visits",
        r#"{"id":"v2","person":"2","check_in":"2025-01-20T08:00:00+02:00","check_out":"2025-01-20T09:30:00Z"}"#,
    );
    add(
        "documents",
        r#"{"kind":"exam","id":"e1","data":{"score":8.7,"tiny":5e-324,"text":"ünï","list":[null,1]}}"#,
    );
    file["tenant"]["settings"] = serde_json::json!({"hosts": ["gym.example.org"], "gym": {"entry_policy": "refuse", "auto_check_out_hours": 12}});
    file
}

fn read(file: &Value) -> Result<TenantFile, FileError> {
    parse(&file.to_string(), NOW)
}

fn refused(file: &Value) -> FileError {
    match read(file) {
        Ok(_) => panic!("should be refused: {file}"),
        Err(error) => error,
    }
}

fn loaded(text: &str) -> (MemoryStore, TenantId) {
    let file = parse(text, NOW).unwrap();
    let tenant = file.tenant().clone();
    let store = MemoryStore::new();
    let rows = file.into_rows(&|clear| format!("$hash$of${}", clear.replace(' ', "-")));
    store.load(&tenant, Epoch(1), rows, false, NOW).unwrap();
    (store, tenant)
}

fn exported(text: &str) -> String {
    let (store, tenant) = loaded(text);
    let mut out = String::new();
    let there = store.look(&tenant, &mut |view| {
        out = export(view)?;
        Ok(())
    });
    assert!(there.unwrap());
    out
}

#[test]
fn the_contracts_example_names_a_teacher_that_is_not_there() {
    let error = refused(&serde_json::from_str(EXAMPLE).unwrap());
    assert_eq!(error.to_string(), r#"groups[0].teachers[0]: there is no account "t1" in the file"#);
}

#[test]
fn who_is_not_said_to_have_been_entered_is_entered_with_the_file() {
    let mut file = complete();
    file["people"][1]["created_at"] = "2025-01-01T08:00:00Z".into();
    file["accounts"][1]["created_at"] = "2025-01-02T08:00:00Z".into();
    file["people"][0]["created_at"] = Value::Null;
    let (store, tenant) = loaded(&file.to_string());
    let there = store.look(&tenant, &mut |view| {
        let facts: &dyn rollcall_core::facts::Facts = view;
        let person = |id: &str| facts.person(&id.into()).map(|p| p.unwrap().created_at);
        let account = |id: &str| facts.account(&id.into()).map(|a| a.unwrap().created_at);
        assert_eq!(person("1")?, Some(NOW));
        assert_eq!(person("2")?, "2025-01-01T08:00:00Z".parse().ok());
        assert_eq!(account("1")?, Some(NOW));
        assert_eq!(account("t1")?, "2025-01-02T08:00:00Z".parse().ok());
        assert_eq!(facts.gathering(&"1".into())?.unwrap().created_at, Some(NOW));
        assert_eq!(facts.family(&"1".into())?.unwrap().created_at, Some(NOW));
        Ok(())
    });
    assert!(there.unwrap());
}

#[test]
fn the_completed_example_becomes_its_rows() {
    let (store, tenant) = loaded(&complete().to_string());
    let there = store.look(&tenant, &mut |view| {
        let facts: &dyn rollcall_core::facts::Facts = view;
        let ada = facts.account_by_login("ADA@example.org")?.unwrap();
        assert_eq!(ada.display_name(), "Ada Admin");
        let password = view.row(&Key::Password("1".into()))?;
        assert_eq!(password, Some(Row::Password("1".into(), "$hash$of$correct-horse-1".into())));
        assert_eq!(facts.open_visit(&"1".into())?.unwrap().location, "Main Entrance");
        let student = facts.account(&AccountId::new("s2"))?.unwrap();
        assert_eq!(student.person, Some(PersonId::new("2")), "both sides are filled in");
        let tenant = facts.tenant()?.unwrap();
        assert_eq!(tenant.time_zone.name(), "Australia/Sydney");
        let Some(Row::Sheet(second)) = view.find(&Alias::SheetNumber(2))? else { panic!() };
        assert_eq!(second.gathering.as_str(), "2", "numbered in the order of the file");
        assert_eq!((second.headcount_mode, second.at), (HeadcountMode::Combined, NOW));
        assert_eq!(view.next_number(Series::Sheets)?, 4);
        let third = "2025-01-12".parse().unwrap();
        let mark = facts.mark(&"1".into(), third, &"2".into())?.unwrap();
        assert_eq!((mark.kind, mark.version, mark.at), (PersonKind::Student, 1, NOW));
        Ok(())
    });
    assert!(there.unwrap());
}

#[test]
fn t3_export_import_export_is_the_same_text() {
    let first = exported(&complete().to_string());
    assert_eq!(exported(&first), first);
    for kept in
        ["\"score\": 8.7", "5e-324", "\"count\": 140", "$argon2id", "v2", "\"excluded\": true"]
    {
        assert!(first.contains(kept), "{kept} in {first}");
    }
    assert!(!first.contains("\"password\""), "{first}");
    let least = r#"{"tenant":{"id":"t","name":"T"}}"#;
    assert_eq!(exported(&exported(least)), exported(least));
}

#[test]
fn t1_an_unknown_key_is_named_with_its_path() {
    for (pointer, path) in [
        ("", "typo"),
        ("/tenant", "tenant.typo"),
        ("/tenant/settings", "tenant.settings.typo"),
        ("/tenant/settings/gym", "tenant.settings.gym.typo"),
        ("/accounts/1", "accounts[1].typo"),
        ("/families/0", "families[0].typo"),
        ("/groups/0", "groups[0].typo"),
        ("/people/0", "people[0].typo"),
        ("/people/0/membership", "people[0].membership.typo"),
        ("/gatherings/1", "gatherings[1].typo"),
        ("/sheets/0", "sheets[0].typo"),
        ("/sheets/0/marks/0", "sheets[0].marks[0].typo"),
        ("/sheets/1/headcounts/1", "sheets[1].headcounts[1].typo"),
        ("/visits/0", "visits[0].typo"),
        ("/documents/0", "documents[0].typo"),
    ] {
        for value in [Value::from(1), Value::Null] {
            let mut file = complete();
            file.pointer_mut(pointer).unwrap()["typo"] = value;
            let error = refused(&file);
            assert_eq!(error.path, path, "{error}");
            assert!(error.why.contains("unknown"), "{error}");
        }
    }
}

#[test]
fn t2_t5_t6_what_does_not_fit_is_named_with_its_path() {
    for (pointer, value, path) in [
        ("/people/1/id", Value::from(7), "people[1].id"),
        ("/people/1/id", "".into(), "people[1].id"),
        ("/people/0/membership/ends", "2026-02-30".into(), "people[0].membership.ends"),
        ("/gatherings/0/roster/1", Value::from(2), "gatherings[0].roster[1]"),
        ("/gatherings/0/start", "24:00".into(), "gatherings[0].start"),
        ("/gatherings/0/end", "9:30".into(), "gatherings[0].end"),
        ("/sheets/0/date", "19-01-2025".into(), "sheets[0].date"),
        ("/sheets/0/marks/0/at", "yesterday".into(), "sheets[0].marks[0].at"),
        ("/sheets/0/marks/0/status", "here".into(), "sheets[0].marks[0].status"),
        ("/accounts/0/role", "king".into(), "accounts[0].role"),
        ("/accounts/0/password", Value::from(12_345), "accounts[0].password"),
        ("/accounts/0/password", "".into(), "accounts[0].password"),
        ("/accounts/1/password_hash", "secret".into(), "accounts[1].password_hash"),
        ("/tenant/time_zone", "Mars/Base".into(), "tenant.time_zone"),
        ("/tenant/settings/gym/entry_policy", "maybe".into(), "tenant.settings.gym.entry_policy"),
        (
            "/tenant/settings/gym/auto_check_out_hours",
            0.into(),
            "tenant.settings.gym.auto_check_out_hours",
        ),
        ("/people", Value::from(1), "people"),
        ("/people/0", Value::from(1), "people[0]"),
    ] {
        let mut file = complete();
        *file.pointer_mut(pointer).unwrap() = value;
        let error = refused(&file);
        assert_eq!(error.path, path, "{error}");
        assert!(!error.to_string().contains("12345"), "no password in a complaint: {error}");
    }
    assert_eq!(refused(&Value::from(1)).path, "file");
    assert_eq!(refused(&serde_json::json!({})).path, "tenant");
    assert!(parse("{", NOW).is_err());
}

#[test]
fn t3_a_reference_to_nothing_names_both_ends() {
    for (pointer, path) in [
        ("/people/0/family", "people[0].family"),
        ("/people/0/group", "people[0].group"),
        ("/people/1/account", "people[1].account"),
        ("/people/1/guardians/0", "people[1].guardians[0]"),
        ("/accounts/2/groups/0", "accounts[2].groups[0]"),
        ("/groups/0/homeroom_teacher", "groups[0].homeroom_teacher"),
        ("/gatherings/0/roster/1", "gatherings[0].roster[1]"),
        ("/gatherings/0/teacher", "gatherings[0].teacher"),
        ("/sheets/0/gathering", "sheets[0].gathering"),
        ("/sheets/0/marks/0/person", "sheets[0].marks[0].person"),
        ("/sheets/0/marks/0/by", "sheets[0].marks[0].by"),
        ("/sheets/0/headcounts/0/by", "sheets[0].headcounts[0].by"),
        ("/visits/0/person", "visits[0].person"),
    ] {
        let mut file = complete();
        *file.pointer_mut(pointer).unwrap() = "ghost".into();
        let error = refused(&file);
        assert_eq!(error.path, path, "{error}");
        assert!(error.why.contains("\"ghost\""), "{error}");
    }
}

#[test]
fn t2_what_must_be_single_names_both_places() {
    for (pointer, value, path, other) in [
        ("/people/1/id", "1", "people[1]", "people[0]"),
        ("/people/1/number", "GYM0001", "people[1]", "people[0]"),
        ("/accounts/1/username", "ADA", "accounts[1]", "accounts[0]"),
        ("/visits/1/id", "0198…uuid", "visits[1]", "visits[0]"),
        ("/sheets/2/date", "2025-01-19", "sheets[2]", "sheets[0]"),
        ("/sheets/1/headcounts/1/by", "1", "sheets[1].headcounts[1]", "sheets[1].headcounts[0]"),
        ("/accounts/1/person", "2", "accounts[1]", "people[1]"),
    ] {
        let mut file = complete();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        file.pointer_mut(parent).unwrap()[field] = value.into();
        let error = refused(&file);
        let places = error.to_string();
        assert!(places.contains(path) && places.contains(other), "{error}");
    }
    let mut twice_in = complete();
    twice_in["visits"][1]["person"] = "1".into();
    twice_in["visits"][1]["check_out"] = Value::Null;
    assert!(refused(&twice_in).to_string().contains("open visit"));
}

#[test]
fn an_export_leaves_out_what_leads_nowhere() {
    let (store, tenant) = loaded(&complete().to_string());
    let remove = |list, id: &str| rollcall_core::command::Ask {
        tenant: tenant.clone(),
        by: rollcall_core::command::By::System,
        id: None,
        command: rollcall_core::command::Command::Remove { list, id: id.into() },
        fresh: String::new(),
    };
    use rollcall_core::command::List;
    let batch =
        [remove(List::People, "2"), remove(List::Accounts, "t1"), remove(List::Gatherings, "2")];
    for verdict in store.commit(&batch, NOW).unwrap() {
        verdict.unwrap();
    }
    let mut out = String::new();
    store
        .look(&tenant, &mut |view| {
            out = export(view)?;
            Ok(())
        })
        .unwrap();
    assert_eq!(exported(&out), out);
    let file: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(file["gatherings"][0]["roster"], serde_json::json!(["1"]));
    assert_eq!(file["sheets"].as_array().unwrap().len(), 2);
    assert_eq!(file["visits"].as_array().unwrap().len(), 1);
}
