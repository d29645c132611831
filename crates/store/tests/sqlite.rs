//! What only a file can do: be written by two, be tampered with, be compared with memory.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fall over as tests do")]

use proptest::{collection::vec, prelude::*};
use rollcall_core::{
    command::{Ask, By, Command, Expect, List},
    facts::Series,
    id::{AccountId, CommandId, GatheringId, PersonId, TenantId},
    position::{Epoch, Offset},
    rejection::Refusal,
    sheet::{MarkChange, MergeRule, Status},
    time::{Date, Timestamp},
};
use rollcall_store::{
    MemoryStore, Store,
    check::{Difference, check},
    sqlite::SqliteStore,
    tenant_file,
};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

const FILE: &str = r#"{
  "tenant": {"id": "t", "name": "T"},
  "accounts": [{"id": "ann", "role": "admin"}, {"id": "ben", "role": "viewer"}],
  "people": [{"id": "1", "first_name": "A"}, {"id": "2", "first_name": "B", "number": "N2"}],
  "gatherings": [{"id": "g", "name": "G"}, {"id": "h", "name": "H", "kind": "headcount"}]
}"#;

fn load(store: &dyn Store) {
    let file = tenant_file::parse(FILE, NOW).unwrap();
    let tenant = file.tenant().clone();
    store.load(&tenant, Epoch(1), file.into_rows(&|_| String::new()), false, NOW).unwrap();
}

fn ask(by: &str, id: Option<String>, command: Command, fresh: usize) -> Ask {
    Ask {
        tenant: TenantId::new("t"),
        by: By::Account(AccountId::new(by)),
        id: id.map(CommandId::new),
        command,
        fresh: format!("fresh-{fresh}"),
    }
}

fn rename(list: List, id: &str, name: &str) -> Command {
    let field = if list == List::People { "first_name" } else { "name" };
    let fields = [(field.to_owned(), name.into())].into_iter().collect();
    Command::Change { list, id: Some(id.into()), fields, expect: Expect::Either, seen: None }
}

fn mark(person: &str, day: i8, status: Status, seen: Option<u32>) -> Command {
    Command::MarkSheet {
        gathering: GatheringId::new("g"),
        date: Date::new(2026, 11, day).unwrap(),
        changes: vec![MarkChange { seen, ..MarkChange::of(PersonId::new(person), status) }],
        rule: MergeRule::Native,
    }
}

fn commands() -> impl Strategy<Value = Command> {
    let person = || prop_oneof![Just("1"), Just("2"), Just("3")];
    let status = prop_oneof![Just(Status::Present), Just(Status::Absent)];
    prop_oneof![
        4 => (person(), 1..3_i8, status, proptest::option::of(0..3_u32))
            .prop_map(|(p, day, status, seen)| mark(p, day, status, seen)),
        3 => person().prop_map(|p| Command::CheckIn {
            person: rollcall_core::desk::PersonRef::Id(p.into()),
            location: None,
            notes: None,
            claim: None,
        }),
        3 => (0..40_usize).prop_map(|n| Command::CheckOut {
            visit: format!("fresh-{n}").as_str().into(),
            notes: Some("bye".into()),
            claim: None,
        }),
        2 => (person(), "[A-C]").prop_map(|(p, name)| rename(List::People, p, &name)),
        1 => person().prop_map(|p| Command::Remove { list: List::People, id: p.into() }),
        1 => "[A-C]".prop_map(|name| rename(List::Gatherings, "g", &name)),
        2 => (0..9_u32).prop_map(|count| Command::CountHeads {
            gathering: "h".into(),
            date: Date::new(2026, 11, 1).unwrap(),
            count,
            mode: None,
            counter: None,
        }),
        1 => ("[a-b]", 0..3_u32).prop_map(|(id, seen)| Command::PutDocument {
            kind: "grade".into(),
            id: Some(id.as_str().into()),
            data: [("n".to_owned(), seen.into())].into_iter().collect(),
            seen: Some(seen),
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_file_answers_as_memory_does(
        asked in vec((commands(), proptest::option::of(0..30_u8), any::<bool>()), 1..40),
        batch in 1..9_usize,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let file = SqliteStore::open(dir.path().join("a.db")).unwrap();
        let memory = MemoryStore::new();
        load(&file);
        load(&memory);
        let asks: Vec<_> = asked
            .into_iter()
            .enumerate()
            .map(|(n, (command, id, ann))| {
                ask(if ann { "ann" } else { "ben" }, id.map(|id| id.to_string()), command, n)
            })
            .collect();
        for (turn, asks) in (0..).zip(asks.chunks(batch)) {
            let now = NOW.plus_ms(turn * 1_000);
            let (a, b) = (file.commit(asks, now).unwrap(), memory.commit(asks, now).unwrap());
            for (a, b) in a.into_iter().zip(b) {
                match (a, b) {
                    (Ok(a), Ok(b)) => prop_assert_eq!(a, b),
                    (Err(Refusal::Rejected(a)), Err(Refusal::Rejected(b))) => prop_assert_eq!(a, b),
                    (a, b) => prop_assert!(false, "{a:?} is not {b:?}"),
                }
            }
        }
        let reports = [&file as &dyn Store, &memory].map(|s| check(s, &"t".into()).unwrap().unwrap());
        prop_assert!(reports[0].is_sound(), "{:?}", reports[0]);
        prop_assert_eq!(&reports[0], &reports[1]);
    }
}

#[test]
fn what_another_process_wrote_is_seen_by_the_next_decision() {
    let dir = tempfile::tempdir().unwrap();
    let [one, two] = [0, 1].map(|_| SqliteStore::open(dir.path().join("a.db")).unwrap());
    load(&one);
    let marked = |store: &SqliteStore, status| {
        let mut verdicts = store.commit(&[ask("ann", None, mark("1", 1, status, None), 0)], NOW);
        verdicts.as_mut().unwrap().remove(0).unwrap()
    };
    assert_eq!(marked(&one, Status::Present).position.offset.0, 3);
    assert_eq!(marked(&two, Status::Absent).position.offset.0, 4);
    let back = marked(&one, Status::Present);
    assert_eq!(back.position.offset.0, 5, "the first writer's memory was not out of date");
    one.rest().unwrap();
    assert!(check(&two, &"t".into()).unwrap().unwrap().is_sound());
}

#[test]
fn a_check_finds_what_was_tampered_with() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let store = SqliteStore::open(&path).unwrap();
    load(&store);
    let out = mark("1", 1, Status::Present, None);
    store.commit(&[ask("ann", None, out, 0)], NOW).unwrap()[0].as_ref().unwrap();
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(
            "UPDATE marks SET data = replace(data, 'present', 'absent');
             DELETE FROM people WHERE id = '2';
             INSERT INTO people SELECT tenant, '9', NULL, NULL, NULL, replace(data, '\"1\"', '\"9\"')
             FROM people WHERE id = '1';
             UPDATE series SET highest = 0 WHERE series = 'people';
             DELETE FROM log WHERE \"offset\" = 2;",
        )
        .unwrap();
    let report = check(&store, &"t".into()).unwrap().unwrap();
    assert!(!report.is_sound());
    assert_eq!(report.holes, [Offset(2)]);
    let found = format!("{:?}", report.differences);
    for part in ["Missing(Person", "Extra(Person", "Differs(Mark", "Extra(Sheet"] {
        assert!(found.contains(part), "{part} in {found}");
    }
    assert!(report.differences.contains(&Difference::Number(Series::People)), "{found}");
    assert!(check(&store, &"nobody".into()).unwrap().is_none());
}
