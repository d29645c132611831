//! Writes Socket.IO packets straight to the end of a string, which may already hold a prefix.

use std::io;

use serde::Serialize;

use super::packet::MAIN_NAMESPACE;

fn write_namespace(out: &mut String, namespace: &str) {
    if namespace != MAIN_NAMESPACE {
        out.push_str(namespace);
        out.push(',');
    }
}

fn write_simple(out: &mut String, kind: char, namespace: &str, json: &str) {
    out.push(kind);
    write_namespace(out, namespace);
    out.push_str(json);
}

/// Writes CONNECT: from a server the grant, from a client the request. `json` is an object or
/// empty.
pub fn connect(out: &mut String, namespace: &str, json: &str) {
    write_simple(out, '0', namespace, json);
}

/// Writes DISCONNECT of one namespace.
pub fn disconnect(out: &mut String, namespace: &str) {
    write_simple(out, '1', namespace, "");
}

/// Writes CONNECT_ERROR; `json` is an object such as `{"message":"…"}`.
pub fn connect_error(out: &mut String, namespace: &str, json: &str) {
    write_simple(out, '4', namespace, json);
}

/// Writes the refusal of a namespace that does not exist (church rule 2.2).
pub fn invalid_namespace(out: &mut String, namespace: &str) {
    connect_error(out, namespace, r#"{"message":"Invalid namespace"}"#);
}

/// Writes an event or an acknowledgement, argument by argument.
///
/// Nothing is buffered: the text grows in place and is complete after
/// [`PacketWriter::finish`].
#[must_use = "the packet is complete only after finish"]
#[derive(Debug)]
pub struct PacketWriter<'o> {
    out: &'o mut String,
    first: bool,
}

impl<'o> PacketWriter<'o> {
    /// Starts EVENT with its name.
    pub fn event(out: &'o mut String, namespace: &str, ack: Option<u64>, name: &str) -> Self {
        Self::start(out, '2', None, namespace, ack).name(name)
    }

    /// Starts BINARY_EVENT; the caller sends `attachments` binary messages after it.
    pub fn binary_event(
        out: &'o mut String,
        attachments: usize,
        namespace: &str,
        ack: Option<u64>,
        name: &str,
    ) -> Self {
        Self::start(out, '5', Some(attachments), namespace, ack).name(name)
    }

    /// Starts ACK of the event with this id.
    pub fn ack(out: &'o mut String, namespace: &str, id: u64) -> Self {
        Self::start(out, '3', None, namespace, Some(id))
    }

    /// Starts BINARY_ACK; the caller sends `attachments` binary messages after it.
    pub fn binary_ack(out: &'o mut String, attachments: usize, namespace: &str, id: u64) -> Self {
        Self::start(out, '6', Some(attachments), namespace, Some(id))
    }

    fn start(
        out: &'o mut String,
        kind: char,
        attachments: Option<usize>,
        namespace: &str,
        ack: Option<u64>,
    ) -> Self {
        out.push(kind);
        if let Some(count) = attachments {
            out.push_str(&count.to_string());
            out.push('-');
        }
        write_namespace(out, namespace);
        if let Some(id) = ack {
            out.push_str(&id.to_string());
        }
        out.push('[');
        Self { out, first: true }
    }

    fn name(mut self, name: &str) -> Self {
        self.comma();
        write_string(self.out, name);
        self
    }

    fn comma(&mut self) {
        if !self.first {
            self.out.push(',');
        }
        self.first = false;
    }

    /// Writes one argument.
    ///
    /// # Errors
    /// The value has no JSON form, such as a map with keys that are no strings. The text is then
    /// to be thrown away.
    pub fn arg<T: Serialize + ?Sized>(mut self, value: &T) -> Result<Self, serde_json::Error> {
        self.comma();
        serde_json::to_writer(Tail(self.out), value)?;
        Ok(self)
    }

    /// Writes one argument that is JSON already.
    pub fn raw(mut self, json: &str) -> Self {
        self.comma();
        self.out.push_str(json);
        self
    }

