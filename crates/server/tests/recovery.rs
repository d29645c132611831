//! Whoever is cut off comes back without a gap: over any transport, at any point, at any speed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]
#![allow(clippy::disallowed_methods, reason = "tests measure real time")]

mod support;

use std::{
    collections::VecDeque,
    net::TcpStream,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use rollcall::shard::Reply;
use rollcall_core::{command::By, position::Position, room::Room};
use rollcall_wire::Dialect;
use serde_json::{Value, json};
use support::{Follower, Program, Socket, Transport, log, person_id, tenant};

const SHEET: &str = "sheet/2026-11-21/7";

/// Cuts of the long test.
const CUTS: usize = 1_000;

/// Commands that are in line at once when many are published: less than the line holds.
const WINDOW: usize = 2_000;

/// Marks of which each is an event, also when they are published again and again.
const ROUND: usize = 960;

/// Chance that is the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn mark(person: usize, turn: usize) -> Value {
    let status = ["present", "absent", "late", "sick"][turn % 4];
    let changes = json!([{"person": person_id(person), "status": status}]);
    json!({"type": "mark_sheet", "data": {"gathering": "7", "date": "2026-11-21", "changes": changes}})
}

/// The n-th of a stream of commands that always come to at least one event.
fn nth(n: usize) -> Value {
    let (person, turn) = (n % 30 + 1, n / 30);
    match n % 3 {
        0 if turn.is_multiple_of(2) => {
            let person = json!({"id": person_id(person)});
            json!({"type": "check_in", "data": {"person": person}})
        }
        _ => mark(person, turn),
    }
}

/// Puts one command of the stream for every permit. Returns when there are no more permits.
fn keep_marking(mut socket: Socket, permits: &mpsc::Receiver<()>) {
    for n in 0.. {
        if permits.recv().is_err() {
            return;
        }
        socket.command(&format!("n{n}"), nth(n));
        socket.next_of(&["answer", "error"]);
    }
}

/// The position of an event, checked to be in one of the rooms.
fn position(event: &Value) -> String {
    assert!([SHEET, "desk"].contains(&event["room"].as_str().unwrap()), "{event}");
    event["position"].as_str().unwrap().to_owned()
}

#[test]
fn a_thousand_cuts_over_changing_transports_leave_no_gap_and_no_repeat() {
    let program = Program::start();
    let (permit, permits) = mpsc::channel();
    let marker = program.native("1");
    let marking = thread::spawn(move || keep_marking(marker, &permits));
    let mut chance = Chance(20_261_121);
    let mut first = Follower::open(&program, Transport::WebSocket, "1", &[SHEET, "desk"], None);
    assert_eq!(first.next()["type"], "snapshot");
    let (mut known, mut seen) = (first.position.clone(), Vec::new());
    let start = known.clone().unwrap();
    drop(first);
    (0..40).for_each(|_| permit.send(()).unwrap());
    for _ in 0..CUTS {
        let transport = Transport::ALL[chance.below(3) as usize];
        let mut life = Follower::open(&program, transport, "1", &[SHEET, "desk"], known.as_deref());
        for _ in 0..chance.below(4) {
            // Twice as many as are read at most, since a check-in of somebody inside is no event.
            (0..2).for_each(|_| permit.send(()).unwrap());
            seen.push(position(&life.event()));
        }
        known = life.position.clone();
    }
    drop(permit);
    marking.join().unwrap();
    let kept = log(&*program.store, Some(&[SHEET.parse().unwrap(), Room::Desk]));
    let kept: Vec<String> = kept.iter().map(|(position, _)| position.to_string()).collect();
    let mut rest =
        Follower::open(&program, Transport::Poll, "1", &[SHEET, "desk"], known.as_deref());
    while seen.last() != kept.last() {
        seen.push(position(&rest.event()));
    }
    let from = kept.iter().position(|at| *at == start).map_or(0, |at| at + 1);
    assert!(seen.len() > CUTS, "{}", seen.len());
    assert_eq!(seen, kept[from..]);
}

