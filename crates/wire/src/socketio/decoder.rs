//! Gathers the binary attachments of a packet; between them it is merely not complete yet.

use bytes::Bytes;
use serde_json::Value;

use super::decode::decode;
use super::packet::{Malformed, Packet};

/// What one message made of the stream.
#[derive(Clone, Debug)]
pub enum Decoded<T> {
    /// A packet is complete.
    Whole(T),
    /// This many binary messages have to come first.
    NeedsAttachments(usize),
}

/// A binary packet with all its attachments. It owns its text, for that came in an earlier message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembled {
    text: String,
    /// The attachments in order; placeholder number n stands for the n-th.
    pub attachments: Vec<Bytes>,
}

impl Assembled {
    /// The packet, with placeholders among its arguments.
    ///
    /// # Errors
    /// None for what a [`Decoder`] has assembled: it has read this text before.
    pub fn packet(&self) -> Result<Packet<'_>, Malformed> {
        decode(&self.text)
    }
}

#[derive(Debug)]
struct Partial {
    packet: Assembled,
    needed: usize,
    bytes: usize,
}

/// Reads the messages of one connection, in order.
#[derive(Debug)]
pub struct Decoder {
    packet_bytes_max: usize,
    // Boxed: most connections never send binary, and every one has a decoder.
    partial: Option<Box<Partial>>,
}

impl Decoder {
    /// A decoder that takes packets of this size, attachments included.
    #[must_use]
    pub fn new(packet_bytes_max: usize) -> Self {
        Self { packet_bytes_max, partial: None }
    }

    /// Reads a text message.
    ///
    /// # Errors
    /// It is no packet, or an attachment was due. The connection should be closed.
    pub fn text<'a>(&mut self, text: &'a str) -> Result<Decoded<Packet<'a>>, Malformed> {
        if self.partial.is_some() {
            return Err(Malformed::AttachmentDue);
        }
        if text.len() > self.packet_bytes_max {
            return Err(Malformed::TooLarge);
        }
        let packet = decode(text)?;
        let needed = packet.attachments();
        check_placeholders(&packet)?;
        if needed == 0 {
            return Ok(Decoded::Whole(packet));
        }
        let packet = Assembled { text: text.to_owned(), attachments: Vec::with_capacity(needed) };
        self.partial = Some(Box::new(Partial { packet, needed, bytes: text.len() }));
        Ok(Decoded::NeedsAttachments(needed))
    }

    /// Reads a binary message.
    ///
    /// # Errors
    /// No packet waits for it, or it makes the packet too large.
    pub fn binary(&mut self, bytes: &[u8]) -> Result<Decoded<Assembled>, Malformed> {
        let mut partial = self.partial.take().ok_or(Malformed::UnexpectedAttachment)?;
        partial.bytes = partial.bytes.saturating_add(bytes.len());
        if partial.bytes > self.packet_bytes_max {
            return Err(Malformed::TooLarge);
        }
        let attachments = &mut partial.packet.attachments;
        attachments.push(Bytes::copy_from_slice(bytes));
        let missing = partial.needed - attachments.len();
        if missing == 0 {
            return Ok(Decoded::Whole(partial.packet));
        }
        self.partial = Some(partial);
        Ok(Decoded::NeedsAttachments(missing))
    }
}

/// Every placeholder of a binary packet, however deep, must stand for an attachment it has.
fn check_placeholders(packet: &Packet<'_>) -> Result<(), Malformed> {
    if packet.attachments() == 0 {
        return Ok(());
    }
    for arg in packet.args() {
        let value: Value = serde_json::from_str(arg.get()).map_err(|_| Malformed::Json)?;
        if !placeholders_fit(&value, packet.attachments()) {
            return Err(Malformed::Placeholder);
        }
    }
    Ok(())
}

