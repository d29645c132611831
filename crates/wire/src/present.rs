//! Everybody present in a room, on the way to all of them, encoded at most once per dialect.

use std::sync::OnceLock;

use rollcall_core::live::PresenceMember;

use crate::{Dialect, message::Message};

/// Who is in a room now, shared by all shards and members.
#[derive(Debug)]
pub struct Present {
    /// Each account once.
    pub members: Box<[PresenceMember]>,
    encoded: [OnceLock<Message>; Dialect::ALL.len()],
}

impl Present {
    /// Prepares a room's members for delivery.
    #[must_use]
    pub fn new(members: Vec<PresenceMember>) -> Self {
        Self { members: members.into(), encoded: std::array::from_fn(|_| OnceLock::new()) }
    }

    /// The list as one dialect says it; `encode` runs once for everybody.
    pub fn message(&self, dialect: Dialect, encode: impl FnOnce() -> Message) -> &Message {
        self.encoded[dialect as usize].get_or_init(encode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_encoded_once_per_dialect() {
        let present = Present::new(Vec::new());
        let church = present.message(Dialect::Church, || Message::new("church")).clone();
        let native = present.message(Dialect::Native, || Message::new("native")).clone();
        assert_eq!((church.text(), native.text()), ("church".into(), "native".into()));
        let again = present.message(Dialect::Church, || Message::new("encoded again"));
        assert_eq!(again.text().as_ptr(), church.text().as_ptr(), "the bytes are shared");
    }
}
