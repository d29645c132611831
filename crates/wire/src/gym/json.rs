//! The one writer of all gym JSON: inert wherever it is embedded, and yet nothing is lost (G10.4).

use std::io;

use memchr::memchr3_iter;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Writes `<`, `>` and `&` inside texts as `\u003c`, `\u003e` and `\u0026`.
struct Inert;

impl Formatter for Inert {
    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let bytes = fragment.as_bytes();
        let mut written = 0;
        for found in memchr3_iter(b'<', b'>', b'&', bytes) {
            writer.write_all(&bytes[written..found])?;
            writer.write_all(match bytes[found] {
                b'<' => b"\\u003c",
                b'>' => b"\\u003e",
                _ => b"\\u0026",
            })?;
            written = found + 1;
        }
        writer.write_all(&bytes[written..])
    }
}

/// The JSON text of a shape of this dialect. A value that JSON cannot hold (a map with keys that
/// are no texts) is `null`; the shapes have none.
#[must_use]
pub fn write(value: &impl Serialize) -> String {
    let mut bytes = Vec::with_capacity(512);
    match value.serialize(&mut Serializer::with_formatter(&mut bytes, Inert)) {
        Ok(()) => String::from_utf8(bytes).unwrap_or_else(|_| "null".into()),
        Err(_) => "null".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g10_4_markup_is_written_inert_and_reads_back_whole() {
        let text = "a<b>&\"c\"\n\\ü</script>";
        let written = write(&serde_json::json!({ "k<": [text] }));
        assert!(!written.contains(['<', '>', '&']), "{written}");
        let read: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert_eq!(read["k<"][0], text);
    }
}