#[test]
fn a_position_that_cannot_be_continued_gets_a_snapshot_and_the_reason() {
    let program = Program::start();
    publish(&program, 10_050);
    let head = log(&*program.store, None).last().unwrap().0;
    let at = |back: u64| Position {
        offset: rollcall_core::position::Offset(head.offset.0 - back),
        ..head
    };
    let cases = [
        (at(10_001).to_string(), "too_old"),
        (format!("{:08x}-{}", head.epoch.0 + 1, head.offset), "other_epoch"),
        (format!("{:08x}-{}", head.epoch.0, head.offset.0 + 1), "ahead"),
        ("yesterday".to_owned(), "unreadable"),
    ];
    for transport in Transport::ALL {
        for (after, reset) in &cases {
            let mut follower = Follower::open(&program, transport, "1", &[SHEET], Some(after));
            let snapshot = follower.next();
            assert_eq!(snapshot["type"], "snapshot", "{transport:?} {reset}: {snapshot}");
            assert_eq!(snapshot["data"]["reset"], *reset, "{transport:?}");
            assert_eq!(snapshot["data"]["position"], head.to_string(), "{transport:?}");
        }
        let after = at(10_000).to_string();
        let mut follower = Follower::open(&program, transport, "1", &[SHEET], Some(&after));
        for back in (9_990..10_000).rev() {
            assert_eq!(follower.event()["position"], at(back).to_string(), "{transport:?}");
        }
    }
}

/// Puts so many events on the sheet, quickly.
fn publish(program: &Program, events: usize) {
    let commands = (0..events).map(|n| serde_json::from_value(mark(n % 30 + 1, n / 30)).unwrap());
    let asks = commands.map(|command| rollcall_core::command::Ask {
        tenant: tenant(),
        by: By::System,
        id: None,
        command,
        fresh: rollcall::clock::fresh_id(),
    });
    let verdicts = asks.map(|ask| {
        let (reply, verdict) = tokio::sync::oneshot::channel();
        program.submitter.submit(ask, Reply::Waiter(reply)).unwrap();
        verdict
    });
    let mut waiting = VecDeque::new();
    for verdict in verdicts {
        waiting.push_back(verdict);
        if waiting.len() == WINDOW {
            waiting.pop_front().unwrap().blocking_recv().unwrap().unwrap();
        }
    }
    for verdict in waiting {
        verdict.blocking_recv().unwrap().unwrap();
    }
}

/// A client whose system takes little on its behalf: no less than two segments of this machine's
/// own network, or it would read in slow motion.
fn small_reader(program: &Program) -> Socket {
    let address = program.address(Dialect::Native);
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(128 * 1024).unwrap();
    socket.connect(&address.into()).unwrap();
    let stream: TcpStream = socket.into();
    let path = format!("/v1/live?token={}", program.token(Dialect::Native, "1"));
    Socket::over(stream, address, &path).unwrap()
}

/// Follows the sheet; as of which offset.
fn follow(socket: &mut Socket) -> u64 {
    socket.send(&json!({"type": "follow", "data": {"id": "f", "rooms": [SHEET]}}));
    offset(&socket.expect("snapshot"))
}

fn offset(message: &Value) -> u64 {
    message["data"]["position"].as_str().unwrap().parse::<Position>().unwrap().offset.0
}

/// Checks that what comes is contiguous up to the head; says how many fresh starts there were.
fn read_to_head(socket: &mut Socket, mut known: u64, head: u64) -> usize {
    let mut resets = 0;
    while known < head {
        let message = socket.next_of(&["event", "snapshot"]);
        let at = offset(&message);
        if message["type"] == "snapshot" {
            assert_eq!(message["data"]["reset"], "too_old", "{message}");
            assert!(at > known);
            resets += 1;
        } else {
            assert_eq!(at, known + 1, "a gap without an announcement");
        }
        known = at;
    }
    resets
}

