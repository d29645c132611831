//! WebSocket on a bare TCP stream: one shared read buffer per shard, one vectored write per turn.

use std::{
    future::Future,
    io::IoSlice,
    net::Shutdown,
    os::fd::{AsFd as _, AsRawFd as _},
    pin::Pin,
    rc::Rc,
};

use bytes::Bytes;
use rollcall_core::position::Position;
use rollcall_wire::{
    message::Message,
    websocket::{self, Decoder, Incoming},
};
use socket2::SockRef;
use tokio::{io::Interest, net::TcpStream};

use crate::{
    connection::{Flushed, Input, Place, Sink},
    few::Few,
    shard::{ConnectionKey, Local, Opener},
};

/// Pieces of one vectored write: what the system takes without copying the list.
const SLICES_MAX: usize = 64;

/// Bytes of one client message (gym G3.7; the native protocol takes the same).
pub(super) const MESSAGE_BYTES_MAX: u32 = 256 * 1024;

/// Bytes that may wait for a slow reader while each of its pings is answered.
const PONGS_BYTES_MAX: usize = 64 * 1024;

pub(super) struct WebSocketSink {
    stream: Rc<TcpStream>,
    /// Not written yet, the oldest first.
    frames: Few<Bytes>,
    /// Bytes of the first frame that are written already.
    written: usize,
    waiting_bytes: usize,
    closed: bool,
}

impl WebSocketSink {
    /// The writing half of a socket, beside the socket for the reading half.
    pub(super) fn over(stream: TcpStream) -> (Rc<TcpStream>, Self) {
        // Small frames must not wait for the peer's acknowledgement of earlier ones.
        let _ = stream.set_nodelay(true);
        let stream = Rc::new(stream);
        let sink = Self {
            stream: stream.clone(),
            frames: Few::default(),
            written: 0,
            waiting_bytes: 0,
            closed: false,
        };
        (stream, sink)
    }

    fn push(&mut self, frame: Bytes) {
        if !self.closed {
            self.waiting_bytes += frame.len();
            self.frames.push(frame);
        }
    }

    /// Asks the system at once: nearly always it takes everything, and then the runtime's own
    /// record of the socket need not be touched. Only the runtime can wait, so it is the one to
    /// learn of a socket that is full.
    fn send(&self) -> std::io::Result<usize> {
        match self.try_send() {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                self.stream.try_io(Interest::WRITABLE, || self.try_send())
            }
            done => done,
        }
    }

    /// Offers the system as many frames as it takes at once.
    fn try_send(&self) -> std::io::Result<usize> {
        let socket = SockRef::from(&*self.stream);
        if let [only] = &*self.frames {
            return socket.send(&only[self.written..]);
        }
        let mut slices = [IoSlice::new(&[]); SLICES_MAX];
        let mut begun = self.written;
        for (slice, frame) in slices.iter_mut().zip(&*self.frames) {
            *slice = IoSlice::new(&frame[std::mem::take(&mut begun)..]);
        }
        socket.send_vectored(&slices[..self.frames.len().min(SLICES_MAX)])
    }

    /// Takes `count` written bytes off the front.
    fn advance(&mut self, mut count: usize) {
        self.waiting_bytes -= count;
        let mut gone = 0;
        for frame in &*self.frames {
            let left = frame.len() - self.written;
            if count < left {
                self.written += count;
                break;
            }
            count -= left;
            self.written = 0;
            gone += 1;
        }
        self.frames.drop_first(gone);
    }
}

/// Bytes that are no text, as one frame.
fn binary_frame(bytes: &[u8]) -> Bytes {
    let mut frame = Vec::with_capacity(websocket::HEADER_BYTES_MAX + bytes.len());
    websocket::write_header(&mut frame, websocket::Opcode::Binary, bytes.len());
    frame.extend_from_slice(bytes);
    frame.into()
}

impl Sink for WebSocketSink {
    fn message(&mut self, message: Message, _id: Option<Position>) {
        self.push(message.into_websocket());
    }

    fn binary(&mut self, bytes: &Bytes) {
        self.push(binary_frame(bytes));
    }

    fn heartbeat(&mut self) {
        self.push(websocket::ping(b""));
    }

    fn pong(&mut self, payload: &[u8]) {
        let pong = websocket::pong(payload);
        let begun = self.written > 0 && self.frames.len() == 1;
        match self.frames.last_mut() {
            // A peer that leaves this much unread is owed the latest alone (RFC 6455, 5.5.3).
            Some(last) if self.waiting_bytes > PONGS_BYTES_MAX && !begun && last[0] == pong[0] => {
                self.waiting_bytes = self.waiting_bytes - last.len() + pong.len();
                *last = pong;
            }
            _ => self.push(pong),
        }
    }

