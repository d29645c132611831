//! The client's behaviour, case by case.

use std::sync::Arc;

use super::{Client, Malformed, Packet, Settings, Step, Violation};
use crate::socketio::{PacketWriter, connect, invalid_namespace};

fn settings() -> Arc<Settings> {
    Arc::new(Settings {
        namespaces: vec!["/".into(), "/custom".into()],
        connect_timeout_ms: 8_000,
        packet_bytes_max: 1_000,
    })
}

fn fresh() -> Client {
    Client::new(settings(), 0)
}

/// A client in the main namespace.
fn connected() -> Client {
    let mut client = fresh();
    let _ = client.text("0").unwrap();
    assert!(client.connected("/"));
    client
}

fn refusal(client: &mut Client, text: &str) -> Violation {
    client.text(text).expect_err(text)
}

#[test]
fn connecting_hands_the_credentials_up() {
    let table = [
        ("0", "/", None),
        (r#"0{"token":"123"}"#, "/", Some(r#"{"token":"123"}"#)),
        ("0/custom,", "/custom", None),
        (r#"0/custom,{"token":"abc"}"#, "/custom", Some(r#"{"token":"abc"}"#)),
    ];
    for (text, wanted, credentials) in table {
        let mut client = fresh();
        let Ok(Step::Connect { namespace, auth }) = client.text(text) else {
            unreachable!("{text}")
        };
        assert_eq!((namespace, auth.map(|auth| auth.get())), (wanted, credentials));
        assert!(!client.is_connected(namespace), "not before it is granted");
        assert!(client.connected(namespace));
        assert!(client.is_connected(namespace));
        let mut answer = String::new();
        connect(&mut answer, namespace, r#"{"sid":"S"}"#);
        assert!(answer == r#"0{"sid":"S"}"# || answer == r#"0/custom,{"sid":"S"}"#);
    }
}

#[test]
fn c2_2_an_unknown_namespace_is_refused_and_the_client_lives() {
    let mut client = fresh();
    for text in ["0/random", "0/random,{}", "0/custom/", "0/custom?token=1"] {
        let Ok(Step::InvalidNamespace(namespace)) = client.text(text) else {
            unreachable!("{text}")
        };
        let mut answer = String::from("4");
        invalid_namespace(&mut answer, namespace);
        assert_eq!(answer, format!(r#"44{namespace},{{"message":"Invalid namespace"}}"#));
    }
    assert!(matches!(client.text("0"), Ok(Step::Connect { .. })));
}

#[test]
fn the_main_namespace_may_be_named() {
    assert!(matches!(fresh().text("0/"), Ok(Step::Connect { namespace: "/", .. })));
}

#[test]
fn c2_8_the_time_to_connect_ends_with_a_connect_to_a_real_namespace() {
    let mut client = fresh();
    assert_eq!(client.connect_by_ms(), Some(8_000));
    let _ = client.text("0/random").unwrap();
    assert_eq!(client.connect_by_ms(), Some(8_000));
    let _ = client.text("0").unwrap();
    assert_eq!(client.connect_by_ms(), None);
    client.refused("/", 5_000);
    assert_eq!(client.connect_by_ms(), Some(13_000), "a refused client may ask again");
    assert!(matches!(client.text("0"), Ok(Step::Connect { .. })));
}

#[test]
fn a_refusal_beside_a_connected_namespace_sets_no_clock() {
    let mut client = connected();
    let _ = client.text("0/custom").unwrap();
    client.refused("/custom", 5_000);
    assert_eq!(client.connect_by_ms(), None);
    assert!(client.is_connected("/"));
}

#[test]
fn packets_before_connect_end_the_connection() {
    for text in ["2[\"a\"]", "2", "31[]", "1", "4{}", "50-[\"a\"]"] {
        assert_eq!(refusal(&mut fresh(), text), Violation::NotConnected, "{text}");
        let mut asking = fresh();
        let _ = asking.text("0").unwrap();
        assert_eq!(refusal(&mut asking, text), Violation::NotConnected, "not granted: {text}");
    }
}

#[test]
fn packets_for_another_namespace_end_the_connection() {
    for text in ["2/custom,[\"a\"]", "3/custom,1[]", "1/custom", "2/random,[\"a\"]"] {
        assert_eq!(refusal(&mut connected(), text), Violation::NotConnected, "{text}");
    }
}

#[test]
fn a_second_connect_ends_the_connection() {
    assert_eq!(refusal(&mut connected(), "0"), Violation::AlreadyConnected);
    let mut asking = fresh();
    let _ = asking.text("0").unwrap();
    assert_eq!(refusal(&mut asking, "0{}"), Violation::AlreadyConnected);
}

#[test]
fn a_client_refuses_nobody() {
    assert_eq!(refusal(&mut connected(), "4{}"), Violation::WrongDirection);
}

#[test]
fn malformed_packets_end_the_connection() {
    let table = [
        ("abc", Malformed::UnknownType),
        ("2{}", Malformed::Shape),
        (r#"2abc["message-with-ack",1,"2",{"3":[false]}]"#, Malformed::Json),
    ];
    for (text, why) in table {
        assert_eq!(refusal(&mut connected(), text), Violation::Malformed(why), "{text}");
        assert_eq!(refusal(&mut fresh(), text), Violation::Malformed(why), "{text}");
    }
}

#[test]
fn leaving_the_main_namespace_keeps_the_connection_open() {
    let mut client = connected();
    assert!(matches!(client.text("1"), Ok(Step::Disconnected("/"))));
    assert_eq!(client.connect_by_ms(), None);
    assert!(matches!(client.text("0"), Ok(Step::Connect { .. })), "and it may come back");
}

#[test]
fn leaving_one_namespace_leaves_the_other() {
    let mut client = connected();
    let _ = client.text("0/custom").unwrap();
    assert!(client.connected("/custom"));
    assert!(matches!(client.text("1/custom"), Ok(Step::Disconnected("/custom"))));
    assert!(matches!(client.text("2[\"message\"]"), Ok(Step::Event(_))));
    assert_eq!(refusal(&mut client, "2/custom,[\"message\"]"), Violation::NotConnected);
}

#[test]
fn the_server_may_take_a_client_out() {
    let mut client = connected();
    assert!(client.disconnect("/"));
    assert!(!client.disconnect("/"));
    assert_eq!(refusal(&mut client, "2[\"late\"]"), Violation::NotConnected);
}

#[test]
fn only_what_was_asked_for_is_granted() {
    assert!(!fresh().connected("/"));
    assert!(!connected().connected("/"));
    assert!(!fresh().connected("/random"));
}

/// Answers an event the way an echoing layer above would.
fn echo(packet: &Packet<'_>) -> String {
    let Packet::Event(event) = packet else { unreachable!("{packet:?}") };
    let (mut out, space, n) = (String::from("4"), event.namespace, event.attachments);
    let writer = match (event.ack, n) {
        (Some(id), 0) => PacketWriter::ack(&mut out, space, id),
        (Some(id), n) => PacketWriter::binary_ack(&mut out, n, space, id),
        (None, 0) => PacketWriter::event(&mut out, space, None, "message-back"),
        (None, n) => PacketWriter::binary_event(&mut out, n, space, None, "message-back"),
    };
    event.args.iter().fold(writer, |writer, arg| writer.raw(arg.get())).finish();
    out
}

#[test]
fn a_plain_event_is_echoed_with_and_without_ack() {
    let table = [
        (r#"2["message",1,"2",{"3":[true]}]"#, r#"42["message-back",1,"2",{"3":[true]}]"#),
        (r#"2456["message-with-ack",1,"2",{"3":[false]}]"#, r#"43456[1,"2",{"3":[false]}]"#),
    ];
    for (text, answer) in table {
        let mut client = connected();
        let Ok(Step::Event(event)) = client.text(text) else { unreachable!("{text}") };
        assert_eq!(echo(&Packet::Event(event)), answer);
    }
}

#[test]
fn a_binary_event_is_echoed_with_and_without_ack() {
    let pair = r#"{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}"#;
    let table = [
        (format!(r#"52-["m",{pair}]"#), format!(r#"452-["message-back",{pair}]"#)),
        (format!(r#"52-789["m",{pair}]"#), format!("462-789[{pair}]")),
    ];
    for (text, answer) in table {
        let mut client = connected();
        assert!(matches!(client.text(&text), Ok(Step::Nothing)));
        assert!(matches!(client.binary(&[1, 2, 3]), Ok(Step::Nothing)));
        let Ok(Step::Assembled(whole)) = client.binary(&[4, 5, 6]) else { unreachable!("{text}") };
        assert_eq!(echo(&whole.packet().unwrap()), answer);
        assert_eq!(whole.attachments, [vec![1, 2, 3], vec![4, 5, 6]]);
    }
}

#[test]
fn a_binary_event_for_a_namespace_that_is_not_connected_ends_the_connection() {
    let mut client = connected();
    let _ = client.text("51-/custom,[\"a\"]").unwrap();
    assert_eq!(client.binary(&[1]).expect_err("not in"), Violation::NotConnected);
    let stray = connected().binary(&[1]).expect_err("nothing announced it");
    assert_eq!(stray, Violation::Malformed(Malformed::UnexpectedAttachment));
}

#[test]
fn an_acknowledgement_is_handed_up() {
    let mut client = connected();
    assert!(matches!(client.text("37[1]"), Ok(Step::Ack(ack)) if ack.id == 7));
}

#[test]
fn c14_3_events_nobody_can_listen_to_are_ignored() {
    let mut client = connected();
    for text in ["2", "2[17]", "212[17,{}]"] {
        assert!(matches!(client.text(text), Ok(Step::Nothing)), "{text}");
    }
}
