//! A check-in or check-out: from the client's body to a command, and from its verdict to an answer.

use rollcall_core::{
    command::Command,
    decide::Answer,
    desk::{Claim, PersonRef},
    event::{Committed, Event},
    id::{CommandId, PersonId, VisitId},
    rejection::{Refusal, Rejection},
    time::Timestamp,
};

use super::{
    frames::{self, Refused},
    request::{Object, text},
};
use crate::message::Message;

/// Characters of a `requestId` (G3.6).
const REQUEST_ID_CHARS_MAX: usize = 64;

/// Which way through the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// `check_in`.
    In,
    /// `check_out`.
    Out,
}

/// One operation as it was asked.
pub(super) struct Operation {
    /// Which way.
    pub(super) side: Side,
    /// What it means, or what is wrong with it.
    pub(super) command: Result<Command, Refused>,
    /// The client's id for it.
    pub(super) id: Option<CommandId>,
}

impl Operation {
    /// Reads the body of an operation.
    pub(super) fn read(side: Side, body: &Object<'_>) -> Self {
        let command = match side {
            Side::In => check_in(body),
            Side::Out => check_out(body),
        };
        Self { side, command, id: request_id(body) }
    }
}

/// The client's id for an operation; one that is too long or no text counts as absent.
pub(super) fn request_id(body: &Object<'_>) -> Option<CommandId> {
    let id = body.text("requestId")?;
    let fits = id.chars().count() <= REQUEST_ID_CHARS_MAX;
    fits.then(|| CommandId::parse("requestId", &id).ok()).flatten()
}

/// By what a command is known as one that was asked already: the client's id for it and what it
/// does. A check-out with the id of a check-in cannot be answered with that check-in's result, so it
/// is another request (G3.6); REST and WebSocket share the ids.
#[must_use]
pub fn command_id(command: &Command, request: &CommandId) -> CommandId {
    let operation = match command {
        Command::CheckIn { .. } => "check_in",
        Command::CheckOut { .. } => "check_out",
        Command::Change { id: None, .. } => "create",
        _ => "change",
    };
    CommandId::new(format!("{operation}:{request}"))
}

fn check_in(body: &Object<'_>) -> Result<Command, Refused> {
    let named = body.either("memberId", "member_id").and_then(text);
    let person = named.and_then(|named| person_ref(named.trim()));
    Ok(Command::CheckIn {
        person: person.ok_or_else(Refused::member_not_found)?,
        location: free_text(body, "location", "must be text of at most 100 characters")?,
        notes: free_text(body, "notes", "must be text of at most 2000 characters")?,
        claim: claim(body),
    })
}

fn check_out(body: &Object<'_>) -> Result<Command, Refused> {
    let named = body.either("checkInId", "check_in_id").and_then(text);
    let visit = named.and_then(|named| VisitId::parse("checkInId", named.trim()).ok());
    Ok(Command::CheckOut {
        visit: visit.ok_or_else(Refused::not_open)?,
        notes: free_text(body, "notes", "must be text of at most 2000 characters")?,
        claim: claim(body),
    })
}

/// A member's id in any letter case, what stands on a card, or an id that an operator brought
/// along (G3.4). `None` for what cannot be any of them.
#[must_use]
pub fn person_ref(named: &str) -> Option<PersonRef> {
    PersonId::parse("memberId", named).ok().map(|_| PersonRef::Code(named.to_owned()))
}

fn free_text(body: &Object<'_>, field: &str, must: &str) -> Result<Option<String>, Refused> {
    let Some(raw) = body.field(field) else {
        return Ok(None);
    };
    let text = text(raw).ok_or_else(|| Refused::new("invalid", format!("{field} {must}")))?;
    Ok(Some(text.into_owned()))
}

fn claim(body: &Object<'_>) -> Option<Claim> {
    let queued = body.field("queued").is_some_and(|raw| raw.get() == "true");
    body.instant("timestamp").map(|at| Claim { at, queued })
}

/// The one answer to an operation (G3.5).
pub(super) fn answer(
    side: Side,
    id: Option<&CommandId>,
    verdict: &Result<Answer, Refusal>,
    now: Timestamp,
) -> Message {
    let refused = match verdict {
        Ok(answer) => match answer.events.iter().find_map(|event| success(side, id, event)) {
            Some(message) => return message,
            None => Refused::internal(side),
        },
        Err(Refusal::Rejected(rejection)) => rejected(side, rejection, now),
        Err(Refusal::Fault(_)) => Refused::internal(side),
        Err(Refusal::Overloaded) => Refused::internal(side).retryable(),
    };
    frames::operation_error(side, &refused, id)
}

fn success(side: Side, id: Option<&CommandId>, committed: &Committed) -> Option<Message> {
    let (visit, person, warning) = match &committed.event {
        Event::CheckedIn { visit, person, warning } => (visit, person, warning.as_deref()),
        Event::CheckedOut { visit, person } => (visit, person, None),
        _ => return None,
    };
    let shape = super::shape::visit(visit, person, committed.at).warned(warning);
    Some(frames::operation_success(side, &shape, id))
}

/// The contract's words for a rejection (G7.3 to G7.13).
fn rejected(side: Side, rejection: &Rejection, now: Timestamp) -> Refused {
    match (side, rejection) {
        (_, Rejection::Invalid { .. }) => Refused::new("invalid", rejection.to_string()),
        (_, Rejection::Forbidden { .. }) => Refused::forbidden(),
        (_, Rejection::NotFound { what, .. }) if what == "account" => Refused::forbidden(),
        (Side::In, Rejection::NotFound { what, .. }) if what == "person" => {
            Refused::member_not_found()
        }
        (_, Rejection::AlreadyCheckedIn { visit, person }) => {
            Refused::already_in(&super::shape::visit(visit, person, now), &person.name())
        }
        (_, Rejection::Membership { why, .. }) => Refused::new("membership", why.clone()),
        (Side::Out, Rejection::NotCheckedIn { .. } | Rejection::NotFound { .. }) => {
            Refused::not_open()
        }
        _ => Refused::internal(side),
    }
}