    fn close(&mut self, code: u16, reason: &str) {
        self.push(websocket::close(Some(code), reason));
        self.closed = true;
    }

    fn flush(&mut self) -> Flushed {
        while !self.frames.is_empty() {
            match self.send() {
                Ok(0) => return Flushed::Over,
                Ok(written) => self.advance(written),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    return Flushed::Blocked;
                }
                Err(_) => return Flushed::Over,
            }
        }
        Flushed::Done
    }

    fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    fn fetch(&self) {
        std::hint::black_box((self.waiting_bytes, self.stream.as_fd().as_raw_fd()));
    }

    fn writable(&self) -> Pin<Box<dyn Future<Output = ()>>> {
        let stream = self.stream.clone();
        Box::pin(async move {
            // An error shows itself at the next write.
            let _ = stream.writable().await;
        })
    }

    fn answers_heartbeats(&self) -> bool {
        true
    }
}

impl Drop for WebSocketSink {
    /// Ends the socket for the reading half too, which may be waiting for a peer that stays silent.
    fn drop(&mut self) {
        // A peer that has gone first leaves nothing to end.
        let _ = SockRef::from(&*self.stream).shutdown(Shutdown::Both);
    }
}

/// Runs a WebSocket whose handshake has been answered. `read` is what came after the head.
pub(super) fn run(
    local: &Local,
    stream: TcpStream,
    read: Vec<u8>,
    place: Place,
    host: Option<Box<str>>,
    opener: Opener,
) {
    let (stream, sink) = WebSocketSink::over(stream);
    let mut decoder = if place.dialect.needs_utf8() {
        Decoder::new(MESSAGE_BYTES_MAX)
    } else {
        Decoder::of_any_text(MESSAGE_BYTES_MAX)
    };
    let key = local.open(place, host, opener, Box::new(sink));
    if !read.is_empty() {
        let mut read = read;
        if take(local, key, &mut decoder, &mut read).is_break() {
            return;
        }
    }
    tokio::task::spawn_local(read_on(local.clone(), key, stream, decoder));
}

/// The reading half: a small task that holds no buffer while nothing comes.
#[expect(
    clippy::manual_async_fn,
    reason = "an async fn keeps its arguments twice, on every connection"
)]
fn read_on(
    local: Local,
    key: ConnectionKey,
    stream: Rc<TcpStream>,
    mut decoder: Decoder,
) -> impl Future<Output = ()> {
    async move {
        while local.may_read(key).await && stream.readable().await.is_ok() {
            let taken = |chunk: &mut [u8]| take(&local, key, &mut decoder, chunk);
            if local.read(&stream, taken).is_break() {
                break;
            }
        }
        local.gone(key);
    }
}

/// Gives a chunk's messages to the connection. `Break`: nothing more will come.
fn take(
    local: &Local,
    key: ConnectionKey,
    decoder: &mut Decoder,
    chunk: &mut [u8],
) -> std::ops::ControlFlow<()> {
    let mut reader = decoder.feed(chunk);
    loop {
        match reader.next_item() {
            Incoming::Text(text) => local.input(key, Input::Text(text.into())),
            Incoming::Binary(bytes) => {
                local.input(key, Input::Binary(Bytes::copy_from_slice(bytes)));
            }
            Incoming::Ping(payload) => local.pinged(key, payload),
            Incoming::Pong(_) => local.ponged(key),
            Incoming::Close { code, .. } => {
                local.peer_closed(key, code.unwrap_or(websocket::close::NORMAL));
                return std::ops::ControlFlow::Break(());
            }
            Incoming::NeedMore => {
                local.with(|shard| shard.heard(key));
                return std::ops::ControlFlow::Continue(());
            }
            Incoming::Malformed(malformed) => {
                local.misspoke(key, malformed.close_code(), &malformed.to_string());
                return std::ops::ControlFlow::Continue(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_peer_that_pings_and_reads_nothing_is_owed_the_latest_pong() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (_stream, mut sink) = WebSocketSink::over(stream);
        for number in 0_u32..100_000 {
            sink.pong(&number.to_be_bytes());
        }
        assert!(sink.waiting_bytes() <= PONGS_BYTES_MAX + 6, "{}", sink.waiting_bytes());
        assert_eq!(sink.waiting_bytes(), sink.frames.iter().map(Bytes::len).sum::<usize>());
        assert_eq!(sink.frames[0][2..], 0_u32.to_be_bytes());
        assert_eq!(sink.frames.last().unwrap()[2..], 99_999_u32.to_be_bytes());
        sink.push(binary_frame(b"x"));
        sink.pong(b"y");
        assert_eq!(sink.frames.last().unwrap()[..], *websocket::pong(b"y"), "in its place");
    }
}
