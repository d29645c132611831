//! The gym's desk under many hands: exactly one visit, every screen the same, no frame that kills.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]
#![allow(clippy::disallowed_methods, reason = "tests measure real time")]

mod support;

use std::{thread, time::Duration};

use rollcall_core::{command::By, id::AccountId};
use rollcall_wire::Dialect;
use serde_json::{Value, json};
use support::{Program, Socket, desk, person_id, tally};

/// Screens that watch one desk.
const WATCHERS: usize = 500;

fn check_in(member: &str) -> Value {
    json!({"type": "check_in", "payload": {"memberId": member}})
}

/// The statistics' three numbers.
fn numbers(stats: &Value) -> [u64; 3] {
    ["currentlyIn", "todayTotal", "averageStayMinutes"].map(|key| stats[key].as_u64().unwrap())
}

fn counted(program: &Program) -> [u64; 3] {
    let stats = serde_json::to_value(tally(&*program.store)).unwrap();
    ["currently_in", "today_total", "average_stay_minutes"].map(|key| stats[key].as_u64().unwrap())
}

/// Puts a gym operation and waits for its answer.
fn operate(socket: &mut Socket, frame: &Value) -> Value {
    socket.send(frame);
    let kind = frame["type"].as_str().unwrap();
    socket.next_of(&[&format!("{kind}_success"), &format!("{kind}_error")])
}

#[test]
fn g7_4_twenty_simultaneous_check_ins_of_one_member_leave_one_visit() {
    let program = Program::start();
    let gym: Vec<_> = (0..10).map(|_| program.gym_at_once("2")).collect();
    let native: Vec<_> = (0..5).map(|_| program.native("1")).collect();
    let start = std::sync::Barrier::new(20);
    let (start, program) = (&start, &program);
    let command = json!({"type": "check_in", "data": {"person": {"number": "GYM0007"}}});
    let command = &command;
    let accepted: usize = thread::scope(|scope| {
        let mut hands = Vec::new();
        for mut socket in gym {
            hands.push(scope.spawn(move || {
                start.wait();
                let answer = operate(&mut socket, &check_in("GYM0007"));
                let refused = answer["type"] == "check_in_error";
                assert!(!refused || answer["payload"]["code"] == "already_checked_in", "{answer}");
                usize::from(!refused)
            }));
        }
        for (number, mut socket) in native.into_iter().enumerate() {
            hands.push(scope.spawn(move || {
                start.wait();
                // An id of its own: the same one from the same account is the same check-in.
                socket.command(&format!("c{number}"), command.clone());
                let answer = socket.next_of(&["answer", "error"]);
                usize::from(answer["type"] == "answer")
            }));
        }
        for _ in 0..5 {
            hands.push(scope.spawn(move || {
                start.wait();
                let by = By::Account(AccountId::new("1"));
                let command = serde_json::from_value(command.clone()).unwrap();
                usize::from(program.commit(by, None, command).is_ok())
            }));
        }
        hands.into_iter().map(|hand| hand.join().unwrap()).sum()
    });
    assert_eq!(accepted, 1);
    assert_eq!(desk(&*program.store).visits.len(), 1);
    assert_eq!(counted(program), [1, 1, 0]);
}

#[test]
fn g1_2_five_hundred_screens_see_twenty_check_ins_in_order_exactly_once() {
    support::allow_connections(WATCHERS + 4);
    let program = Program::start();
    let mut watchers: Vec<_> = (0..WATCHERS).map(|_| program.gym_at_once("4")).collect();
    thread::scope(|scope| {
        for desk in 0..4 {
            let mut socket = program.gym_at_once("2");
            scope.spawn(move || {
                for n in 0..5 {
                    let answer =
                        operate(&mut socket, &check_in(&format!("GYM{:04}", desk * 5 + n + 1)));
                    assert_eq!(answer["type"], "check_in_success", "{answer}");
                }
            });
        }
    });
    let kept = support::log(&*program.store, Some(&[rollcall_core::room::Room::Desk]));
    let kept: Vec<_> = kept
        .iter()
        .map(|(_, committed)| {
            serde_json::to_value(&committed.event).unwrap()["data"]["visit"]["id"].clone()
        })
        .collect();
    assert_eq!(kept.len(), 20);
    for (n, watcher) in watchers.iter_mut().enumerate() {
        let (mut seen, mut stats) = (Vec::new(), [0; 3]);
        while seen.len() < 20 || stats != [20, 20, 0] {
            let message = watcher.next();
            match message["type"].as_str().unwrap() {
                "member_checked_in" => seen.push(message["payload"]["id"].clone()),
                "stats_update" => stats = numbers(&message["payload"]),
                _ => {}
            }
        }
        assert_eq!(seen, kept, "watcher {n}");
        assert_eq!(stats, counted(&program), "watcher {n}");
    }
}

