//! What a native client says: one JSON text a request, read strictly, refused by the field's name.

use rollcall_core::{command::Command, room::Room};
use serde::Deserialize;

use super::misfit::misfit;

/// One request. It has no `Debug`: a token must not end in a log by accident.
#[derive(Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Request {
    /// Sign in, or refresh the sign-in with a fresh token of the same account.
    SignIn {
        /// The token.
        token: String,
    },
    /// Follow rooms.
    Follow {
        /// The client's name for the request; the answer carries it.
        id: String,
        /// Which rooms.
        rooms: Vec<Room>,
        /// The position to go on from; opaque, so it is not judged here.
        #[serde(default)]
        after: Option<String>,
        /// Whether to be seen there.
        #[serde(default)]
        presence: bool,
    },
    /// Follow rooms no longer.
    Unfollow {
        /// Which rooms.
        rooms: Vec<Room>,
    },
    /// Put a command to the tenant.
    Command {
        /// The client's id for it; sending it again gives the first answer again.
        id: String,
        /// What is asked.
        command: Command,
    },
    /// Say what is edited now.
    Edit {
        /// In which room.
        room: Room,
        /// What, in the client's own words; nothing any more if absent.
        #[serde(default)]
        what: Option<String>,
    },
    /// Ask for a sign of life.
    Ping(#[expect(dead_code, reason = "lets `data` be empty or absent")] Option<Nothing>),
}

/// An empty `data`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// A text that is no request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// The request's own id, if one can be made out.
    pub id: Option<String>,
    /// The field that is wrong, from the request's `data` inwards, if one is.
    pub field: Option<String>,
    /// What is wrong.
    pub why: String,
}

impl Request {
    /// Reads a text.
    ///
    /// # Errors
    /// [`Malformed`] with the field at which reading stopped.
    pub fn read(text: &str) -> Result<Self, Malformed> {
        serde_json::from_str(text).map_err(|error| {
            let (field, why) = misfit::<Self>(text, &error);
            Malformed { id: id_of(text), field, why }
        })
    }
}

