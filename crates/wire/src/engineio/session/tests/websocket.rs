//! A session directly on a WebSocket.

use super::{BAD, GONE, ID, NOTHING, Packet, Session, Stage, line, settings};

#[test]
fn opening_sends_an_open_packet_without_upgrades() {
    let mut out = Vec::new();
    drop(Session::open_websocket(&ID, settings().into(), 0, &mut out));
    let lines: Vec<_> = out.iter().map(line).collect();
    let open = format!(
        "frame 0{{\"sid\":\"{ID}\",\"upgrades\":[],\"pingInterval\":300,\
         \"pingTimeout\":200,\"maxPayload\":100}}"
    );
    assert_eq!(lines, [open]);
}

#[test]
fn text_goes_both_ways() {
    let mut stage = Stage::websocket();
    assert_eq!(stage.text("4hello"), ["text hello"]);
    assert_eq!(stage.send("4hello"), ["frame 4hello"]);
}

#[test]
fn binary_goes_both_ways_as_it_is() {
    let mut stage = Stage::websocket();
    let mut out = Vec::new();
    stage.session.websocket_binary(&[1, 2, 3, 4], &mut out);
    stage.session.send(Packet::Binary(vec![5, 6].into()), &mut out);
    stage.session.flush(&mut out);
    let lines: Vec<_> = out.iter().map(line).collect();
    assert_eq!(lines, ["binary [1, 2, 3, 4]", "frame [5, 6]"]);
}

#[test]
fn one_turn_is_one_run_of_frames_in_order() {
    let mut stage = Stage::websocket();
    let (_, lines) = stage.turn(|session, _, out| {
        session.send(Packet::message("4reply"), out);
        assert!(session.offer(&Packet::message("4event")));
    });
    assert_eq!(lines, ["frame 4reply", "frame 4event"]);
}

#[test]
fn a_malformed_message_closes_at_once() {
    for text in ["abc", "", "bAQID", "0", "2", "é"] {
        let mut stage = Stage::websocket();
        let lines = stage.text(text);
        assert_eq!(lines[0], "close websocket", "{text:?}");
        assert!(lines[1].starts_with("closed Malformed"), "{text:?}: {lines:?}");
        assert_eq!(stage.text("4a"), NOTHING);
    }
}

#[test]
fn a_ping_flood_ends_with_its_first_ping() {
    let mut stage = Stage::websocket();
    let (first, later) = (stage.text("2"), stage.text("2"));
    assert_eq!(first, ["close websocket", "closed Malformed(WrongDirection)"]);
    assert_eq!(later, NOTHING);
}

#[test]
fn messages_above_the_bound_close() {
    let mut stage = Stage::websocket();
    let lines = stage.text(&format!("4{}", "x".repeat(100)));
    assert_eq!(lines, ["close websocket", "closed Malformed(TooLarge)"]);
    let mut stage = Stage::websocket();
    let (_, lines) = stage.turn(|session, _, out| session.websocket_binary(&[0; 101], out));
    assert_eq!(lines, ["close websocket", "closed Malformed(TooLarge)"]);
}

#[test]
fn a_client_that_closes_has_its_websocket_closed() {
    let mut stage = Stage::websocket();
    assert_eq!(stage.text("1"), ["close websocket", "closed ClientClosed"]);
}

#[test]
fn a_server_that_closes_writes_what_waits_first() {
    let mut stage = Stage::websocket();
    let (_, lines) = stage.turn(|session, _, out| {
        session.send(Packet::message("4last"), out);
        session.close(out);
    });
    assert_eq!(lines, ["frame 4last", "close websocket", "closed ServerClosed"]);
}

#[test]
fn a_lost_websocket_is_the_end_of_the_session() {
    let mut stage = Stage::websocket();
    let (_, lines) = stage.turn(|session, _, out| session.websocket_closed(out));
    assert_eq!(lines, ["closed TransportClosed"]);
    assert_eq!(stage.get(), [GONE]);
}

#[test]
fn polling_requests_do_not_disturb_it() {
    let mut stage = Stage::websocket();
    assert_eq!(stage.get(), [BAD]);
    assert_eq!(stage.post("4stray"), [BAD]);
    assert_eq!(stage.text("4hello"), ["text hello"]);
}

#[test]
fn packets_that_mean_nothing_here_are_passed_over() {
    let mut stage = Stage::websocket();
    assert_eq!(stage.text("5"), NOTHING);
    assert_eq!(stage.text("6"), NOTHING);
    assert_eq!(stage.text("3"), NOTHING);
}
