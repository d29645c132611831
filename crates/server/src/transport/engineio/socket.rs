//! The WebSockets of Engine.IO: a session's own from the start, or one that takes over.

use std::rc::Rc;

use rollcall_wire::{
    engineio::SessionId,
    websocket::{Decoder, Incoming},
};
use tokio::net::TcpStream;

use super::{
    Handshake, open,
    sink::{EngineSink, Said},
    with_session,
};
use crate::{
    clock,
    shard::{ConnectionKey, Local},
    transport::websocket::WebSocketSink,
};

/// One linked WebSocket of a session.
struct Linked {
    id: SessionId,
    /// Its number among the session's sockets.
    number: u32,
    key: ConnectionKey,
}

/// Opens a session directly on a WebSocket whose handshake is done.
pub(in super::super) fn websocket(
    local: &Local,
    stream: TcpStream,
    read: Vec<u8>,
    handshake: Handshake,
) {
    let (stream, socket) = WebSocketSink::over(stream);
    let now = clock::now();
    let mut opened = None;
    let bytes_max = handshake.engine.settings.payload_bytes_max;
    let key = open(local, handshake, |id, engine| {
        opened = Some(id);
        EngineSink::websocket(id, engine.settings.clone(), socket, now)
    });
    let Some(id) = opened else { return };
    local.with(|shard| shard.mark(key));
    listen(local, Linked { id, number: 1, key }, stream, read, bytes_max);
}

/// Lets a WebSocket take over a session that polls.
pub(in super::super) fn probe(
    local: &Local,
    stream: TcpStream,
    read: Vec<u8>,
    id: SessionId,
    bytes_max: usize,
) {
    let (stream, socket) = WebSocketSink::over(stream);
    let now = clock::now();
    let linked = local.with(|shard| {
        let number = with_session(shard, &id, |sink| sink.attach(socket, now))??;
        let (key, _) = shard.place(id.key)?;
        Some(Linked { id, number, key })
    });
    if let Some(linked) = linked {
        listen(local, linked, stream, read, bytes_max);
    }
}

fn listen(
    local: &Local,
    linked: Linked,
    stream: Rc<TcpStream>,
    mut read: Vec<u8>,
    bytes_max: usize,
) {
    let mut decoder = Decoder::new(u32::try_from(bytes_max).unwrap_or(u32::MAX));
    if take(local, &linked, &mut decoder, &mut read).is_continue() {
        tokio::task::spawn_local(read_on(local.clone(), linked, stream, decoder));
    }
}

/// The reading half.
#[expect(
    clippy::manual_async_fn,
    reason = "an async fn keeps its arguments twice: 80 bytes, and a task's memory comes in steps of 128"
)]
fn read_on(
    local: Local,
    linked: Linked,
    stream: Rc<TcpStream>,
    mut decoder: Decoder,
) -> impl Future<Output = ()> {
    async move {
        while local.may_read(linked.key).await && stream.readable().await.is_ok() {
            let taken = |chunk: &mut [u8]| take(&local, &linked, &mut decoder, chunk);
            if local.read(&stream, taken).is_break() {
                break;
            }
        }
        say(&local, &linked, Said::Gone);
    }
}

/// Gives a chunk's messages to the session. `Break`: nothing more is taken from this socket.
fn take(
    local: &Local,
    linked: &Linked,
    decoder: &mut Decoder,
    chunk: &mut [u8],
) -> std::ops::ControlFlow<()> {
    let mut reader = decoder.feed(chunk);
    loop {
        let said = match reader.next_item() {
            Incoming::Text(text) => Said::Text(text),
            Incoming::Binary(bytes) => Said::Binary(bytes),
            Incoming::Ping(payload) => Said::Ping(payload),
            Incoming::Pong(_) => continue,
            Incoming::NeedMore => return std::ops::ControlFlow::Continue(()),
            Incoming::Close { .. } | Incoming::Malformed(_) => {
                say(local, linked, Said::Gone);
                return std::ops::ControlFlow::Break(());
            }
        };
        if !say(local, linked, said) {
            return std::ops::ControlFlow::Break(());
        }
    }
}

/// Tells the session what its socket said. `false`: the socket is its no longer.
fn say(local: &Local, linked: &Linked, said: Said<'_>) -> bool {
    let now = clock::now();
    local.with(|shard| {
        with_session(shard, &linked.id, |sink| {
            let current = sink.sockets == linked.number;
            if current {
                sink.said(said, now);
            }
            current
        })
        .unwrap_or(false)
    })
}
