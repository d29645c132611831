//! One native follower, whatever carries it. A new transport is one more line in each `match`.

use rollcall_wire::Dialect;
use serde_json::{Value, json};

use super::{
    Program, Socket,
    one_way::{Asking, Poll, Sse},
};

/// What can carry a follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    WebSocket,
    Sse,
    Poll,
}

impl Transport {
    pub const ALL: [Self; 3] = [Self::WebSocket, Self::Sse, Self::Poll];
}

/// Somebody who follows rooms and can leave at any moment and come back elsewhere.
pub struct Follower {
    carried: Carried,
    /// Where it would go on from.
    pub position: Option<String>,
}

enum Carried {
    WebSocket(Socket),
    Sse(Sse),
    Poll(Poll),
}

impl Follower {
    /// Begins to follow; nothing has been read yet.
    pub fn open(
        program: &Program,
        transport: Transport,
        account: &str,
        rooms: &[&str],
        after: Option<&str>,
    ) -> Self {
        let asking = Asking {
            address: program.address(Dialect::Native),
            token: program.token(Dialect::Native, account),
            rooms: rooms.iter().map(ToString::to_string).collect(),
            after: after.map(Into::into),
        };
        let carried = match transport {
            Transport::WebSocket => Carried::WebSocket(socket(&asking)),
            Transport::Sse => Carried::Sse(Sse::open(&asking)),
            Transport::Poll => Carried::Poll(Poll::open(&asking)),
        };
        Self { carried, position: asking.after }
    }

    /// The next message that is about the rooms.
    pub fn next(&mut self) -> Value {
        loop {
            let message = match &mut self.carried {
                Carried::WebSocket(socket) => socket.next(),
                Carried::Sse(sse) => sse.next(),
                Carried::Poll(poll) => poll.next(),
            };
            let own = message["data"]["position"].as_str().map(Into::into);
            self.position = match &self.carried {
                Carried::WebSocket(_) => own.or(self.position.take()),
                Carried::Sse(sse) => sse.position.clone(),
                Carried::Poll(poll) => poll.position.clone(),
            };
            if !["hello", "signed_in", "stats"].iter().any(|kind| message["type"] == *kind) {
                return message;
            }
        }
    }

    /// Lets a poll put its next question now.
    pub fn ask_again(&mut self) {
        if let Carried::Poll(poll) = &mut self.carried {
            poll.ask();
        }
    }

    /// The next event; `following` is passed over, anything else is a fault.
    pub fn event(&mut self) -> Value {
        loop {
            let message = self.next();
            match message["type"].as_str() {
                Some("event") => return message["data"].clone(),
                Some("following") => {}
                _ => panic!("an event should have come: {message}"),
            }
        }
    }
}

/// Signs in and follows in one go, as a client may.
fn socket(asking: &Asking) -> Socket {
    let mut socket = Socket::open(asking.address, "/v1/live").unwrap();
    socket.send(&json!({"type": "sign_in", "data": {"token": asking.token}}));
    let mut follow = json!({"id": "f", "rooms": asking.rooms});
    if let Some(after) = &asking.after {
        follow["after"] = json!(after);
    }
    socket.send(&json!({"type": "follow", "data": follow}));
    socket
}
