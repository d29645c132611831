//! Server-sent events and long polls, as small clients of the native protocol.

use std::{collections::VecDeque, net::SocketAddr};

use serde_json::Value;

use super::raw::Raw;

/// What both ask for.
#[derive(Clone)]
pub struct Asking {
    pub address: SocketAddr,
    pub token: String,
    pub rooms: Vec<String>,
    pub after: Option<String>,
}

impl Asking {
    fn target(&self, path: &str) -> String {
        let rooms = self.rooms.iter().map(|room| format!("room={}", room.replace('/', "%2F")));
        let after = self.after.iter().map(|after| format!("after={after}"));
        format!("{path}?{}", rooms.chain(after).collect::<Vec<_>>().join("&"))
    }
}

/// A stream of server-sent events.
pub struct Sse {
    raw: Raw,
    text: String,
    pub position: Option<String>,
}

impl Sse {
    pub fn open(asking: &Asking) -> Self {
        let mut raw = Raw::get(asking.address, &asking.target("/v1/live/events"), &asking.token);
        let head = raw.head();
        assert_eq!(head.status, 200);
        assert_eq!(head.header("content-type"), Some("text/event-stream"));
        assert_eq!(head.header("transfer-encoding"), Some("chunked"));
        Self { raw, text: String::new(), position: asking.after.clone() }
    }

    /// The next event's data; its id becomes the position.
    pub fn next(&mut self) -> Value {
        loop {
            if let Some(at) = self.text.find("\n\n") {
                let event: String = self.text.drain(..at + 2).collect();
                if let Some(message) = self.take(&event) {
                    return message;
                }
                continue;
            }
            let chunk = self.raw.chunk();
            assert!(!chunk.is_empty(), "the stream ended");
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    fn take(&mut self, event: &str) -> Option<Value> {
        let mut text = String::new();
        for line in event.lines() {
            match line.split_once(':').map(|(name, value)| (name, value.trim_start())) {
                Some(("id", id)) => self.position = Some(id.to_owned()),
                Some(("data", line)) => text.push_str(line),
                _ => {}
            }
        }
        (!text.is_empty()).then(|| serde_json::from_str(&text).unwrap())
    }
}

/// One long poll after the other.
pub struct Poll {
    asking: Asking,
    /// An asked question whose answer has not been read.
    open: Option<Raw>,
    messages: VecDeque<Value>,
    /// Where the answer in hand ends.
    upto: Option<String>,
    /// As far as its messages have been read.
    pub position: Option<String>,
}

impl Poll {
    /// Asks for the first time.
    pub fn open(asking: &Asking) -> Self {
        let position = asking.after.clone();
        let asking = asking.clone();
        let mut poll = Self { asking, open: None, messages: [].into(), upto: None, position };
        poll.ask();
        poll
    }

    /// Puts the next question; its answer is read when it is wanted.
    pub fn ask(&mut self) {
        self.asking.after = self.position.clone();
        let target = format!("{}&wait=30", self.asking.target("/v1/live/poll"));
        self.open = Some(Raw::get(self.asking.address, &target, &self.asking.token));
    }

    /// The next message, from as many answers as it takes.
    pub fn next(&mut self) -> Value {
        loop {
            if let Some(message) = self.messages.pop_front() {
                let own = message["data"]["position"].as_str().map(Into::into);
                self.position = own.or(self.position.take());
                if self.messages.is_empty() {
                    self.position = self.upto.take().or(self.position.take());
                }
                return message;
            }
            self.answer();
        }
    }

    fn answer(&mut self) {
        if self.open.is_none() {
            self.ask();
        }
        let mut raw = self.open.take().unwrap();
        let head = raw.head();
        assert_eq!(head.status, 200);
        let length = head.header("content-length").unwrap().parse().unwrap();
        let body: Value = serde_json::from_slice(&raw.take(length)).unwrap();
        self.upto = body["position"].as_str().map(Into::into);
        self.messages = body["messages"].as_array().unwrap().iter().cloned().collect();
        if self.messages.is_empty() {
            self.position = self.upto.take().or(self.position.take());
        }
    }
}
