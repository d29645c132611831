//! Long-poll: one answer with whatever there is, or what comes within a while.

use std::{future::Future, pin::Pin};

use axum::{
    Extension, Json,
    extract::RawQuery,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use rollcall_core::position::Position;
use rollcall_wire::{conversation::Framing, message::Message};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::sync::oneshot;

use super::{
    live::{Live, asked},
    refused::no_place,
};
use crate::{
    connection::{Flushed, Sink},
    shard::{Inbound, SinkOpener},
};

/// The answer of a long-poll.
#[derive(Serialize)]
pub struct Polled {
    messages: Vec<Box<RawValue>>,
    position: Option<Position>,
}

/// `GET /v1/live/poll`: whatever there is after a position, or what comes within `wait` seconds.
pub async fn poll(
    Extension(live): Extension<Live>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let asked = asked(Framing::Poll, query.as_deref(), &headers);
    let (answer, mut polled) = oneshot::channel();
    let sink: SinkOpener = Box::new(move || Box::new(PollSink::new(answer)));
    let Some(guest) = live.open(asked.opening, asked.host, sink).await else {
        return no_place();
    };
    let polled = match tokio::time::timeout(asked.wait, &mut polled).await {
        Ok(polled) => polled,
        Err(_) => {
            live.hub.tell_soon(guest.key.shard, Inbound::End(guest.key)).await;
            polled.await
        }
    };
    match polled {
        Ok(polled) => ([(header::CACHE_CONTROL, "no-store")], Json(polled)).into_response(),
        Err(_) => no_place(),
    }
}

struct PollSink {
    answer: Option<oneshot::Sender<Polled>>,
    messages: Vec<Message>,
    position: Option<Position>,
    waiting_bytes: usize,
    /// Whether there is something to say, so that the poll need not wait.
    news: bool,
    closed: bool,
}

impl PollSink {
    fn new(answer: oneshot::Sender<Polled>) -> Self {
        Self {
            answer: Some(answer),
            messages: Vec::new(),
            position: None,
            waiting_bytes: 0,
            news: false,
            closed: false,
        }
    }
}

/// Messages that only say how things stand: a poll goes on waiting after them.
const NO_NEWS: [&[u8]; 3] =
    [br#"{"type":"hello""#, br#"{"type":"signed_in""#, br#"{"type":"following""#];

impl Sink for PollSink {
    fn message(&mut self, message: Message, id: Option<Position>) {
        self.waiting_bytes += message.text_bytes();
        self.news |= !NO_NEWS.iter().any(|start| message.text().starts_with(start));
        self.messages.push(message);
        self.position = id.or(self.position);
    }

    fn heartbeat(&mut self) {}

    fn close(&mut self, _code: u16, _reason: &str) {
        self.closed = true;
    }

    fn flush(&mut self) -> Flushed {
        if !(self.news || self.closed) {
            return Flushed::Done;
        }
        let Some(answer) = self.answer.take() else { return Flushed::Over };
        let raw = |message: &Message| {
            let text = String::from_utf8_lossy(&message.text()).into_owned();
            RawValue::from_string(text).ok()
        };
        let messages = self.messages.iter().filter_map(raw).collect();
        // Whoever no longer waits asks again from the position it has.
        let _ = answer.send(Polled { messages, position: self.position });
        Flushed::Over
    }

    fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    fn writable(&self) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(std::future::ready(()))
    }
}
