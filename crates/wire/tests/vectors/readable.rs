//! Effects as readable JSON, and the JSON of a vector's steps as what the conversation is given.

use std::sync::Arc;

use rollcall_core::{
    audience::Keys,
    decide::Answer,
    event::Committed,
    live::{PresenceMember, Reset},
    people::Account,
    position::{Epoch, Position},
    rejection::{Fault, Refusal, Rejection},
    time::Timestamp,
};
use rollcall_wire::{
    conversation::{Effect, Framing, From, Identity, Note, Opening, SignInRefusal},
    message::Message,
    present::Present,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A value of a step as one of our own types.
pub fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"))
}

/// An optional text of a step.
pub fn text(value: &Value) -> Option<String> {
    value.as_str().map(Into::into)
}

/// A message as JSON, or as the text it is if it is none.
pub fn message(message: &Message) -> Value {
    let bytes = message.text();
    serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into_owned().into())
}

/// An effect without what cannot be written down: the look of a snapshot.
pub fn effect(effect: &Effect) -> Value {
    match effect {
        Effect::Send { message: sent, id: None } => json!({ "send": message(sent) }),
        Effect::Send { message: sent, id: Some(id) } => json!({ "send": message(sent), "id": id }),
        Effect::Binary(bytes) => json!({ "binary": bytes.to_vec() }),
        Effect::Recall => json!("recall"),
        Effect::Saw(gathering, date) => json!({ "saw": [gathering, date] }),
        Effect::SignIn { token } => json!({ "sign_in": token }),
        Effect::Submit { ticket, command, id } => {
            json!({ "submit": command, "id": id, "ticket": ticket.0 })
        }
        Effect::Look { ticket, .. } => json!({ "look": ticket.0 }),
        Effect::Follow { ticket, rooms, from } => {
            let from = match from {
                From::Head => json!("head"),
                From::Snapshot(_) => json!("snapshot"),
                From::After(position, _) => json!({ "after": position }),
            };
            json!({ "follow": rooms, "from": from, "ticket": ticket.0 })
        }
        Effect::Unfollow(room) => json!({ "unfollow": room }),
        Effect::Attend { room, editing } => json!({ "attend": room, "editing": editing }),
        Effect::Withdraw(room) => json!({ "withdraw": room }),
        Effect::Trust { tenant, account, email, role } => {
            json!({ "trust": { "tenant": tenant, "account": account, "email": email, "role": role } })
        }
        Effect::Claim { name } => json!({ "claim": &**name }),
        Effect::Keep { state } => json!({ "keep": &**state }),
        Effect::Relay(relay) => {
            let reach = format!("{:?}", relay.reach);
            json!({ "relay": message(&relay.message), "reach": reach })
        }
        Effect::Close { code, reason } => json!({ "close": code, "reason": reason }),
    }
}

/// `{"framing", "token"?, "rooms"?, "after"?}`.
pub fn opening(value: &Value) -> Opening {
    let framing = match value["framing"].as_str() {
        Some("web_socket") => Framing::WebSocket,
        Some("sse") => Framing::Sse,
        Some("poll") => Framing::Poll,
        Some("engine_io") => Framing::EngineIo,
        other => panic!("unknown framing {other:?}"),
    };
    let rooms = value["rooms"].as_array().into_iter().flatten().filter_map(text);
    Opening {
        framing,
        token: text(&value["token"]),
        rooms: rooms.collect(),
        after: text(&value["after"]),
    }
}

/// `{"tenant"?, "account", "teaches"?, "expires_at"}`.
pub fn identity(value: &Value) -> Arc<Identity> {
    let account: Account = read(&value["account"]);
    let teaches: Vec<_> = value.get("teaches").map(read).unwrap_or_default();
    Arc::new(Identity {
        tenant: value["tenant"].as_str().unwrap_or("t1").into(),
        keys: Keys::of(&account, &teaches),
        account: Arc::new(account),
        session: None,
        expires_at: read(&value["expires_at"]),
    })
}

/// `invalid`, `expired`, `account`, `revoked` or `busy`.
pub fn sign_in_refusal(value: &Value) -> SignInRefusal {
    match value.as_str() {
        Some("invalid") => SignInRefusal::Invalid,
        Some("expired") => SignInRefusal::Expired,
        Some("account") => SignInRefusal::Account,
        Some("revoked") => SignInRefusal::Revoked,
        Some("busy") => SignInRefusal::Busy,
        other => panic!("unknown refusal {other:?}"),
    }
}

/// `{"offset", "at", "by"?, "command"?, "event"}`.
pub fn committed(value: &Value) -> Arc<Committed> {
    Arc::new(Committed {
        offset: read(&value["offset"]),
        at: read(&value["at"]),
        by: read(&value["by"]),
        command: read(&value["command"]),
        event: read(&value["event"]),
    })
}

/// `{"position", "events", "marks"?, "repeated"?}`, `{"rejected": …}`, `"fault"` or `"overloaded"`.
pub fn verdict(value: &Value) -> Result<Answer, Refusal> {
    if let Some(rejection) = value.get("rejected") {
        return Err(Refusal::Rejected(read::<Rejection>(rejection)));
    }
    match value.as_str() {
        Some("fault") => return Err(Refusal::Fault(Fault("the disk is full".into()))),
        Some("overloaded") => return Err(Refusal::Overloaded),
        _ => {}
    }
    Ok(Answer {
        position: read(&value["position"]),
        events: value["events"].as_array().into_iter().flatten().map(committed).collect(),
        marks: value.get("marks").map(read).unwrap_or_default(),
        repeated: value["repeated"] == true,
    })
}

/// One of the stable words for a reset.
pub fn reset(value: &Value) -> Option<Reset> {
    let all = [Reset::OtherEpoch, Reset::TooOld, Reset::Ahead];
    value.as_str().map(|word| {
        let found = all.into_iter().find(|reset| reset.code() == word);
        found.unwrap_or_else(|| panic!("unknown reset {word}"))
    })
}

/// `"draining"` or an object with one of `stats`, `presence`, `identity`, `signed_out`, `lost`.
pub fn note(value: &Value) -> Note {
    if value == "draining" {
        return Note::Draining;
    }
    let (name, value) = value.as_object().and_then(|note| note.iter().next()).expect("a note");
    match name.as_str() {
        "stats" => Note::Stats(read(value)),
        "presence" => Note::Presence {
            room: read(&value["room"]),
            present: Arc::new(Present::new(members(&value["members"]))),
        },
        "identity" => Note::Identity(identity(value)),
        "signed_out" => Note::SignedOut(sign_in_refusal(value)),
        "lost" => Note::Lost(reset(value).expect("why")),
        other => panic!("unknown note {other}"),
    }
}

/// Those who are present, as the protocol shows them: their accounts have a name and no more.
fn members(shown: &Value) -> Vec<PresenceMember> {
    let member = |shown: &Value| PresenceMember {
        account: read(&json!({
            "id": shown["account"], "first_name": shown["name"], "role": "staff"
        })),
        editing: read(&shown["editing"]),
    };
    shown.as_array().expect("members").iter().map(member).collect()
}

/// The epoch of all positions in vectors.
pub const EPOCH: Epoch = Epoch(0x1f);

/// When a vector begins, unless it says otherwise.
pub fn beginning() -> Timestamp {
    read(&json!("2026-11-21T09:00:00.000Z"))
}

/// A position of a step.
pub fn position(value: &Value) -> Position {
    read(value)
}