/// The id of a request that is otherwise wrong, so that its sender can still tell which it was.
fn id_of(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Outer {
        data: Inner,
    }
    #[derive(Deserialize)]
    struct Inner {
        id: String,
    }
    let outer: Outer = serde_json::from_str(text).ok()?;
    (outer.data.id.len() <= rollcall_core::limits::ID_BYTES_MAX).then_some(outer.data.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn malformed(text: &str) -> Malformed {
        Request::read(text).err().expect("a text that is no request")
    }

    #[test]
    fn a_ping_needs_no_data() {
        for text in
            [r#"{"type":"ping"}"#, r#"{"type":"ping","data":{}}"#, r#"{"type":"ping","data":null}"#]
        {
            assert!(matches!(Request::read(text), Ok(Request::Ping(_))), "{text}");
        }
    }

    #[test]
    fn every_mistake_names_its_field() {
        for (text, field) in [
            (r#"{"type":"sign_in","data":{}}"#, "token"),
            (r#"{"type":"sign_in","data":{"token":7}}"#, "token"),
            (r#"{"type":"follow","data":{"id":"1","rooms":["desk","nowhere"]}}"#, "rooms[1]"),
            (r#"{"type":"follow","data":{"id":"1","rooms":"desk"}}"#, "rooms"),
            (r#"{"type":"follow","data":{"id":"1","rooms":[],"befor":"x"}}"#, "befor"),
            (r#"{"type":"ping","data":{"x":1}}"#, "x"),
            (r#"{"type":"dance","data":{}}"#, "type"),
            (r#"{"data":{}}"#, "type"),
            (
                r#"{"type":"command","data":{"id":"c","command":{"type":"check_in","data":{}}}}"#,
                "command.data.person",
            ),
            (
                r#"{"type":"command","data":{"id":"c","command":{"type":"fly","data":{}}}}"#,
                "command.type",
            ),
            (
                r#"{"type":"command","data":{"id":"c","command":{"type":"mark_sheet","data":{"gathering":"g","date":"2025-02-30","changes":[]}}}}"#,
                "command.data.date",
            ),
        ] {
            assert_eq!(malformed(text).field.as_deref(), Some(field), "{text}");
        }
    }

    #[test]
    fn every_mistake_is_told_in_plain_words() {
        for (text, field, why) in [
            ("7", None, "the request must be an object, not 7"),
            ("[]", None, "the request must be an object"),
            (r#"{"type":"ping","x":1}"#, Some("x"), "is not known; known here: `type` or `data`"),
            (r#"{"data":{"token":7},"type":"sign_in"}"#, Some("token"), "must be a text, not 7"),
            (
                r#"{"data":{"command":{"data":{},"type":"check_in"},"id":"c"},"type":"command"}"#,
                Some("command.data.person"),
                "is missing",
            ),
            ("hello", None, "the request is no JSON: expected value at line 1 column 1"),
            (r#"{"type":"ping""#, None, "the request is no JSON: EOF"),
            (r#"{"type":5}"#, Some("type"), "must be a text"),
            (r#"{"type":["ping"]}"#, Some("type"), "must be a text"),
            (r#"{"type":null}"#, Some("type"), "must be a text"),
            (r#"{"type":"follow","data":7}"#, Some("data"), "must be an object, not 7"),
            (r#"{"type":"follow","data":"x"}"#, Some("data"), r#"must be an object, not "x""#),
            (r#"{"type":"follow"}"#, Some("data"), "is missing"),
            (r#"{"type":"sign_in","data":{"token":7}}"#, Some("token"), "must be a text, not 7"),
            (r#"{"type":"dance"}"#, Some("type"), "must be one of `sign_in`, "),
            (
                r#"{"type":"command","data":{"id":"c","command":{"type":5}}}"#,
                Some("command.type"),
                "must be a text",
            ),
            (
                r#"{"type":"command","data":{"id":"c","command":"fly"}}"#,
                Some("command"),
                "must be an object, not \"fly\"",
            ),
            (
                r#"{"type":"command","data":{"id":"c","command":{"type":"check_in","data":{"person":{"id":"a","code":"b"}}}}}"#,
                Some("command.data.person"),
                "must be an object with one of `id`, `number`, `code`",
            ),
            (
                r#"{"type":"follow","data":{"id":"f","rooms":[[]]}}"#,
                Some("rooms[0]"),
                "must be a text, not a list",
            ),
            (r#"{"type":"follow","data":["a"]}"#, Some("data"), "must be an object, not a list"),
            (r#"{"type":"edit","data":{"room":[]}}"#, Some("room"), "must be a text, not a list"),
            (
                r#"{"type":"command","data":{"id":"c","command":{"type":"check_in","data":{"person":"p1"}}}}"#,
                Some("command.data.person"),
                "must be an object with one of `id`, `number`, `code`",
            ),
        ] {
            let Malformed { field: found, why: said, .. } = malformed(text);
            assert_eq!(found.as_deref(), field, "{text}: {said}");
            assert!(said.starts_with(why), "{text}: {said}");
        }
    }

    #[test]
    fn what_is_no_json_has_no_field_and_what_has_an_id_keeps_it() {
        assert_eq!(malformed("hello").field, None);
        assert_eq!(malformed("").id, None);
        let text = r#"{"type":"follow","data":{"id":"f1","rooms":7}}"#;
        assert_eq!(malformed(text).id.as_deref(), Some("f1"));
    }

    #[test]
    fn a_client_cannot_choose_what_only_the_server_asks() {
        for kind in ["import", "set_password", "start_session"] {
            let text = format!(
                r#"{{"type":"command","data":{{"id":"c","command":{{"type":"{kind}","data":{{}}}}}}}}"#
            );
            assert_eq!(malformed(&text).field.as_deref(), Some("command.type"), "{kind}");
        }
    }
}
