//! Every frame that answers one client, as text (G4.4, G4.6). Events have [`super::news`].

use rollcall_core::{desk::Stats, id::CommandId, position::Position, time::Timestamp};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    json,
    operation::Side,
    shape::{self, VisitShape},
};
use crate::message::Message;

/// A frame; its human text stands at the top and in the payload (G4.1).
#[derive(Serialize)]
struct Frame<'a, P> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry: Option<bool>,
    #[serde(rename = "requestId", skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a CommandId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<P>,
}

impl<'a, P: Serialize> Frame<'a, P> {
    const fn new(kind: &'a str, payload: Option<P>) -> Self {
        Self {
            kind,
            message: None,
            code: None,
            retry: None,
            request_id: None,
            timestamp: None,
            payload,
        }
    }

    fn message(&self) -> Message {
        Message::new(&json::write(self))
    }
}

/// A frame with just a payload.
pub(super) fn plain(kind: &str, payload: impl Serialize) -> Message {
    Frame::new(kind, Some(payload)).message()
}

#[derive(Serialize)]
struct Said<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry: Option<bool>,
}

fn said(kind: &str, text: &str, retry: Option<bool>) -> Message {
    let payload = Said { message: text, retry };
    Frame { message: Some(text), retry, ..Frame::new(kind, Some(payload)) }.message()
}

/// `error`.
pub(super) fn error(text: &str) -> Message {
    said("error", text, None)
}

/// `error` with the advice to try again.
pub(super) fn error_to_retry(text: &str) -> Message {
    said("error", text, Some(true))
}

/// The three frames of a refusal, in order (G2.11).
pub(super) fn refusal(reason: &str) -> [Message; 3] {
    #[derive(Serialize)]
    struct Failed<'a> {
        success: bool,
        message: &'a str,
    }
    [
        error(&format!("Authentication required: {reason}")),
        said("authentication_error", reason, None),
        plain("auth_response", Failed { success: false, message: reason }),
    ]
}

/// `authentication_success`.
pub(super) fn authenticated() -> Message {
    said("authentication_success", "Successfully authenticated", None)
}

/// `auth_response` to a good token.
pub(super) fn auth_response() -> Message {
    #[derive(Serialize)]
    struct Succeeded {
        success: bool,
    }
    plain("auth_response", Succeeded { success: true })
}

/// `connection_status`: a bare text, because anything else crashes the client's chip (G4.4).
pub(super) fn connection_status() -> Message {
    plain("connection_status", "connected")
}

/// `heartbeat_ack`.
pub(super) fn heartbeat_ack(now: Timestamp) -> Message {
    Frame { timestamp: Some(now), ..Frame::<()>::new("heartbeat_ack", None) }.message()
}

/// `pong`.
pub(super) fn pong(now: Timestamp) -> Message {
    #[derive(Serialize)]
    struct At {
        timestamp: Timestamp,
    }
    let payload = Some(At { timestamp: now });
    Frame { timestamp: Some(now), ..Frame::new("pong", payload) }.message()
}

/// One of the three names of the statistics.
pub(super) fn stats(kind: &str, stats: Stats, now: Timestamp) -> Message {
    plain(kind, shape::stats(stats, now))
}

/// `resumed`: what was missed follows, or a fresh snapshot replaces it (G9.11).
pub(super) fn resumed(as_of: Position, snapshot: bool) -> Message {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Resumed {
        seq: u64,
        event_id: Position,
        snapshot: bool,
    }
    plain("resumed", Resumed { seq: as_of.offset.0, event_id: as_of, snapshot })
}

/// Why an operation was refused, in the client's words.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    code: &'static str,
    text: String,
    retry: Option<bool>,
    visit: Option<Box<RawValue>>,
}

impl Refused {
    pub(super) fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), retry: None, visit: None }
    }

    pub(super) fn retryable(self) -> Self {
        Self { retry: Some(true), ..self }
    }

    pub(super) fn member_not_found() -> Self {
        Self::new("member_not_found", "Member not found")
    }

    pub(super) fn not_open() -> Self {
        Self::new("not_open", "Check-in not found or already checked out")
    }

    pub(super) fn forbidden() -> Self {
        Self::new("forbidden", "You do not have permission to perform this action")
    }

    pub(super) fn rate_limited() -> Self {
        Self::new("rate_limited", RATE_LIMITED).retryable()
    }

    pub(super) fn already_in(visit: &VisitShape<'_>, name: &str) -> Self {
        let refused = Self::new("already_checked_in", format!("{name} is already checked in"));
        Self { visit: RawValue::from_string(json::write(visit)).ok(), ..refused }
    }

    pub(super) fn internal(side: Side) -> Self {
        Self::new(
            "internal",
            match side {
                Side::In => "Internal server error during check-in",
                Side::Out => "Internal server error during check-out",
            },
        )
    }
}

/// The text for whatever is not executed because there was too much of it.
pub(super) const RATE_LIMITED: &str = "Rate limit exceeded";

/// `check_in_error` or `check_out_error`.
pub(super) fn operation_error(side: Side, refused: &Refused, id: Option<&CommandId>) -> Message {
    #[derive(Serialize)]
    struct Payload<'a> {
        error: &'a str,
        message: &'a str,
        code: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry: Option<bool>,
        #[serde(rename = "requestId", skip_serializing_if = "Option::is_none")]
        request_id: Option<&'a CommandId>,
        #[serde(rename = "checkIn", skip_serializing_if = "Option::is_none")]
        check_in: Option<&'a RawValue>,
    }
    let (error, code, retry) = (refused.text.as_str(), refused.code, refused.retry);
    let check_in = refused.visit.as_deref();
    let payload = Payload { error, message: error, code, retry, request_id: id, check_in };
    let kind = match side {
        Side::In => "check_in_error",
        Side::Out => "check_out_error",
    };
    let frame = Frame::new(kind, Some(payload));
    Frame { message: Some(error), code: Some(code), retry, request_id: id, ..frame }.message()
}

/// `check_in_success` or `check_out_success`.
pub(super) fn operation_success(
    side: Side,
    visit: &VisitShape<'_>,
    id: Option<&CommandId>,
) -> Message {
    #[derive(Serialize)]
    struct Payload<'a> {
        #[serde(flatten)]
        visit: &'a VisitShape<'a>,
        #[serde(rename = "requestId", skip_serializing_if = "Option::is_none")]
        request_id: Option<&'a CommandId>,
    }
    let kind = match side {
        Side::In => "check_in_success",
        Side::Out => "check_out_success",
    };
    let payload = Payload { visit, request_id: id };
    Frame { request_id: id, ..Frame::new(kind, Some(payload)) }.message()
}
