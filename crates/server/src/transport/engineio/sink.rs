//! An Engine.IO session's writing half: polling or WebSocket, and the way from one to the other.

use std::{future::Future, pin::Pin, rc::Rc, sync::Arc};

use bytes::Bytes;
use rollcall_core::{position::Position, time::Timestamp};
use rollcall_wire::{
    engineio::{Action, Packet, Refusal, Session, SessionId, Settings},
    message::Message,
};
use tokio::sync::{Notify, oneshot};

use super::super::websocket::WebSocketSink;
use crate::connection::{Flushed, Input, Sink};

/// The answer to a poll: its body, or why there is none.
pub(super) type Polled = Result<Vec<u8>, Refusal>;

/// One session's transport.
pub(super) struct EngineSink {
    pub(super) id: SessionId,
    session: Session,
    /// What a session has only while it polls.
    polling: Option<Box<Polling>>,
    socket: Option<WebSocketSink>,
    /// Counts linked sockets, so that a late event of an earlier one reaches nobody.
    pub(super) sockets: u32,
    /// What the client said, to be given to the conversation.
    inputs: Vec<Input>,
    over: bool,
}

/// What a session has while it polls; a socket needs none of it.
#[derive(Default)]
struct Polling {
    /// The GET that hangs.
    get: Option<oneshot::Sender<Polled>>,
    /// Told when something can be sent again.
    writable: Rc<Notify>,
}

fn clock_ms(now: Timestamp) -> u64 {
    u64::try_from(now.millis()).unwrap_or(0)
}

impl EngineSink {
    /// A session that begins by polling; its first GET is answered at once.
    pub(super) fn polling(
        id: SessionId,
        settings: Arc<Settings>,
        answer: oneshot::Sender<Polled>,
        now: Timestamp,
    ) -> Self {
        let mut actions = Vec::new();
        let session = Session::open_polling(&id, settings, clock_ms(now), &mut actions);
        let mut sink = Self::new(id, session);
        sink.polling = Some(Box::new(Polling { get: Some(answer), ..Polling::default() }));
        sink.act(actions);
        sink
    }

    /// A session that begins on a WebSocket.
    pub(super) fn websocket(
        id: SessionId,
        settings: Arc<Settings>,
        socket: WebSocketSink,
        now: Timestamp,
    ) -> Self {
        let mut actions = Vec::new();
        let session = Session::open_websocket(&id, settings, clock_ms(now), &mut actions);
        let mut sink = Self::new(id, session);
        (sink.socket, sink.sockets) = (Some(socket), 1);
        sink.act(actions);
        sink
    }

    fn new(id: SessionId, session: Session) -> Self {
        Self {
            id,
            session,
            polling: None,
            socket: None,
            sockets: 0,
            inputs: Vec::new(),
            over: false,
        }
    }

    fn act(&mut self, actions: Vec<Action<'_>>) {
        let mut upgraded = false;
        for action in actions {
            match action {
                Action::Text(text) => self.inputs.push(Input::Text(text.into())),
                Action::Binary(bytes) => {
                    self.inputs.push(Input::Binary(Bytes::from(bytes.into_owned())));
                }
                Action::AnswerPoll(payload) => {
                    if let Some(get) = self.polling.as_mut().and_then(|polling| polling.get.take())
                    {
                        // A GET that was dropped shows itself by its guard.
                        let _ = get.send(Ok(payload.to_body()));
                    }
                }
                Action::Frame(packet) => self.frame(&packet),
                Action::CloseWebSocket => {
                    if let Some(mut socket) = self.socket.take() {
                        socket.close(rollcall_wire::websocket::close::NORMAL, "");
                        // What cannot be written now is not worth waiting for: it is over.
                        let _ = socket.flush();
                    }
                }
                Action::Closed(reason) => {
                    tracing::debug!(?reason, "an Engine.IO session ended");
                    self.over = true;
                }
                Action::Upgraded => upgraded = true,
                Action::Pinged | Action::Ponged => {}
            }
        }
        if let Some(polling) = &self.polling {
            polling.writable.notify_waiters();
        }
        if upgraded {
            self.polling = None;
        }
    }

    fn frame(&mut self, packet: &Packet) {
        let Some(socket) = &mut self.socket else { return };
        match packet {
            Packet::Text(text) => {
                let text = String::from_utf8_lossy(text);
                socket.message(Message::new(&text), None);
            }
            Packet::Binary(bytes) => socket.binary(bytes),
        }
    }

    /// What the client said since the last time.
    pub(super) fn take_inputs(&mut self) -> Vec<Input> {
        std::mem::take(&mut self.inputs)
    }

    /// A GET came; it hangs until there is something to send.
    pub(super) fn get(&mut self, answer: oneshot::Sender<Polled>, now: Timestamp) {
        let mut actions = Vec::new();
        match self.session.get(clock_ms(now), &mut actions) {
            Ok(()) => {
                self.act(actions);
                self.polling.get_or_insert_default().get = Some(answer);
            }
            Err(refusal) => {
                self.act(actions);
                let _ = answer.send(Err(refusal));
            }
        }
    }