#[test]
fn g7_13_a_member_hears_own_visits_and_the_statistics() {
    let program = Program::start();
    let (mut mia, mut staff) = (program.gym("3"), program.gym("2"));
    for member in ["GYM0002", "GYM0001", "GYM0003"] {
        operate(&mut staff, &check_in(member));
    }
    let (mut heard, mut stats) = (Vec::new(), [0; 3]);
    while stats != [3, 3, 0] {
        let message = mia.next();
        let text = message.to_string();
        assert!(!text.contains(&person_id(2)) && !text.contains("Person3"), "{message}");
        match message["type"].as_str().unwrap() {
            "member_checked_in" => heard.push(message["payload"]["member"]["id"].clone()),
            "stats_update" => stats = numbers(&message["payload"]),
            _ => {}
        }
    }
    assert_eq!(heard, [json!(person_id(1))]);
    let refused = operate(&mut mia, &check_in("GYM0002"));
    assert_eq!(refused["payload"]["code"], "forbidden", "{refused}");
}

#[test]
fn g7_of_ten_simultaneous_check_outs_one_succeeds() {
    let program = Program::start();
    let mut sockets: Vec<_> = (0..10).map(|_| program.gym_at_once("2")).collect();
    let visit = operate(&mut sockets[0], &check_in("GYM0001"))["payload"]["id"].clone();
    let out = json!({"type": "check_out", "payload": {"checkInId": visit}});
    sockets.iter_mut().for_each(|socket| socket.send(&out));
    let answers = sockets.iter_mut().map(|s| s.next_of(&["check_out_success", "check_out_error"]));
    let accepted = answers.filter(|answer| answer["type"] == "check_out_success").count();
    assert_eq!(accepted, 1);
    assert_eq!(counted(&program)[..2], [0, 1]);
}

#[test]
fn g3_6_a_repeated_request_gets_its_first_answer_also_on_another_socket() {
    let program = Program::start();
    let asked = json!({"type": "check_in", "payload": {"memberId": "GYM0005", "requestId": "r-1"}});
    let first = operate(&mut program.gym("2"), &asked);
    let again = operate(&mut program.gym("2"), &asked);
    assert_eq!(first["type"], "check_in_success");
    assert_eq!(first["payload"]["requestId"], "r-1", "{first}");
    assert_eq!(first, again);
    assert_eq!(desk(&*program.store).visits.len(), 1);
    // Another account's request of the same name is another request.
    assert_eq!(operate(&mut program.gym("1"), &asked)["type"], "check_in_error");
}

#[test]
fn g3_6_a_check_out_with_the_id_of_a_check_in_is_a_request_of_its_own() {
    let program = Program::start();
    let mut socket = program.gym("2");
    let asked = json!({"type": "check_in", "payload": {"memberId": "GYM0005", "requestId": "r-1"}});
    let visit = operate(&mut socket, &asked)["payload"]["id"].clone();
    let asked = json!({"type": "check_out", "payload": {"checkInId": visit, "requestId": "r-1"}});
    let out = operate(&mut socket, &asked);
    assert_eq!((&out["type"], &out["requestId"]), (&"check_out_success".into(), &"r-1".into()));
    assert_eq!(out["payload"]["status"], "checked_out", "{out}");
    assert_eq!(operate(&mut socket, &asked), out, "and has a first answer of its own");
    assert_eq!(counted(&program)[..2], [0, 1]);
}

#[test]
fn g5_3_a_batch_of_500_gets_500_answers() {
    let program = Program::with_people(500);
    let mut socket = program.gym("2");
    let items: Vec<_> = (1..=500).map(|n| json!({"memberId": format!("GYM{n:04}")})).collect();
    socket.send(&json!({"type": "batch", "payload": {"batches": {"check_in": items}}}));
    for n in 1..=500 {
        let answer = socket.next_of(&["check_in_success", "check_in_error"]);
        assert_eq!(
            answer["payload"]["member"]["membership_number"],
            format!("GYM{n:04}"),
            "{answer}"
        );
    }
    assert_eq!(counted(&program), [500, 500, 0]);
}

