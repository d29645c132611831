//! The log: order, rooms, snapshots.

use std::{sync::mpsc::sync_channel, time::Duration};

use rollcall_core::{
    command::Command,
    id::TenantId,
    position::{Epoch, Offset},
    room::Room,
    sheet::Status::{Absent, Present},
};
use serde_json::Map;

use super::{
    NOW, Open, ask, check_in, commit, date, done, marking, opened, rejection, seen, tenant, world,
};
use crate::{LogPage, Store};

fn page(store: &dyn Store, after: u64, limit: usize, rooms: Option<&[Room]>) -> (Vec<u64>, u64) {
    let LogPage { events, upto } =
        seen(store, |view| view.log(Offset(after), limit, rooms).expect("the log is read"));
    (events.iter().map(|event| event.offset.0).collect(), upto.0)
}

/// Offsets begin at 1 and count up by one, over batches, rejections and restarts.
pub fn offsets_have_no_holes(open: Open<'_>) {
    let store = opened(open);
    let batch = [
        ask("ann", None, marking(1, "1", Present)),
        ask("ben", None, check_in("1")),
        ask("ann", None, check_in("1")),
    ];
    let verdicts = store.commit(&batch, NOW).expect("the store works");
    let positions: Vec<_> =
        verdicts.iter().map(|v| v.as_ref().ok().map(|a| a.position.offset.0)).collect();
    assert_eq!(positions, [Some(3), None, Some(4)], "a first mark opens its sheet too");
    drop(store);
    let store = open();
    let answer = done(&*store, ask("ann", Some("x"), marking(1, "1", Absent)));
    assert_eq!((answer.position.epoch, answer.position.offset), (Epoch(7), Offset(5)));
    assert_eq!(page(&*store, 0, 100, None), (vec![1, 2, 3, 4, 5], 5));
    let last = seen(&*store, |view| view.log(Offset(4), 9, None).expect("the log is read"));
    assert_eq!(last.events, answer.events, "the log gives back what was answered");
    let event = &answer.events[0];
    assert_eq!(event.at, NOW);
    assert_eq!(event.by.as_ref().map(|by| by.as_str()), Some("ann"));
    assert_eq!(event.command.as_ref().map(|id| id.as_str()), Some("x"));
}

/// A page holds what its rooms hold, says how far it looked, and goes on where the last one ended.
pub fn a_room_is_a_filter(open: Open<'_>) {
    let store = opened(open);
    let document = Command::PutDocument {
        kind: "grade".into(),
        id: Some("g1".into()),
        data: Map::new(),
        seen: None,
    };
    for command in [
        marking(1, "1", Present), // 2: the sheet, 3: the mark
        check_in("1"),            // 4
        marking(2, "1", Present), // 5, 6
        document,                 // 7
        marking(1, "2", Absent),  // 8
    ] {
        done(&*store, ask("ann", None, command));
    }
    let (first, second) = (Room::Sheet("1".into(), date(1)), Room::Sheet("1".into(), date(2)));
    let grades = Room::Documents("grade".into());
    for (rooms, offsets) in [
        (vec![Room::Everything], vec![1, 2, 3, 4, 5, 6, 7, 8]),
        (vec![Room::Sheets], vec![2, 3, 5, 6, 8]),
        (vec![first.clone()], vec![2, 3, 8]),
        (vec![second, Room::Desk, grades.clone()], vec![4, 5, 6, 7]),
        (vec![Room::AllDocuments, grades], vec![7]),
        (vec![Room::Accounts], vec![1]),
        (vec![], vec![]),
    ] {
        assert_eq!(page(&*store, 0, 100, Some(&rooms)), (offsets, 8), "{rooms:?}");
    }
    let rooms = [first];
    assert_eq!(page(&*store, 0, 2, Some(&rooms)), (vec![2, 3], 3));
    assert_eq!(page(&*store, 3, 2, Some(&rooms)), (vec![8], 8));
    assert_eq!(page(&*store, 2, 3, None), (vec![3, 4, 5], 5));
    assert_eq!(page(&*store, 2, 0, None), (vec![], 2));
    assert_eq!(page(&*store, 99, 5, None), (vec![], 99));
}

/// Nothing moves while a look is held, whoever commits meanwhile.
pub fn a_look_does_not_move(open: Open<'_>) {
    let store = opened(open);
    let (store, (said, heard)) = (&*store, sync_channel(1));
    std::thread::scope(|scope| {
        let looked = store.look(&tenant(), &mut |view| {
            let before = (view.position(), view.everything()?);
            let said = said.clone();
            scope.spawn(move || {
                done(store, ask("ann", None, marking(1, "1", Present)));
                said.send(()).expect("the look listens");
            });
            // A store may let the writer wait instead.
            let _ = heard.recv_timeout(Duration::from_millis(200));
            assert_eq!((view.position(), view.everything()?), before);
            assert_eq!(view.log(Offset(0), 9, None)?.upto, before.0.offset);
            Ok(())
        });
        assert!(looked.expect("the store works"));
    });
    assert_eq!(seen(store, |view| view.position().offset), Offset(3));
}

/// The same ids in two tenants are two things, and each tenant counts its own offsets.
pub fn tenants_do_not_meet(open: Open<'_>) {
    let store = opened(open);
    let other = TenantId::new("other");
    store.load(&other, Epoch(8), world(), false, NOW).expect("the world is loaded");
    let mut there = ask("ann", Some("same"), check_in("1"));
    there.tenant = other.clone();
    let batch = [ask("ann", Some("same"), check_in("1")), there.clone()];
    for verdict in store.commit(&batch, NOW).expect("the store works") {
        let answer = verdict.expect("nobody is in yet");
        assert_eq!((answer.position.offset, answer.repeated), (Offset(2), false));
    }
    there.id = None;
    assert_eq!(rejection(commit(&*store, there)).code(), "already_checked_in");
    assert_eq!(store.tenants().expect("the store works"), [other, tenant()]);
}