    /// The hanging GET's client left.
    pub(super) fn get_dropped(&mut self) {
        let hanging = self.polling.as_mut().map(|polling| &mut polling.get);
        if let Some(get) = hanging
            && get.as_ref().is_some_and(oneshot::Sender::is_closed)
        {
            *get = None;
            let mut actions = Vec::new();
            self.session.get_dropped(&mut actions);
            self.act(actions);
        }
    }

    /// A POST came with this body.
    pub(super) fn post(&mut self, body: &[u8], now: Timestamp) -> Result<(), Refusal> {
        let mut actions = Vec::new();
        let posted = self.session.post(body, clock_ms(now), &mut actions);
        self.act(actions);
        posted
    }

    /// A WebSocket wants to take over. Its number among the session's sockets, or nothing when
    /// it comes too late.
    pub(super) fn attach(&mut self, mut socket: WebSocketSink, now: Timestamp) -> Option<u32> {
        match self.session.attach_websocket(clock_ms(now)) {
            rollcall_wire::engineio::Attach::Probing => {
                self.socket = Some(socket);
                self.sockets += 1;
                Some(self.sockets)
            }
            rollcall_wire::engineio::Attach::CloseSocket => {
                socket.close(rollcall_wire::websocket::close::NORMAL, "");
                let _ = socket.flush();
                None
            }
        }
    }

    /// The linked WebSocket said something.
    pub(super) fn said(&mut self, said: Said<'_>, now: Timestamp) {
        let mut actions = Vec::new();
        match said {
            Said::Text(text) => self.session.websocket_text(text, clock_ms(now), &mut actions),
            Said::Binary(bytes) => self.session.websocket_binary(bytes, &mut actions),
            Said::Ping(payload) => {
                if let Some(socket) = &mut self.socket {
                    socket.pong(payload);
                }
            }
            Said::Gone => {
                self.socket = None;
                self.session.websocket_closed(&mut actions);
            }
        }
        self.act(actions);
    }

    fn offer(&mut self, packet: Packet) {
        let mut actions = Vec::new();
        self.session.send(packet, &mut actions);
        self.act(actions);
    }
}

/// What a linked WebSocket said.
pub(super) enum Said<'a> {
    /// A text message.
    Text(&'a str),
    /// A binary message.
    Binary(&'a [u8]),
    /// A ping of the WebSocket's own.
    Ping(&'a [u8]),
    /// Nothing any more.
    Gone,
}

impl Sink for EngineSink {
    fn message(&mut self, message: Message, id: Option<Position>) {
        match &mut self.socket {
            // The frame that everybody shares, once nothing older waits in the session.
            Some(socket) if self.session.is_websocket() && self.session.is_drained() => {
                socket.message(message, id);
            }
            _ => self.offer(Packet::Text(message.text())),
        }
    }

    fn binary(&mut self, bytes: &Bytes) {
        self.offer(Packet::Binary(bytes.clone()));
    }

    /// The session has a heartbeat of its own.
    fn heartbeat(&mut self) {}

    fn due(&self) -> Option<Timestamp> {
        let due_ms = self.session.next_deadline_ms()?;
        Some(Timestamp::from_millis(i64::try_from(due_ms).unwrap_or(i64::MAX)))
    }

    fn tick(&mut self, now: Timestamp) {
        let mut actions = Vec::new();
        self.session.tick(clock_ms(now), &mut actions);
        self.act(actions);
    }

    fn close(&mut self, _code: u16, _reason: &str) {
        let mut actions = Vec::new();
        self.session.flush(&mut actions);
        self.session.close(&mut actions);
        self.act(actions);
    }

    fn flush(&mut self) -> Flushed {
        let mut actions = Vec::new();
        self.session.flush(&mut actions);
        self.act(actions);
        match self.socket.as_mut().map(Sink::flush) {
            Some(Flushed::Blocked) => return Flushed::Blocked,
            Some(Flushed::Over) => self.said(Said::Gone, Timestamp::default()),
            Some(Flushed::Done) | None => {}
        }
        if self.over {
            Flushed::Over
        } else if self.session.can_take() {
            Flushed::Done
        } else {
            Flushed::Blocked
        }
    }

    fn waiting_bytes(&self) -> usize {
        // The session bounds its own queue; only the socket's part is for the shard to judge.
        self.socket.as_ref().map_or(0, Sink::waiting_bytes)
    }

    fn writable(&self) -> Pin<Box<dyn Future<Output = ()>>> {
        match &self.socket {
            Some(socket) if self.session.is_websocket() => socket.writable(),
            _ => {
                let writable = self.polling.as_ref().map(|polling| polling.writable.clone());
                Box::pin(async move { writable.unwrap_or_default().notified().await })
            }
        }
    }
}