#[test]
fn g3_7_no_content_of_a_frame_closes_a_socket() {
    let program = Program::start();
    let mut socket = program.gym("2");
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let deep_inside = format!(r#"{{"type":"check_in","payload":{deep}}}"#);
    let long =
        format!(r#"{{"type":"check_in","payload":{{"memberId":"{}"}}}}"#, "x".repeat(200_000));
    let bad: &[&str] = &[
        "",
        "nonsense",
        "7",
        "null",
        "[]",
        "{}",
        r#"{"type":null}"#,
        r#"{"type":{}}"#,
        r#"{"type":""}"#,
        r#"{"type":"check_in"}"#,
        r#"{"type":"check_in","payload":null,"data":7}"#,
        r#"{"type":"check_in","payload":{"memberId":{"a":1}}}"#,
        r#"{"type":"check_in","payload":{"memberId":"' OR 1=1 --"}}"#,
        r#"{"type":"check_in","payload":{"memberId":"\u0000\ud800"}}"#,
        r#"{"type":"check_out","payload":{"checkInId":-1e999}}"#,
        r#"{"type":"batch","payload":{"batches":{"check_in":7,"batch":[{}]}}}"#,
        r#"{"type":"batch","batches":null}"#,
        r#"{"type":"resume","payload":{"since":"x"}}"#,
        r#"{"type":"resume","payload":{"since":99999999999999999999}}"#,
        r#"{"type":"member_update"}"#,
        &deep,
        &deep_inside,
        &long,
    ];
    for text in bad {
        socket.text(text);
        socket.0.send(tungstenite::Message::binary(vec![0xff; 9])).unwrap();
        socket.send(&json!({"type": "ping"}));
        socket.expect("pong");
    }
    assert_eq!(operate(&mut socket, &check_in("GYM0001"))["type"], "check_in_success");
}

#[test]
fn g10_2_excess_frames_are_refused_and_operations_never() {
    let program = Program::start();
    let mut socket = program.gym("2");
    // At most one complaint a second; after it, nothing was executed for the excess.
    (0..1_500).for_each(|_| socket.send(&json!({"type": "ping"})));
    socket.send(&check_in("GYM0001"));
    let (mut pongs, mut complaints) = (0, 0);
    loop {
        let message = socket.next();
        match message["type"].as_str().unwrap() {
            "pong" => pongs += 1,
            "error" => {
                assert_eq!(
                    (&message["message"], &message["retry"]),
                    (&json!("Rate limit exceeded"), &json!(true))
                );
                complaints += 1;
            }
            "check_in_success" => break,
            _ => {}
        }
    }
    assert!((1_000..1_500).contains(&pongs), "{pongs}");
    assert!((1..=5).contains(&complaints), "{complaints}");
    let mut busy = program.gym("2");
    (0..1_100).for_each(|_| busy.send(&check_in("GYM0001")));
    for _ in 0..1_100 {
        let answer = busy.next_of(&["check_in_error", "error"]);
        assert_eq!(answer["payload"]["code"], "already_checked_in", "{answer}");
    }
}

#[test]
fn the_native_desk_tells_the_same_statistics() {
    let program = Program::start();
    let mut native = program.native("1");
    native.send(&json!({"type": "follow", "data": {"id": "f", "rooms": ["desk"]}}));
    native.expect("snapshot");
    let mut gym = program.gym_at_once("2");
    for n in 1..=5 {
        operate(&mut gym, &check_in(&format!("GYM{n:04}")));
        let event = native.expect("event");
        assert_eq!(event["data"]["event"]["data"]["visit"]["person"], person_id(n));
        let stats = native.expect("stats");
        assert_eq!(stats["data"]["currently_in"], n);
    }
    assert!(native.within(Duration::from_millis(100)).is_empty());
    let fresh = program
        .socket(Dialect::Gym, &format!("/ws/checkins/?token={}", program.token(Dialect::Gym, "4")))
        .next();
    assert_eq!(numbers(&fresh["payload"]), counted(&program));
}
