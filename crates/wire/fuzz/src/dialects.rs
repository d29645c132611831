//! What hostile lines may do to a conversation: nothing but get an answer.

use rollcall_core::{audience::Keys, people::Account, time::Timestamp};
use rollcall_wire::conversation::{Conversation, Framing, Identity, Moment, Opening, Outbox};

/// Lines as a native client's messages, before and after it is let in.
pub fn native(input: &[u8]) {
    talk(|opening| Box::new(rollcall_wire::native::Native::new(opening)), input);
}

/// Lines as a gym client's messages, before and after it is let in.
pub fn gym(input: &[u8]) {
    talk(|opening| Box::new(rollcall_wire::gym::Gym::new(Default::default(), opening)), input);
}

/// Lines as a church client's packets, before and after it is let in.
pub fn church(input: &[u8]) {
    use rollcall_wire::church::{Church, Endpoint, Seal};
    let endpoint = std::sync::Arc::new(Endpoint::new(Seal::new([7; 32]), false));
    talk(
        |opening| Box::new(Church::new(endpoint.clone(), opening, [7; 15], Timestamp::default())),
        input,
    );
}

/// Whatever a client says, a conversation neither panics nor wants more of one text than a
/// bounded number of things.
fn talk(open: impl Fn(Opening) -> Box<dyn Conversation>, input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let (framing, at) = (Framing::WebSocket, Moment { now: Timestamp::default(), stats: None });
    for known in [false, true] {
        let mut out = Outbox::default();
        let token = known.then(|| "token".to_owned());
        let opening = Opening { framing, token, rooms: Vec::new(), after: None };
        let mut conversation = open(opening);
        conversation.opened(&at, &mut out);
        if known {
            conversation.signed_in(Ok(somebody()), &at, &mut out);
        }
        for line in text.lines().take(50) {
            conversation.text(line, &at, &mut out);
            conversation.binary(line.as_bytes(), &at, &mut out);
            assert!(out.drain().count() <= 4_096, "one text wants too much");
        }
    }
}

fn somebody() -> std::sync::Arc<Identity> {
    let account = serde_json::json!({ "id": "1", "role": "admin" });
    let account: std::sync::Arc<Account> =
        std::sync::Arc::new(serde_json::from_value(account).expect("an account"));
    std::sync::Arc::new(Identity {
        tenant: "t".into(),
        keys: Keys::of(&account, &[]),
        account,
        session: None,
        expires_at: Timestamp::from_millis(i64::MAX),
    })
}