/// Recursion is bounded: the decoder refuses what is deeper than `JSON_DEPTH_MAX`.
fn placeholders_fit(value: &Value, attachments: usize) -> bool {
    match value {
        Value::Object(fields) if fields.get("_placeholder") == Some(&Value::Bool(true)) => {
            let num = fields.get("num").and_then(Value::as_u64);
            num.and_then(|num| usize::try_from(num).ok()).is_some_and(|num| num < attachments)
        }
        Value::Object(fields) => fields.values().all(|field| placeholders_fit(field, attachments)),
        Value::Array(items) => items.iter().all(|item| placeholders_fit(item, attachments)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoded, Decoder, Malformed, Packet};

    const TWO: &str =
        r#"52-["message",{"_placeholder":true,"num":0},{"deep":[{"_placeholder":true,"num":1}]}]"#;

    #[test]
    fn attachments_are_awaited_one_by_one() {
        let mut decoder = Decoder::new(1_000);
        assert!(matches!(decoder.text(TWO), Ok(Decoded::NeedsAttachments(2))));
        assert!(matches!(decoder.binary(&[1, 2, 3]), Ok(Decoded::NeedsAttachments(1))));
        let Ok(Decoded::Whole(whole)) = decoder.binary(&[4]) else { unreachable!("two came") };
        assert_eq!(whole.attachments, [&[1, 2, 3][..], &[4]]);
        let Ok(Packet::Event(event)) = whole.packet() else { unreachable!("it was one") };
        assert_eq!(event.name.as_deref(), Some("message"));
        assert_eq!(super::super::placeholder(event.args[0]), Some(0));
        assert_eq!(super::super::placeholder(event.args[1]), None);
        assert!(matches!(decoder.text("2[\"next\"]"), Ok(Decoded::Whole(_))));
    }

    #[test]
    fn a_binary_packet_may_have_no_attachment() {
        let mut decoder = Decoder::new(1_000);
        assert!(matches!(decoder.text("50-[\"a\"]"), Ok(Decoded::Whole(Packet::Event(_)))));
        assert!(matches!(decoder.text("60-7[]"), Ok(Decoded::Whole(Packet::Ack(_)))));
    }

    #[test]
    fn messages_out_of_turn_are_malformed() {
        let mut decoder = Decoder::new(1_000);
        assert_eq!(decoder.binary(&[1]).err(), Some(Malformed::UnexpectedAttachment));
        decoder.text(TWO).unwrap();
        assert_eq!(decoder.text("2[\"a\"]").err(), Some(Malformed::AttachmentDue));
    }

    #[test]
    fn placeholders_must_have_their_attachment() {
        let bad = [
            r#"51-["a",{"_placeholder":true,"num":1}]"#,
            r#"51-["a",{"_placeholder":true,"num":-1}]"#,
            r#"51-["a",{"_placeholder":true,"num":0.5}]"#,
            r#"51-["a",{"_placeholder":true,"num":"splice"}]"#,
            r#"51-["a",{"_placeholder":true}]"#,
            r#"51-["a",[{"b":{"_placeholder":true,"num":18446744073709551615}}]]"#,
            r#"61-1[{"_placeholder":true,"num":9}]"#,
        ];
        for text in bad {
            let result = Decoder::new(1_000).text(text);
            assert_eq!(result.err(), Some(Malformed::Placeholder), "{text}");
        }
        let data = r#"51-["a",{"_placeholder":false,"num":9}]"#;
        assert!(Decoder::new(1_000).text(data).is_ok(), "only true marks a placeholder");
    }

    #[test]
    fn a_packet_is_bounded_with_its_attachments() {
        let mut decoder = Decoder::new(TWO.len() + 4);
        decoder.text(TWO).unwrap();
        assert!(decoder.binary(&[0; 4]).is_ok());
        assert_eq!(decoder.binary(&[0]).err(), Some(Malformed::TooLarge));
        let mut decoder = Decoder::new(TWO.len() - 1);
        assert_eq!(decoder.text(TWO).err(), Some(Malformed::TooLarge));
    }
}
