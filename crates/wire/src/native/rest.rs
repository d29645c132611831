//! What REST says in the words of the live protocol: answers, events, rooms and every no.

use rollcall_core::{
    decide::Answer,
    event::Committed,
    facts::Facts,
    id::{AccountId, CommandId},
    position::{Epoch, Position},
    rejection::{Fault, Refusal},
    room::Room,
    time::Timestamp,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

pub use super::{carried::Carried, problem::Problem};
use super::{
    misfit::misfit,
    request::Malformed,
    said::{self, Answered, Happened},
    snapshot,
};

/// Reads a body; a wrong field is refused by its name.
///
/// # Errors
/// What is wrong, and where.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|error| {
        let (field, why) = misfit::<T>(text, &error);
        Malformed { id: None, field, why }.into()
    })
}

/// What a command came to: the `data` of the live `answer`.
pub fn answer<'a>(id: Option<&'a CommandId>, answer: &'a Answer) -> impl Serialize + 'a {
    Answered::new(id, answer)
}

/// An event: the `data` of the live `event`. `None` for what is told to nobody.
#[must_use]
pub fn event(epoch: Epoch, committed: &Committed) -> Option<impl Serialize + '_> {
    said::is_told(&committed.event).then(|| Happened::new(epoch, committed))
}

/// What is in one room as the account may see it: one of the `rooms` of a live `snapshot`, with
/// its position.
///
/// # Errors
/// The rules said no, or the store broke.
pub fn room(
    facts: &dyn Facts,
    position: Position,
    room: &Room,
    account: &AccountId,
    now: Timestamp,
) -> Result<Value, Refusal> {
    let picture = snapshot::room(facts, position, room, account.clone(), now)?;
    let spelt = serde_json::to_value(picture);
    Ok(spelt.map_err(|error| Fault(format!("a room could not be written: {error}")))?)
}

#[cfg(test)]
mod tests {
    use rollcall_core::{event::Event, position::Offset};

    use super::*;

    #[test]
    fn a_secret_is_told_to_nobody() {
        let event_of = |kept| {
            let offset = Offset(1);
            Committed { offset, at: Timestamp::default(), by: None, command: None, event: kept }
        };
        let secret = Event::PasswordSet { account: "a1".into(), hash: "$argon2id$".into() };
        assert!(event(Epoch(1), &event_of(secret)).is_none());
        assert!(event(Epoch(1), &event_of(Event::Imported { rows: Vec::new() })).is_none());
    }

    #[test]
    fn a_wrong_field_of_a_body_is_named() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Login {
            #[expect(dead_code, reason = "only its type is tried")]
            login: String,
        }
        for (text, field) in [(r#"{"login":7}"#, "login"), (r#"{"logn":"a"}"#, "logn")] {
            let problem = serde_json::to_value(read::<Login>(text).unwrap_err()).unwrap();
            assert_eq!((&problem["code"], &problem["field"]), (&"malformed".into(), &field.into()));
        }
    }
}
