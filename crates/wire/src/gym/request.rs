//! Reads a client's frame, tolerant of every spelling that some generation sends (section 3).

use std::borrow::Cow;

use rollcall_core::time::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    batch_in,
    operation::{Operation, Side},
};

/// One thing that a client wants.
pub(super) enum Request {
    /// A check-in or check-out: answered exactly once.
    Operate(Box<Operation>),
    /// Prove who it is; without a token if it gave none.
    Authenticate(Option<Box<str>>),
    /// `heartbeat`.
    Heartbeat,
    /// `ping`.
    Ping,
    /// Fresh statistics, please.
    Reconnect,
    /// What was missed since an event (G9.11), if the client named one that can be.
    Resume(Option<Since>),
    /// Items of a batch beyond its size.
    Surplus(Box<batch_in::Surplus>),
    /// A type that is ignored silently.
    Other,
}

/// From where a client wants to resume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Since {
    /// After the `seq` of a frame of this log.
    Seq(u64),
    /// After the `eventId` of a frame.
    EventId(Box<str>),
}

/// A whole frame.
pub(super) enum Frame {
    /// One request.
    One(Request),
    /// A batch, worked off item by item.
    Batch(Vec<Request>),
}

/// Why a frame could not be read: the text of the `error` (G3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// Not JSON.
    Json,
    /// JSON, but no object.
    NotAnObject,
    /// An object whose `type` is missing or no text.
    Type,
}

impl Malformed {
    /// What the client is told.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Json => "Invalid JSON format",
            Self::NotAnObject | Self::Type => "Invalid message format",
        }
    }
}

/// Reads one frame.
pub(super) fn read(text: &str) -> Result<Frame, Malformed> {
    let frame = Object::read(text).ok_or_else(|| {
        let json = serde_json::from_str::<IgnoredAny>(text).is_ok();
        if json { Malformed::NotAnObject } else { Malformed::Json }
    })?;
    let kind = frame.text("type").ok_or(Malformed::Type)?;
    if kind == "batch" {
        return Ok(Frame::Batch(batch_in::read(&frame)));
    }
    let body = frame.object("payload").or_else(|| frame.object("data"));
    Ok(Frame::One(request(&kind, body.as_ref().unwrap_or(&frame))))
}

/// The request of that type with that body.
pub(super) fn request(kind: &str, body: &Object<'_>) -> Request {
    match kind {
        "check_in" => Request::Operate(Box::new(Operation::read(Side::In, body))),
        "check_out" => Request::Operate(Box::new(Operation::read(Side::Out, body))),
        "authenticate" | "auth" => {
            let token = body.text("token").unwrap_or_default();
            let token = token.trim();
            Request::Authenticate((!token.is_empty()).then(|| token.into()))
        }
        "heartbeat" => Request::Heartbeat,
        "ping" => Request::Ping,
        "reconnect" => Request::Reconnect,
        "resume" => Request::Resume(since(body)),
        _ => Request::Other,
    }
}

fn since(body: &Object<'_>) -> Option<Since> {
    let seq = body.field("since")?;
    match seq.get().parse() {
        Ok(seq) => Some(Since::Seq(seq)),
        Err(_) => body.text("since").map(|text| Since::EventId(text.as_ref().into())),
    }
}

/// A JSON object whose values are read only when asked for, so that neither depth nor size of
/// anything unknown costs more than skipping it (G10.3). Keys keep the order of the text.
#[derive(Default)]
pub(super) struct Object<'a>(pub(super) Vec<(String, &'a RawValue)>);

impl<'a> Object<'a> {
    /// Reads an object; `None` if the text is none.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The value of a key; the last one, as in JavaScript. `null` counts as absent.
    pub(super) fn field(&self, key: &str) -> Option<&'a RawValue> {
        let found = self.0.iter().rev().find(|(name, _)| name == key)?.1;
        (found.get() != "null").then_some(found)
    }

    /// The value of the first key that is there.
    pub(super) fn either(&self, first: &str, second: &str) -> Option<&'a RawValue> {
        self.field(first).or_else(|| self.field(second))
    }

    /// The object under a key, if one is there.
    pub(super) fn object(&self, key: &str) -> Option<Self> {
        self.field(key).and_then(|raw| Self::read(raw.get()))
    }

    /// The text under a key, if one is there.
    pub(super) fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        self.field(key).and_then(text)
    }

    /// An instant: an ISO text or milliseconds since 1970.
    pub(super) fn instant(&self, key: &str) -> Option<Timestamp> {
        let raw = self.field(key)?;
        match text(raw) {
            Some(iso) => iso.trim().parse().ok(),
            None => raw.get().parse().ok().map(Timestamp::from_millis),
        }
    }
}

/// A value as a text, if it is one.
pub(super) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    serde_json::from_str(raw.get()).ok().map(Cow::Owned)
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs)
            }
        }
        deserializer.deserialize_map(Pairs).map(Object)
    }
}
