//! Engine.IO: sessions that any connection can find, over polling and WebSocket.

mod http;
mod sink;
mod socket;

use std::any::Any;

pub use http::{answer, preflight};
use rollcall_wire::{
    conversation::{Framing, Opening},
    engineio::{Refusal, SessionId},
};
use sink::{EngineSink, Polled};
pub(super) use socket::{probe, websocket};
use tokio::sync::oneshot;

use crate::{
    clock,
    connection::{Engine, Input, Place},
    shard::{ConnectionKey, Local, Shard},
};

/// What a handshake brought along.
pub(super) struct Handshake {
    pub place: Place,
    pub engine: Engine,
    pub host: Option<Box<str>>,
    pub token: Option<String>,
}

impl Handshake {
    fn opening(&self) -> Opening {
        let token = self.token.clone();
        Opening { framing: Framing::EngineIo, token, rooms: Vec::new(), after: None }
    }
}

/// Opens a session whose transport `sink` makes, and gives its name.
fn open(
    local: &Local,
    handshake: Handshake,
    sink: impl FnOnce(SessionId, &Engine) -> EngineSink,
) -> ConnectionKey {
    let opening = handshake.opening();
    local.with(|shard| {
        let id = SessionId {
            shard: shard.number(),
            key: shard.next_place(),
            nonce: clock::random_bytes(),
        };
        let sink = sink(id, &handshake.engine);
        let begin = handshake.engine.begin.clone();
        let opener = Box::new(move || begin(opening));
        shard.open(handshake.place, handshake.host, opener, Box::new(sink))
    })
}

/// Opens a session by its first GET.
pub(super) fn open_polling(local: &Local, handshake: Handshake, answer: oneshot::Sender<Polled>) {
    let now = clock::now();
    open(local, handshake, |id, engine| {
        EngineSink::polling(id, engine.settings.clone(), answer, now)
    });
}

/// Does something with a session, then gives what its client said to the conversation.
fn with_session<T>(
    shard: &mut Shard,
    id: &SessionId,
    act: impl FnOnce(&mut EngineSink) -> T,
) -> Option<T> {
    let (key, done, inputs) = {
        let (key, connection) = shard.place(id.key)?;
        let sink: &mut dyn Any = &mut *connection.sink;
        let sink = sink.downcast_mut::<EngineSink>()?;
        if sink.id != *id {
            return None;
        }
        let done = act(sink);
        (key, done, sink.take_inputs())
    };
    give(shard, key, inputs);
    Some(done)
}

fn give(shard: &mut Shard, key: ConnectionKey, inputs: Vec<Input>) {
    for input in inputs {
        shard.input(key, input);
    }
    shard.unblock(key);
}

/// A session's next packets, by GET.
fn get(local: &Local, id: &SessionId, answer: oneshot::Sender<Polled>) {
    let now = clock::now();
    local.with(|shard| {
        let mut answer = Some(answer);
        with_session(shard, id, |sink| {
            if let Some(answer) = answer.take() {
                sink.get(answer, now);
            }
        });
        if let Some(answer) = answer {
            let _ = answer.send(Err(Refusal::SessionUnknown));
        }
    });
}

/// Packets of a session's client, by POST.
fn post(local: &Local, id: &SessionId, body: &[u8]) -> Result<(), Refusal> {
    let now = clock::now();
    let posted = local.with(|shard| with_session(shard, id, |sink| sink.post(body, now)));
    posted.unwrap_or(Err(Refusal::SessionUnknown))
}

/// The client of a hanging GET left.
fn get_dropped(local: &Local, id: &SessionId) {
    local.with(|shard| with_session(shard, id, EngineSink::get_dropped));
}