#[test]
fn a_reader_that_stops_delays_nobody_and_is_told_when_it_is_brought_up_to_date() {
    let program = Program::start();
    let (mut slow, mut quick) = (small_reader(&program), program.native("2"));
    let mut head = follow(&mut slow);
    let start = follow(&mut quick);
    assert_eq!(head, start);
    for round in 0..31 {
        let began = Instant::now();
        publish(&program, ROUND);
        // One more event than marks: the sheet is begun.
        let next = head + ROUND as u64 + u64::from(round == 0);
        assert_eq!(read_to_head(&mut quick, head, next), 0);
        assert!(began.elapsed() < Duration::from_secs(2), "the quick reader was delayed");
        head = next;
    }
    let resets = read_to_head(&mut slow, start, head);
    assert_eq!(resets, 1, "30,000 events do not fit into a small reader's line");
    program.operator(mark(1, 0)).unwrap();
    assert_eq!(read_to_head(&mut slow, head, head + 1), 0);
}

#[test]
fn a_reader_that_stops_for_a_while_gets_everything_it_missed() {
    let program = Program::start();
    let mut slow = small_reader(&program);
    let start = follow(&mut slow);
    publish(&program, 9_000);
    assert_eq!(
        read_to_head(&mut slow, start, start + 9_001),
        0,
        "less than the limit is no reason to skip"
    );
}

#[test]
fn large_events_and_large_snapshots_are_no_reason_to_call_a_reader_slow() {
    let program = Program::with_people(12_000);
    let mut people = small_reader(&program);
    people.send(&json!({"type": "follow", "data": {"id": "f", "rooms": ["people"]}}));
    let snapshot = people.expect("snapshot");
    assert_eq!(snapshot["data"]["rooms"][0]["people"].as_array().unwrap().len(), 12_000);
    assert!(snapshot.to_string().len() > 2_000_000, "larger than what may wait for a slow reader");

    // Longer than the tape, and each as large as a document may be at its end.
    publish(&program, 5_000);
    for n in 0..60 {
        let data = json!({"text": "x".repeat(200_000), "n": n});
        let document = json!({"kind": "material", "id": format!("d{n}"), "data": data});
        program.operator(json!({"type": "put_document", "data": document})).unwrap();
    }
    let start = snapshot["data"]["position"].as_str().unwrap();
    let rooms = json!([SHEET, "documents/material"]);
    for _ in 0..2 {
        let mut back = small_reader(&program);
        let data = json!({"id": "f", "rooms": rooms, "after": start});
        back.send(&json!({"type": "follow", "data": data}));
        let known: Position = start.parse().unwrap();
        assert_eq!(read_to_head(&mut back, known.offset.0, known.offset.0 + 5_061), 0);
    }
}

#[test]
fn following_another_room_while_events_flow_keeps_positions_growing() {
    let program = Program::start();
    let (permit, permits) = mpsc::channel();
    let marker = program.native("1");
    let marking = thread::spawn(move || keep_marking(marker, &permits));
    for round in 0..60 {
        let mut socket = program.native("1");
        follow(&mut socket);
        (0..12).for_each(|_| permit.send(()).unwrap());
        let second = json!({"id": "second", "rooms": ["desk"]});
        socket.send(&json!({"type": "follow", "data": second}));
        let (mut known, mut heard) = (0, Vec::new());
        let joined = loop {
            let message = socket.next_of(&["event", "snapshot"]);
            let at = offset(&message);
            let grown = at > known || (message["type"] == "snapshot" && at == known);
            assert!(grown, "round {round}: {known} then {message}");
            known = at;
            if message["type"] == "snapshot" {
                break known;
            }
            heard.push(message["data"]["room"].clone());
        };
        assert!(heard.iter().all(|room| room == SHEET), "round {round}: {heard:?}");
        // Everything of both rooms after the snapshot, to the log's present end.
        let kept = log(&*program.store, Some(&[SHEET.parse().unwrap(), Room::Desk]));
        let after = kept.iter().filter(|(at, _)| at.offset.0 > joined);
        for (at, _) in after {
            assert_eq!(socket.expect("event")["data"]["position"], at.to_string(), "round {round}");
        }
    }
    drop(permit);
    marking.join().unwrap();
}
