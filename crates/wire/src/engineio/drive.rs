//! Drives a whole session from arbitrary bytes: what the fuzz target and the property test share.

use std::sync::Arc;

use super::{Action, Attach, Packet, Session, SessionId, Settings};

/// Plays `script` against a session and checks what must hold after every step, whatever came:
/// a closed session says nothing, and an answer belongs to a GET that hangs.
///
/// The first byte of each 64-byte piece picks the input, the rest is its bytes.
///
/// # Panics
/// An invariant is broken; that is the point of the function.
pub fn drive(script: &[u8]) {
    run(script.len().is_multiple_of(2), script.chunks(64));
}

fn run<'s>(polling: bool, pieces: impl Iterator<Item = &'s [u8]>) {
    let id = SessionId { shard: 1, key: 2, nonce: [3; 9] };
    let settings = Settings { payload_bytes_max: 48, queue_packets_max: 8, ..Settings::default() };
    let open = if polling { Session::open_polling } else { Session::open_websocket };
    let mut session = open(&id, Arc::new(settings), 0, &mut Vec::new());
    let mut stage = Stage { now_ms: 0, held: false, linked: !polling, closed: false };
    for piece in pieces {
        if let Some((&step, bytes)) = piece.split_first() {
            stage.step(&mut session, step, bytes);
        }
    }
}

struct Stage {
    now_ms: u64,
    held: bool,
    linked: bool,
    closed: bool,
}

impl Stage {
    fn step(&mut self, session: &mut Session, step: u8, bytes: &[u8]) {
        let mut out = Vec::new();
        let now_ms = self.now_ms;
        match step % 10 {
            0 => self.held |= session.get(now_ms, &mut out).is_ok(),
            1 if self.held => {
                self.held = false;
                session.get_dropped(&mut out);
            }
            2 => drop(session.post(bytes, now_ms, &mut out)),
            3 if !self.linked => self.linked = session.attach_websocket(now_ms) == Attach::Probing,
            4 if self.linked => {
                if let Ok(text) = str::from_utf8(bytes) {
                    session.websocket_text(text, now_ms, &mut out);
                }
            }
            5 if self.linked => session.websocket_binary(bytes, &mut out),
            6 if self.linked => {
                self.linked = false;
                session.websocket_closed(&mut out);
            }
            7 => session.send(Packet::Binary(bytes.to_vec().into()), &mut out),
            8 => drop(session.offer(&Packet::message("4offered"))),
            9 => {
                self.now_ms = session.next_deadline_ms().unwrap_or(self.now_ms);
                session.tick(self.now_ms, &mut out);
            }
            _ => {}
        }
        session.flush(&mut out);
        for action in out {
            self.follow(&action);
        }
        assert_eq!(self.closed, session.is_closed(), "closing is said exactly once");
        assert!(!self.closed || session.next_deadline_ms().is_none());
    }

    fn follow(&mut self, action: &Action<'_>) {
        assert!(!self.closed, "{action:?} after the end");
        match action {
            Action::AnswerPoll(payload) => {
                assert!(std::mem::take(&mut self.held), "an answer without a GET");
                assert!(!payload.packets().is_empty(), "an answer says something");
            }
            Action::Frame(_) | Action::Upgraded => assert!(self.linked, "{action:?} to nobody"),
            Action::CloseWebSocket => assert!(std::mem::take(&mut self.linked)),
            Action::Closed(_) => self.closed = true,
            Action::Text(_) | Action::Binary(_) | Action::Pinged | Action::Ponged => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};
    use proptest::strategy::Strategy;

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        const WORDS: [&str; 10] =
            ["2probe", "5", "3", "4hi", "1", "4a\x1e4b", "bAQ==", "0", "b*", ""];
        let bytes = proptest::prop_oneof![
            3 => proptest::sample::select(&WORDS).prop_map(|word| word.as_bytes().to_vec()),
            1 => proptest::collection::vec(any::<u8>(), 0..63),
        ];
        (any::<u8>(), bytes).prop_map(|(step, bytes)| [&[step][..], &bytes].concat())
    }

    proptest! {
        #[test]
        fn no_script_breaks_the_session(script: Vec<u8>) {
            super::drive(&script);
        }

        #[test]
        fn no_sequence_of_likely_words_breaks_the_session(
            polling: bool,
            pieces in proptest::collection::vec(piece(), 0..40),
        ) {
            super::run(polling, pieces.iter().map(Vec::as_slice));
        }
    }
}
