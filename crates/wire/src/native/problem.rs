//! Every no of the native protocol: a code, the cause, what to do.

use rollcall_core::{
    rejection::{Refusal, Rejection},
    room::Room,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{COMMANDS_MAX, carried::Carried, request::Malformed};
use crate::conversation::SignInRefusal;

/// The `data` of an `error` message, and of REST's `error`.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// The request that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Box<str>>,
    /// The stable word for it.
    pub code: &'static str,
    cause: Box<str>,
    what_to_do: &'static str,
    /// The field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<Box<str>>,
    /// What a screen needs to show it, by code.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Box<Value>>,
}

impl Problem {
    /// A no: a stable code, and sentences for people.
    #[must_use]
    pub fn new(code: &'static str, cause: impl Into<Box<str>>, what_to_do: &'static str) -> Self {
        Self { id: None, code, cause: cause.into(), what_to_do, field: None, detail: None }
    }

    /// The request that it answers.
    pub(super) fn of(self, id: impl Into<Option<String>>) -> Self {
        Self { id: id.into().map(Into::into), ..self }
    }

    /// The room that it is about.
    pub(super) fn about(self, room: &Room) -> Self {
        Self { detail: Some(Box::new(json!({ "room": room }))), ..self }
    }

    /// Names its field as the request has it that carries the command.
    #[must_use]
    pub fn within(mut self, carried: Carried) -> Self {
        if let Some(field) = &mut self.field {
            *field = carried.path(field).into();
            if let Some(named) = self.detail.as_mut().and_then(|detail| detail.get_mut("field")) {
                *named = (**field).into();
            }
        }
        self
    }

    pub(super) fn token_expired() -> Self {
        Self::new("token_expired", "the token's time is over", "Get a fresh token and sign in.")
    }

    pub(super) fn signed_out(cause: &str) -> Self {
        Self::new("signed_out", cause, "Sign in.")
    }

    /// A request came before the sign-in.
    pub(super) fn not_signed_in() -> Self {
        Self::signed_out("nobody is signed in on this connection")
    }

    /// A room of an address is none.
    pub(super) fn not_a_room(why: &str) -> Self {
        Self::from(&Rejection::invalid("room", format!("is none: {why}")))
    }

    pub(super) fn other_account() -> Self {
        let cause = "a sign-in can only be refreshed for the same account";
        Self::new("other_account", cause, "Connect anew to sign in as somebody else.")
    }

    pub(super) fn busy(cause: &str) -> Self {
        Self::new("busy", cause, "Try again in a few seconds; nothing was stored.")
    }

    pub(super) fn fault() -> Self {
        Self::new(
            "fault",
            "the server broke while doing it",
            "Try again; a command with its same id.",
        )
    }

    pub(super) fn too_many_commands() -> Self {
        let cause = format!("{COMMANDS_MAX} commands of this connection wait for their answers");
        Self::new("too_many_commands", cause, "Wait for answers, then send it again.")
    }

    pub(super) fn binary() -> Self {
        let cause = "the native protocol has no binary messages";
        Self::new("malformed", cause, "Send JSON texts.")
    }
}

impl From<&SignInRefusal> for Problem {
    fn from(refusal: &SignInRefusal) -> Self {
        match refusal {
            SignInRefusal::Invalid | SignInRefusal::NoTenant => {
                let cause = "the token is not one for this server";
                Self::new("token_invalid", cause, "Get a fresh token and sign in.")
            }
            SignInRefusal::Expired => Self::token_expired(),
            SignInRefusal::Account => Self::signed_out("the account is not active"),
            SignInRefusal::Revoked => Self::signed_out("the sign-in was ended"),
            SignInRefusal::Busy => Self::busy("the token could not be checked now"),
        }
    }
}

impl From<Malformed> for Problem {
    fn from(malformed: Malformed) -> Self {
        let cause = match &malformed.field {
            Some(field) => format!("{field}: {}", malformed.why),
            None => malformed.why,
        };
        let field = malformed.field.map(Into::into);
        let what_to_do = "Correct the request; docs/protocol/native.md has an example of each.";
        Self { field, ..Self::new("malformed", cause, what_to_do) }.of(malformed.id)
    }
}

impl From<&Rejection> for Problem {
    fn from(rejection: &Rejection) -> Self {
        let mut spelled = serde_json::to_value(rejection).unwrap_or_default();
        let field = match rejection {
            Rejection::Invalid { field, .. } => Some(field.as_str().into()),
            _ => None,
        };
        let detail = spelled.get_mut("detail").map(|detail| Box::new(detail.take()));
        let said = Self::new(rejection.code(), rejection.to_string(), rejection.what_to_do());
        Self { field, detail, ..said }
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Rejected(rejection) => rejection.into(),
            Refusal::Fault(_) => Self::fault(),
            Refusal::Overloaded => Self::busy("too many commands wait for the store"),
        }
    }
}
