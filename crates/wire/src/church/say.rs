//! Packet texts, each with the Engine.IO `4` in front, so that one text serves every transport.

use rollcall_core::position::Position;
use serde::Serialize;
use serde_json::json;

use crate::{
    engineio::MESSAGE_PREFIX,
    message::Message,
    socketio::{MAIN_NAMESPACE, PacketWriter, connect, connect_error, invalid_namespace},
};

fn prefixed(write: impl FnOnce(&mut String)) -> Message {
    let mut text = String::from(MESSAGE_PREFIX);
    write(&mut text);
    Message::new(&text)
}

/// An event without an offset. The payload is never a text: a client would take it for one (2.16).
pub fn event<T: Serialize>(name: &str, payload: &T) -> Message {
    written(name, payload, None)
}

/// An event with its offset as the last element (2.15).
pub fn event_at<T: Serialize>(name: &str, payload: &T, position: Position) -> Message {
    written(name, payload, Some(position))
}

fn written<T: Serialize>(name: &str, payload: &T, position: Option<Position>) -> Message {
    // No payload of ours lacks a JSON form; an empty object keeps 2.16 if one ever should.
    let payload = serde_json::to_string(payload).unwrap_or_else(|_| "{}".into());
    prefixed(|text| {
        let writer = PacketWriter::event(text, MAIN_NAMESPACE, None, name).raw(&payload);
        match position {
            Some(position) => writer.raw(&format!("\"{position}\"")).finish(),
            None => writer.finish(),
        }
    })
}

/// CONNECT granted (2.14).
pub fn granted(sid: &str, pid: &str) -> Message {
    let ids = json!({"sid": sid, "pid": pid}).to_string();
    prefixed(|text| connect(text, MAIN_NAMESPACE, &ids))
}

/// CONNECT refused (3.3).
pub fn refused(message: &str) -> Message {
    let why = json!({"message": message}).to_string();
    prefixed(|text| connect_error(text, MAIN_NAMESPACE, &why))
}

/// CONNECT to a namespace that is not there (2.2).
pub fn no_namespace(namespace: &str) -> Message {
    prefixed(|text| invalid_namespace(text, namespace))
}
