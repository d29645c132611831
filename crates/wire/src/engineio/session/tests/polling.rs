//! Long polling: payloads both ways, faults, closing, the bounded queue.

use super::{BAD, GONE, ID, NOTHING, Packet, Session, Stage, line, settings};

#[test]
fn opening_answers_the_first_get_with_the_open_packet_alone() {
    let mut out = Vec::new();
    drop(Session::open_polling(&ID, settings().into(), 0, &mut out));
    let lines: Vec<_> = out.iter().map(line).collect();
    let open = format!(
        "answer 0{{\"sid\":\"{ID}\",\"upgrades\":[\"websocket\"],\"pingInterval\":300,\
         \"pingTimeout\":200,\"maxPayload\":100}}"
    );
    assert_eq!(lines, [open]);
}

#[test]
fn a_posted_text_goes_up_and_a_reply_waits_for_the_get() {
    let mut stage = Stage::polling();
    assert_eq!(stage.post("4hello"), ["text hello", "ok"]);
    assert_eq!(stage.send("4hello"), NOTHING);
    assert_eq!(stage.get(), ["answer 4hello"]);
}

#[test]
fn a_hanging_get_is_answered_by_the_first_thing_sent() {
    let mut stage = Stage::polling();
    assert_eq!(stage.get(), NOTHING);
    assert_eq!(stage.send("4hello"), ["answer 4hello"]);
    assert_eq!(stage.send("4again"), NOTHING);
}

#[test]
fn several_texts_travel_in_one_payload_in_order() {
    let mut stage = Stage::polling();
    assert_eq!(stage.post("4a\x1e4b\x1e4c"), ["text a", "text b", "text c", "ok"]);
    for text in ["4a", "4b", "4c"] {
        stage.send(text);
    }
    assert_eq!(stage.get(), ["answer 4a\x1e4b\x1e4c"]);
}

#[test]
fn binary_travels_as_base64_beside_text() {
    let mut stage = Stage::polling();
    assert_eq!(stage.post("4hello\x1ebAQIDBA=="), ["text hello", "binary [1, 2, 3, 4]", "ok"]);
    stage.send("4hello");
    stage.turn(|session, _, out| session.send(Packet::Binary(vec![1, 2, 3, 4].into()), out));
    assert_eq!(stage.get(), ["answer 4hello\x1ebAQIDBA=="]);
}

#[test]
fn an_answer_is_cut_at_the_payload_bound_and_the_rest_comes_next() {
    let mut stage = Stage::polling();
    let (a, b) = (format!("4{}", "a".repeat(59)), format!("4{}", "b".repeat(59)));
    stage.session.queue.push(Packet::message(a.clone()));
    stage.session.queue.push(Packet::message(b.clone()));
    assert_eq!(stage.get(), [format!("answer {a}")]);
    assert_eq!(stage.get(), [format!("answer {b}")]);
}

#[test]
fn a_malformed_body_ends_the_session() {
    let table = [
        ("abc", "UnknownType"),
        ("", "Empty"),
        ("4a\x1e", "Empty"),
        ("b*", "BadBase64"),
        ("0{}", "WrongDirection"),
        ("2", "WrongDirection"),
        ("2probe", "WrongDirection"),
    ];
    for (body, why) in table {
        let mut stage = Stage::polling();
        let lines = stage.post(body);
        let end = [format!("closed Malformed({why})"), BAD.to_owned()];
        assert!(lines.ends_with(&end), "{body:?}: {lines:?}");
        assert_eq!(stage.get(), [GONE]);
        assert_eq!(stage.post("4a"), [GONE]);
    }
    let cut = Stage::polling().post_bytes(&"4é".as_bytes()[..2]);
    assert_eq!(cut, ["closed Malformed(NotUtf8)", BAD]);
}

#[test]
fn what_stood_before_the_fault_is_delivered() {
    let mut stage = Stage::polling();
    assert_eq!(stage.post("4a\x1ex\x1e4b"), ["text a", "closed Malformed(UnknownType)", BAD],);
}

#[test]
fn an_oversized_body_is_refused_and_nothing_of_it_is_read() {
    let mut stage = Stage::polling();
    assert_eq!(stage.post(&format!("4{}", "x".repeat(100))), ["413 "]);
    assert_eq!(stage.post(&format!("4{}", "x".repeat(99))).last().unwrap(), "ok");
}

#[test]
fn a_second_get_beside_a_hanging_one_ends_the_session() {
    let mut stage = Stage::polling();
    assert_eq!(stage.get(), NOTHING);
    assert_eq!(stage.get(), ["answer 1", "closed DuplicatePoll", BAD]);
    assert_eq!(stage.get(), [GONE]);
}

#[test]
fn a_dropped_get_ends_the_session() {
    let mut stage = Stage::polling();
    stage.get();
    let (_, lines) = stage.turn(|session, _, out| session.get_dropped(out));
    assert_eq!(lines, ["closed TransportClosed"]);
}

#[test]
fn a_drop_after_the_answer_changes_nothing() {
    let mut stage = Stage::polling();
    stage.get();
    stage.send("4a");
    let (_, lines) = stage.turn(|session, _, out| session.get_dropped(out));
    assert_eq!(lines, NOTHING);
    assert!(!stage.session.is_closed());
}

#[test]
fn a_client_that_closes_gets_a_noop_for_its_hanging_get() {
    let mut stage = Stage::polling();
    stage.get();
    assert_eq!(stage.post("1\x1e4late"), ["answer 6", "closed ClientClosed", "ok"]);
    assert_eq!(stage.get(), [GONE]);
}

#[test]
fn c2_10_a_server_that_closes_sends_what_waits_and_packet_1() {
    let mut stage = Stage::polling();
    stage.get();
    let (_, lines) = stage.turn(|session, _, out| {
        session.send(Packet::message("4last"), out);
        session.close(out);
        session.close(out);
    });
    assert_eq!(lines, ["answer 4last\x1e1", "closed ServerClosed"]);
    let mut stage = Stage::polling();
    assert_eq!(stage.close(), ["closed ServerClosed"]);
    assert_eq!(stage.get(), [GONE]);
}

#[test]
fn c2_13_one_packet_above_the_backlog_closes() {
    let mut stage = Stage::polling();
    for _ in 0..4 {
        assert_eq!(stage.send("4a"), NOTHING);
    }
    assert_eq!(stage.send("4a"), ["closed Backlog"]);
    let mut stage = Stage::polling();
    stage.send("4012345678901234567890123456789012345678901234567890123456789");
    assert_eq!(stage.send("4a"), ["closed Backlog"]);
    assert_eq!(stage.send("4a"), NOTHING);
}

#[test]
fn a_log_is_offered_only_while_a_get_hangs_and_the_answer_has_room() {
    let mut stage = Stage::polling();
    let event = Packet::message("4012345678901234567890123456789");
    assert!(!stage.session.offer(&event));
    stage.get();
    let (taken, lines) = stage.turn(|session, _, _| {
        std::iter::repeat_with(|| session.offer(&event)).take_while(|&taken| taken).count()
    });
    assert_eq!(taken, 2);
    assert_eq!(lines.len(), 1);
    assert!(!stage.session.offer(&event), "the GET is answered");
}

#[test]
fn after_the_end_nothing_is_taken() {
    let mut stage = Stage::polling();
    stage.close();
    assert!(!stage.session.can_take());
    assert_eq!(stage.send("4a"), NOTHING);
    assert_eq!(stage.at(100_000), NOTHING);
    assert_eq!(stage.session.next_deadline_ms(), None);
}
