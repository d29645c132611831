//! Reads one Socket.IO packet: type, attachments, namespace, acknowledgement id, JSON.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::packet::{
    ARGS_MAX, ATTACHMENTS_MAX, Ack, Event, JSON_DEPTH_MAX, MAIN_NAMESPACE, Malformed, Packet,
};

/// Reads a packet's text. A binary one says how many attachments follow; see
/// [`super::Decoder`], which gathers them.
///
/// # Errors
/// What is wrong with the text.
pub fn decode(text: &str) -> Result<Packet<'_>, Malformed> {
    let kind = *text.as_bytes().first().ok_or(Malformed::Empty)?;
    let rest = text.get(1..).ok_or(Malformed::UnknownType)?;
    let (attachments, rest) = match kind {
        b'0'..=b'4' => (0, rest),
        b'5' | b'6' => take_attachments(rest)?,
        _ => return Err(Malformed::UnknownType),
    };
    let (namespace, rest) = take_namespace(rest);
    match kind {
        b'0' => Ok(Packet::Connect { namespace, payload: object(rest)? }),
        b'1' if rest.is_empty() => Ok(Packet::Disconnect { namespace }),
        b'1' => Err(Malformed::Shape),
        b'4' => Ok(Packet::ConnectError { namespace, payload: reason(rest)? }),
        b'2' | b'5' => {
            let (ack, json) = take_ack(rest)?;
            let (name, args) = event_payload(json)?;
            Ok(Packet::Event(Event { namespace, ack, name, args, attachments }))
        }
        _ => {
            let (id, json) = take_ack(rest)?;
            let args = list(json)?;
            Ok(Packet::Ack(Ack { namespace, id: id.ok_or(Malformed::AckId)?, args, attachments }))
        }
    }
}

fn take_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

fn take_attachments(text: &str) -> Result<(usize, &str), Malformed> {
    let (digits, rest) = take_digits(text);
    let rest = rest.strip_prefix('-').ok_or(Malformed::AttachmentCount)?;
    if digits.is_empty() {
        return Err(Malformed::AttachmentCount);
    }
    // Digits too many for a number are too many attachments as well.
    let count = digits.parse().unwrap_or(usize::MAX);
    if count > ATTACHMENTS_MAX {
        return Err(Malformed::TooManyAttachments);
    }
    Ok((count, rest))
}

/// A namespace runs to the comma, or to the end where nothing follows it.
fn take_namespace(text: &str) -> (&str, &str) {
    if text.starts_with('/') {
        text.split_once(',').unwrap_or((text, ""))
    } else {
        (MAIN_NAMESPACE, text)
    }
}

fn take_ack(text: &str) -> Result<(Option<u64>, &str), Malformed> {
    match take_digits(text) {
        ("", rest) => Ok((None, rest)),
        (digits, rest) => digits.parse().map(|id| (Some(id), rest)).map_err(|_| Malformed::AckId),
    }
}

fn object(json: &str) -> Result<Option<&RawValue>, Malformed> {
    match json.as_bytes().first() {
        None => Ok(None),
        Some(b'{') => raw(json).map(Some),
        Some(_) => raw(json).and(Err(Malformed::Shape)),
    }
}

fn reason(json: &str) -> Result<&RawValue, Malformed> {
    let payload = raw(json)?;
    match json.as_bytes().first() {
        Some(b'{' | b'"') => Ok(payload),
        _ => Err(Malformed::Shape),
    }
}

fn raw(json: &str) -> Result<&RawValue, Malformed> {
    check_depth(json)?;
    serde_json::from_str(json).map_err(|_| Malformed::Json)
}

type Named<'a> = (Option<Cow<'a, str>>, Vec<&'a RawValue>);

fn event_payload(json: &str) -> Result<Named<'_>, Malformed> {
    if json.is_empty() {
        return Ok((None, Vec::new()));
    }
    let mut args = list(json)?;
    if args.is_empty() {
        return Err(Malformed::Shape);
    }
    let name = args.remove(0).get();
    match name.as_bytes().first() {
        Some(b'"') => unquote(name).map(|name| (Some(name), args)),
        Some(b'-' | b'0'..=b'9') => Ok((None, args)),
        _ => Err(Malformed::Shape),
    }
}

/// The string a JSON string literal stands for, borrowed unless it holds escapes.
fn unquote(literal: &str) -> Result<Cow<'_, str>, Malformed> {
    match serde_json::from_str::<&str>(literal) {
        Ok(plain) => Ok(Cow::Borrowed(plain)),
        Err(_) => serde_json::from_str(literal).map(Cow::Owned).map_err(|_| Malformed::Json),
    }
}

/// The elements of a JSON array, each still text.
fn list(json: &str) -> Result<Vec<&RawValue>, Malformed> {
    check_depth(json)?;
    if !json.starts_with('[') {
        return raw(json).and(Err(Malformed::Shape));
    }
    let mut flooded = false;
    let mut reader = serde_json::Deserializer::from_str(json);
    let read = reader.deserialize_seq(Elements { flooded: &mut flooded });
    match read.and_then(|elements| reader.end().map(|()| elements)) {
        Ok(elements) => Ok(elements),
        Err(_) if flooded => Err(Malformed::TooManyArgs),
        Err(_) => Err(Malformed::Json),
    }
}

/// Collects an array's elements and stops at the bound, before the flood is in memory.
struct Elements<'f> {
    flooded: &'f mut bool,
}

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = array.next_element()? {
            // An event's name stands before its arguments.
            if elements.len() > ARGS_MAX {
                *self.flooded = true;
                return Err(A::Error::custom("too many elements"));
            }
            elements.push(element);
        }
        Ok(elements)
    }
}

/// Counts brackets outside strings, so that no reader behind us is led too deep.
fn check_depth(json: &str) -> Result<(), Malformed> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => {
                depth += 1;
                if depth > JSON_DEPTH_MAX {
                    return Err(Malformed::TooDeep);
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
