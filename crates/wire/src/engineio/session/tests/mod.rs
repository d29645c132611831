//! The session's behaviour, case by case, with a script-like stage around it.

mod heartbeat;
mod order;
mod polling;
mod upgrade;
mod websocket;

use std::sync::Arc;

use super::{Action, Attach, Packet, Refusal, Session};
use crate::engineio::{SessionId, Settings};

const ID: SessionId = SessionId { shard: 7, key: 9, nonce: [5; 9] };

/// A session and its clock; inputs return what a client or the layer above would see, a line each.
struct Stage {
    session: Session,
    now_ms: u64,
}

fn settings() -> Settings {
    Settings {
        ping_interval_ms: 300,
        ping_timeout_ms: 200,
        upgrade_timeout_ms: 1_000,
        payload_bytes_max: 100,
        queue_bytes_max: 60,
        queue_packets_max: 4,
    }
}

impl Stage {
    fn polling() -> Self {
        let session = Session::open_polling(&ID, Arc::new(settings()), 0, &mut Vec::new());
        Self { session, now_ms: 0 }
    }

    fn websocket() -> Self {
        let session = Session::open_websocket(&ID, Arc::new(settings()), 0, &mut Vec::new());
        Self { session, now_ms: 0 }
    }

    /// A polling session whose WebSocket has been answered `3probe`.
    fn probed() -> Self {
        let mut stage = Self::polling();
        assert_eq!(stage.session.attach_websocket(0), Attach::Probing);
        assert_eq!(stage.text("2probe"), ["frame 3probe"]);
        stage
    }

    fn turn<R>(
        &mut self,
        input: impl FnOnce(&mut Session, u64, &mut Vec<Action<'_>>) -> R,
    ) -> (R, Vec<String>) {
        let mut out = Vec::new();
        let result = input(&mut self.session, self.now_ms, &mut out);
        self.session.flush(&mut out);
        (result, out.iter().map(line).collect())
    }

    fn get(&mut self) -> Vec<String> {
        let (result, mut lines) = self.turn(|session, now_ms, out| session.get(now_ms, out));
        lines.extend(result.err().map(refused));
        lines
    }

    fn post(&mut self, body: &str) -> Vec<String> {
        self.post_bytes(body.as_bytes())
    }

    fn post_bytes(&mut self, body: &[u8]) -> Vec<String> {
        let mut out = Vec::new();
        let result = self.session.post(body, self.now_ms, &mut out);
        self.session.flush(&mut out);
        let mut lines: Vec<_> = out.iter().map(line).collect();
        lines.push(result.map_or_else(refused, |()| "ok".to_owned()));
        lines
    }

    fn text(&mut self, text: &str) -> Vec<String> {
        let mut out = Vec::new();
        self.session.websocket_text(text, self.now_ms, &mut out);
        self.session.flush(&mut out);
        out.iter().map(line).collect()
    }

    fn send(&mut self, text: &'static str) -> Vec<String> {
        self.turn(|session, _, out| session.send(Packet::message(text), out)).1
    }

    fn at(&mut self, now_ms: u64) -> Vec<String> {
        self.now_ms = now_ms;
        self.turn(|session, now_ms, out| session.tick(now_ms, out)).1
    }

    fn close(&mut self) -> Vec<String> {
        self.turn(|session, _, out| session.close(out)).1
    }
}

fn refused(refusal: Refusal) -> String {
    format!("{} {}", refusal.status(), refusal.body())
}

fn line(action: &Action<'_>) -> String {
    match action {
        Action::Text(text) => format!("text {text}"),
        Action::Binary(bytes) => format!("binary {bytes:?}"),
        Action::AnswerPoll(payload) => {
            format!("answer {}", String::from_utf8(payload.to_body()).unwrap())
        }
        Action::Frame(Packet::Text(text)) => format!("frame {}", str::from_utf8(text).unwrap()),
        Action::Frame(Packet::Binary(bytes)) => format!("frame {:?}", &bytes[..]),
        Action::CloseWebSocket => "close websocket".to_owned(),
        Action::Pinged => "pinged".to_owned(),
        Action::Ponged => "ponged".to_owned(),
        Action::Upgraded => "upgraded".to_owned(),
        Action::Closed(reason) => format!("closed {reason:?}"),
    }
}

const NOTHING: [&str; 0] = [];
const GONE: &str = r#"400 {"code":1,"message":"Session ID unknown"}"#;
const BAD: &str = r#"400 {"code":3,"message":"Bad request"}"#;
