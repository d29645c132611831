//! Tables and properties of the packet decoder.

use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};

use super::{Malformed, Packet, decode};
use crate::socketio::{ARGS_MAX, ATTACHMENTS_MAX, JSON_DEPTH_MAX, PacketWriter};

/// A packet as one line, to compare by.
fn line(packet: &Packet<'_>) -> String {
    let json = |args: &[&serde_json::value::RawValue]| {
        args.iter().map(|arg| arg.get()).collect::<Vec<_>>().join("|")
    };
    match packet {
        Packet::Connect { namespace, payload } => {
            format!("connect {namespace} {}", payload.map_or("-", |payload| payload.get()))
        }
        Packet::Disconnect { namespace } => format!("disconnect {namespace}"),
        Packet::Event(event) => {
            let name = event.name.as_deref().unwrap_or("(none)");
            let (namespace, ack, n) = (event.namespace, event.ack, event.attachments);
            format!("event {namespace} {ack:?} {n} {name} {}", json(&event.args))
        }
        Packet::Ack(ack) => {
            let (namespace, id, n) = (ack.namespace, ack.id, ack.attachments);
            format!("ack {namespace} {id} {n} {}", json(&ack.args))
        }
        Packet::ConnectError { namespace, payload } => {
            format!("connect error {namespace} {}", payload.get())
        }
    }
}

