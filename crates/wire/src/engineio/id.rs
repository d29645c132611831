//! Session ids that name the shard and the slot which own the session.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Length of a session id's text.
pub const SESSION_ID_CHARS: usize = 20;

const RAW_BYTES: usize = 15;

/// An Engine.IO `sid`: opaque to clients, an address for us.
///
/// A poll may land on any shard; the id says which one to ask. The nonce makes it
/// unguessable (72 bits) and tells the present holder of a slot from an earlier one,
/// so the owner must compare the whole id, not only find the slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionId {
    /// The shard that owns the session.
    pub shard: u16,
    /// The session's key in that shard's slab.
    pub key: u32,
    /// Fresh random bytes.
    pub nonce: [u8; 9],
}

impl SessionId {
    /// Reads an id back from its text; `None` for whatever this type did not write.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != SESSION_ID_CHARS {
            return None;
        }
        let mut raw = [0; RAW_BYTES];
        let written = URL_SAFE_NO_PAD.decode_slice(text, &mut raw).ok()?;
        if written != RAW_BYTES {
            return None;
        }
        let [s0, s1, k0, k1, k2, k3, nonce @ ..] = raw;
        let shard = u16::from_be_bytes([s0, s1]);
        Some(Self { shard, key: u32::from_be_bytes([k0, k1, k2, k3]), nonce })
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut raw = [0; RAW_BYTES];
        raw[..2].copy_from_slice(&self.shard.to_be_bytes());
        raw[2..6].copy_from_slice(&self.key.to_be_bytes());
        raw[6..].copy_from_slice(&self.nonce);
        f.write_str(&URL_SAFE_NO_PAD.encode(raw))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{SESSION_ID_CHARS, SessionId};

    proptest! {
        #[test]
        fn an_id_survives_its_text(shard: u16, key: u32, nonce in any::<[u8; 9]>()) {
            let id = SessionId { shard, key, nonce };
            let text = id.to_string();
            prop_assert_eq!(text.len(), SESSION_ID_CHARS);
            prop_assert_eq!(SessionId::parse(&text), Some(id));
        }

        #[test]
        fn only_its_own_texts_are_ids(text in "\\PC{0,24}") {
            if let Some(id) = SessionId::parse(&text) {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }

    #[test]
    fn a_text_of_another_length_or_alphabet_is_no_id() {
        for text in ["", "AAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAA+/AAAAAAAA"] {
            assert_eq!(SessionId::parse(text), None, "{text:?}");
        }
    }
}
