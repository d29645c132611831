//! What a Socket.IO packet can say, and the ways a text can fail to be one.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// The namespace of a packet that names none.
pub const MAIN_NAMESPACE: &str = "/";

/// Attachments of one binary packet, the reference parser's bound.
pub const ATTACHMENTS_MAX: usize = 10;

/// Arguments of one event or acknowledgement; each costs memory before anyone has looked at it.
pub const ARGS_MAX: usize = 64;

/// Arrays and objects inside each other in a packet's JSON. Half of what `serde_json` would
/// follow, so that whoever parses an argument never meets its limit.
pub const JSON_DEPTH_MAX: usize = 64;

/// Why a text is no Socket.IO packet, or not now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A packet without even a type.
    #[error("empty packet")]
    Empty,
    /// The first character names no packet type.
    #[error("unknown packet type")]
    UnknownType,
    /// More bytes than the decoder's bound, attachments included.
    #[error("packet too large")]
    TooLarge,
    /// A binary packet that does not say how many attachments it has.
    #[error("bad attachment count")]
    AttachmentCount,
    /// More attachments than [`ATTACHMENTS_MAX`].
    #[error("too many attachments")]
    TooManyAttachments,
    /// An acknowledgement id above 64 bits, or missing where it is the point.
    #[error("bad acknowledgement id")]
    AckId,
    /// What follows the header is not JSON.
    #[error("payload is not JSON")]
    Json,
    /// JSON deeper than [`JSON_DEPTH_MAX`].
    #[error("payload too deep")]
    TooDeep,
    /// JSON of a shape this packet type does not have.
    #[error("payload of the wrong shape")]
    Shape,
    /// More arguments than [`ARGS_MAX`].
    #[error("too many arguments")]
    TooManyArgs,
    /// A placeholder for an attachment the packet does not have.
    #[error("placeholder without attachment")]
    Placeholder,
    /// A text where an attachment was due.
    #[error("text where an attachment was due")]
    AttachmentDue,
    /// Binary that no packet announced.
    #[error("unexpected attachment")]
    UnexpectedAttachment,
}

/// One packet; texts are borrowed from the message it came in.
#[derive(Clone, Debug)]
pub enum Packet<'a> {
    /// `0`: the client asks for a namespace, with its credentials; the server grants it.
    Connect {
        /// Which one.
        namespace: &'a str,
        /// A JSON object.
        payload: Option<&'a RawValue>,
    },
    /// `1`: this namespace is left.
    Disconnect {
        /// Which one.
        namespace: &'a str,
    },
    /// `2` and `5`.
    Event(Event<'a>),
    /// `3` and `6`.
    Ack(Ack<'a>),
    /// `4`: the server refuses a namespace.
    ConnectError {
        /// Which one.
        namespace: &'a str,
        /// A JSON object or string.
        payload: &'a RawValue,
    },
}

/// A named event with its arguments.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// Where it is said.
    pub namespace: &'a str,
    /// The id under which the sender waits for an acknowledgement.
    pub ack: Option<u64>,
    /// `None` where a number stands in its place or there is no payload at all: legal, but
    /// nobody can listen to it (church rule 14.3).
    pub name: Option<Cow<'a, str>>,
    /// What follows the name.
    pub args: Vec<&'a RawValue>,
    /// How many binary messages belong to it.
    pub attachments: usize,
}

/// The answer to an event that asked for one.
#[derive(Clone, Debug)]
pub struct Ack<'a> {
    /// Where it is said.
    pub namespace: &'a str,
    /// The id of the event it answers.
    pub id: u64,
    /// The answer.
    pub args: Vec<&'a RawValue>,
    /// How many binary messages belong to it.
    pub attachments: usize,
}

impl<'a> Packet<'a> {
    /// The namespace it is about.
    #[must_use]
    pub fn namespace(&self) -> &'a str {
        match self {
            Self::Connect { namespace, .. }
            | Self::Disconnect { namespace }
            | Self::ConnectError { namespace, .. } => namespace,
            Self::Event(event) => event.namespace,
            Self::Ack(ack) => ack.namespace,
        }
    }

    /// How many binary messages belong to it.
    #[must_use]
    pub fn attachments(&self) -> usize {
        match self {
            Self::Event(event) => event.attachments,
            Self::Ack(ack) => ack.attachments,
            Self::Connect { .. } | Self::Disconnect { .. } | Self::ConnectError { .. } => 0,
        }
    }

    pub(super) fn args(&self) -> &[&'a RawValue] {
        match self {
            Self::Event(event) => &event.args,
            Self::Ack(ack) => &ack.args,
            Self::Connect { .. } | Self::Disconnect { .. } | Self::ConnectError { .. } => &[],
        }
    }
}

/// The attachment an argument stands for, if it is nothing but a placeholder.
#[must_use]
pub fn placeholder(arg: &RawValue) -> Option<usize> {
    #[derive(Deserialize)]
    struct Placeholder {
        #[serde(rename = "_placeholder")]
        is_placeholder: bool,
        num: usize,
    }
    let found: Placeholder = serde_json::from_str(arg.get()).ok()?;
    found.is_placeholder.then_some(found.num)
}