    /// Writes the placeholder of the attachment with this number, from 0.
    pub fn placeholder(mut self, num: usize) -> Self {
        self.comma();
        self.out.push_str(r#"{"_placeholder":true,"num":"#);
        self.out.push_str(&num.to_string());
        self.out.push('}');
        self
    }

    /// Ends the packet.
    pub fn finish(self) {
        self.out.push(']');
    }
}

/// A string's JSON form; unlike values in general it always has one.
fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if control < ' ' => {
                out.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
}

/// The end of a string as a place for `serde_json` to write to.
struct Tail<'o>(&'o mut String);

impl io::Write for Tail<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // serde_json writes whole characters, so this refuses nothing; it only keeps the string one.
        let text = str::from_utf8(bytes)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "JSON is UTF-8"))?;
        self.0.push_str(text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{PacketWriter, connect, connect_error, disconnect, invalid_namespace};

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::from("4");
        write(&mut out);
        out
    }

    #[test]
    fn packets_without_arguments_are_spelt_exactly() {
        let table = [
            (written(|out| connect(out, "/", "")), "40"),
            (written(|out| connect(out, "/", r#"{"sid":"S"}"#)), r#"40{"sid":"S"}"#),
            (written(|out| connect(out, "/custom", r#"{"sid":"S"}"#)), r#"40/custom,{"sid":"S"}"#),
            (written(|out| disconnect(out, "/")), "41"),
            (written(|out| disconnect(out, "/custom")), "41/custom,"),
            (
                written(|out| connect_error(out, "/", r#"{"message":"no"}"#)),
                r#"44{"message":"no"}"#,
            ),
            (
                written(|out| invalid_namespace(out, "/x")),
                r#"44/x,{"message":"Invalid namespace"}"#,
            ),
        ];
        for (written, expected) in table {
            assert_eq!(written, expected);
        }
    }

    #[test]
    fn events_and_acks_are_spelt_exactly() {
        let event = written(|out| {
            let writer = PacketWriter::event(out, "/", None, "connected");
            writer.arg(&json!({"a": [true]})).unwrap().raw("\"o1\"").finish();
        });
        assert_eq!(event, r#"42["connected",{"a":[true]},"o1"]"#);
        let bare = written(|out| PacketWriter::event(out, "/c", Some(456), "e").finish());
        assert_eq!(bare, r#"42/c,456["e"]"#);
        let ack =
            written(|out| PacketWriter::ack(out, "/", 456).arg(&1).unwrap().raw("2").finish());
        assert_eq!(ack, "43456[1,2]");
        assert_eq!(written(|out| PacketWriter::ack(out, "/", 0).finish()), "430[]");
    }

    #[test]
    fn binary_packets_say_how_many_attachments_follow() {
        let event = written(|out| {
            let writer = PacketWriter::binary_event(out, 2, "/", Some(789), "m");
            writer.placeholder(0).placeholder(1).finish();
        });
        let pair = r#"{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}"#;
        assert_eq!(event, format!(r#"452-789["m",{pair}]"#));
        let ack = written(|out| {
            PacketWriter::binary_ack(out, 2, "/c", 789).placeholder(0).placeholder(1).finish();
        });
        assert_eq!(ack, format!("462-/c,789[{pair}]"));
    }

    #[test]
    fn a_name_is_escaped() {
        let name = "a\"b\\c\n\u{1e}é";
        let text = written(|out| PacketWriter::event(out, "/", None, name).finish());
        let payload: Vec<String> = serde_json::from_str(&text[2..]).unwrap();
        assert_eq!(payload, [name]);
        assert!(!text.contains('\u{1e}'), "the separator never stands unescaped");
    }

    #[test]
    fn a_value_without_json_is_an_error() {
        let odd = std::collections::BTreeMap::from([((1, 2), 3)]);
        let mut out = String::new();
        assert!(PacketWriter::event(&mut out, "/", None, "e").arg(&odd).is_err());
    }
}
