//! Whatever a client sends: no panic, and no close but those of section 2.

use proptest::prelude::*;
use rollcall_wire::conversation::Conversation;
use serde_json::{Value, json};

use crate::player::{Player, broken, kind};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~]{0,12}|GYM[0-9]{4}|\\PC{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let key =
            "type|payload|data|batches|memberId|checkInId|requestId|since|timestamp|[a-z]{1,4}";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..5)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

fn any_frame() -> impl Strategy<Value = String> {
    let kind = prop_oneof![
        Just("check_in"),
        Just("check_out"),
        Just("batch"),
        Just("heartbeat"),
        Just("ping"),
        Just("reconnect"),
        Just("resume"),
        Just("member_update"),
    ];
    let items = prop::collection::vec(any_json(), 0..4);
    prop_oneof![
        "\\PC{0,40}",
        any_json().prop_map(|value| value.to_string()),
        (kind.clone(), any_json())
            .prop_map(|(kind, body)| json!({ "type": kind, "payload": body }).to_string()),
        (kind, items).prop_map(|(kind, items)| {
            json!({ "type": "batch", "batches": { kind: items } }).to_string()
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn g3_7_no_frame_closes_a_socket_and_every_operation_is_answered(
        frames in prop::collection::vec(any_frame(), 1..12),
    ) {
        let mut player = Player::joined();
        for frame in &frames {
            prop_assume!(!frame.contains(r#""auth"#));
            player.hear_text(frame);
            loop {
                let said = player.said();
                let closed = said.iter().find(|said| !said["close"].is_null());
                prop_assert!(closed.is_none(), "{frame} closed: {closed:?}");
                if player.gym.ready() {
                    break;
                }
                match said.last().map(kind).as_deref() {
                    Some("follow") => player.live(10),
                    Some("submit") => player.answer(Err(broken())),
                    _ => return Err(TestCaseError::fail(format!("{frame}: it waits for nothing"))),
                };
            }
            player.advance(37);
        }
    }

    #[test]
    fn a_stranger_never_gets_anything_done(frame in any_frame()) {
        let mut player = Player::open(None);
        player.hear_text(&frame).advance(10_000);
        for said in player.said() {
            prop_assert!(said["submit"].is_null() && said["follow"].is_null(), "{frame}: {said}");
        }
    }
}