#[test]
fn legal_packets_are_read() {
    let table = [
        ("0", "connect / -"),
        (r#"0{"token":"1"}"#, r#"connect / {"token":"1"}"#),
        ("0/custom", "connect /custom -"),
        ("0/custom,", "connect /custom -"),
        (r#"0/custom,{"a":1}"#, r#"connect /custom {"a":1}"#),
        ("1", "disconnect /"),
        ("1/custom", "disconnect /custom"),
        ("1/custom,", "disconnect /custom"),
        (r#"2["a"]"#, "event / None 0 a "),
        (r#"2["a",1,"2",{"3":[true]}]"#, r#"event / None 0 a 1|"2"|{"3":[true]}"#),
        (r#"2/c,456["a", 1 ]"#, "event /c Some(456) 0 a 1"),
        (r#"2["\u00e9\n"]"#, "event / None 0 é\n "),
        (r#"2[""]"#, "event / None 0  "),
        (r#"2["/x,1[",2]"#, "event / None 0 /x,1[ 2"),
        ("3456[]", "ack / 456 0 "),
        (r#"3/c,0[1,"2"]"#, r#"ack /c 0 0 1|"2""#),
        (r#"4{"message":"no"}"#, r#"connect error / {"message":"no"}"#),
        (r#"4/x,"no""#, r#"connect error /x "no""#),
        (r#"52-/c,7["a",{}]"#, "event /c Some(7) 2 a {}"),
        (r#"50-["a"]"#, "event / None 0 a "),
        ("61-7[{}]", "ack / 7 1 {}"),
        ("218446744073709551615[\"a\"]", "event / Some(18446744073709551615) 0 a "),
    ];
    for (text, expected) in table {
        assert_eq!(decode(text).as_ref().map(line), Ok(expected.to_owned()), "{text}");
    }
}

#[test]
fn c14_3_an_event_without_a_name_is_legal() {
    for text in ["2", "2[17]", "2[-1,{}]", "2/c,", "2[0.5]"] {
        let Ok(Packet::Event(event)) = decode(text) else { unreachable!("{text} is an event") };
        assert_eq!(event.name, None, "{text}");
    }
}

#[test]
fn illegal_packets_are_refused_by_kind() {
    let table = [
        ("", Malformed::Empty),
        ("abc", Malformed::UnknownType),
        ("7", Malformed::UnknownType),
        ("é", Malformed::UnknownType),
        ("0[]", Malformed::Shape),
        ("0\"token\"", Malformed::Shape),
        ("01", Malformed::Shape),
        ("0{", Malformed::Json),
        ("0{}x", Malformed::Json),
        ("0/c,null", Malformed::Shape),
        ("1{}", Malformed::Shape),
        ("1/c,1", Malformed::Shape),
        ("2{}", Malformed::Shape),
        ("2[]", Malformed::Shape),
        ("2[null]", Malformed::Shape),
        ("2[{}]", Malformed::Shape),
        ("2[[\"a\"]]", Malformed::Shape),
        ("2\"a\"", Malformed::Shape),
        ("2[\"a\"", Malformed::Json),
        ("2[\"a\"]]", Malformed::Json),
        ("2[\"a\",]", Malformed::Json),
        ("2[\"a\",NaN]", Malformed::Json),
        ("2abc[\"a\",1]", Malformed::Json),
        ("2-1[\"a\"]", Malformed::Json),
        ("2[\"\\ud800\"]", Malformed::Json),
        ("218446744073709551616[\"a\"]", Malformed::AckId),
        ("3[1]", Malformed::AckId),
        ("31{}", Malformed::Shape),
        ("31", Malformed::Json),
        ("4", Malformed::Json),
        ("4[]", Malformed::Shape),
        ("5[\"a\"]", Malformed::AttachmentCount),
        ("5-[\"a\"]", Malformed::AttachmentCount),
        ("51[\"a\"]", Malformed::AttachmentCount),
        ("5", Malformed::AttachmentCount),
        ("51", Malformed::AttachmentCount),
        ("6x-1[]", Malformed::AttachmentCount),
        ("599999999999999999999-[\"a\"]", Malformed::TooManyAttachments),
    ];
    for (text, why) in table {
        assert_eq!(decode(text).err(), Some(why), "{text}");
    }
}

#[test]
fn an_attachment_flood_is_refused_at_its_announcement() {
    let announce = |count: usize| format!("5{count}-[\"a\"]");
    assert!(decode(&announce(ATTACHMENTS_MAX)).is_ok());
    let flood = decode(&announce(ATTACHMENTS_MAX + 1)).err();
    assert_eq!(flood, Some(Malformed::TooManyAttachments));
}

#[test]
fn arguments_are_bounded() {
    let event = |args: usize| format!("2[\"a\"{}]", ",1".repeat(args));
    assert!(decode(&event(ARGS_MAX)).is_ok());
    assert_eq!(decode(&event(ARGS_MAX + 1)).err(), Some(Malformed::TooManyArgs));
    assert_eq!(decode(&event(400_000)).err(), Some(Malformed::TooManyArgs));
}

#[test]
fn nesting_is_bounded_and_brackets_in_strings_do_not_count() {
    let nested = |depth: usize| format!("2[\"a\",{}{}]", "[".repeat(depth), "]".repeat(depth));
    assert!(decode(&nested(JSON_DEPTH_MAX - 1)).is_ok());
    assert_eq!(decode(&nested(JSON_DEPTH_MAX)).err(), Some(Malformed::TooDeep));
    assert_eq!(decode(&nested(500_000)).err(), Some(Malformed::TooDeep));
    let bomb = format!("0{}", "{\"a\":".repeat(100_000));
    assert_eq!(decode(&bomb).err(), Some(Malformed::TooDeep));
    let quoted = format!("2[\"a\",\"{}\\\"[[\"]", "[".repeat(1_000));
    assert!(decode(&quoted).is_ok());
}

#[test]
fn a_packet_cut_anywhere_is_malformed_or_says_less_but_never_panics() {
    let whole = r#"52-/näme,12["é€😀",{"_placeholder":true,"num":0},"\u00e9"]"#;
    for (cut, _) in whole.char_indices().skip(1) {
        let short = decode(&whole[..cut]);
        let says_less = matches!(&short, Ok(Packet::Event(event)) if event.name.is_none());
        assert!(short.is_err() || says_less, "cut at {cut}: {short:?}");
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "\\PC{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            proptest::collection::btree_map("\\PC{0,6}", inner, 0..4)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn an_event_survives_its_text(
        namespace in "/[^,]{0,8}",
        ack: Option<u64>,
        name in "(\\PC|[\\x00-\\x1f\"\\\\]){0,12}",
        args in proptest::collection::vec(json(), 0..4),
    ) {
        let mut text = String::new();
        let mut writer = PacketWriter::event(&mut text, &namespace, ack, &name);
        for arg in &args {
            writer = writer.arg(arg).unwrap();
        }
        writer.finish();
        let Ok(Packet::Event(event)) = decode(&text) else { unreachable!("{text}") };
        prop_assert_eq!(event.namespace, namespace);
        prop_assert_eq!(event.ack, ack);
        prop_assert_eq!(event.name.as_deref(), Some(name.as_str()));
        let read: Vec<serde_json::Value> =
            event.args.iter().map(|arg| serde_json::from_str(arg.get()).unwrap()).collect();
        prop_assert_eq!(read, args);
    }

    #[test]
    fn garbage_never_panics(text in "[0-6]?[0-9]{0,2}-?(/[a-z]{0,3},)?\\PC*") {
        drop(decode(&text));
    }
}
