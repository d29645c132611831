//! Server-Sent Events: one way, an event a message, over a body that hyper sends.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    Extension,
    body::Body,
    extract::RawQuery,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use hyper::body::Frame;
use rollcall_core::position::Position;
use rollcall_wire::{conversation::Framing, message::Message, sse};
use tokio::sync::mpsc;

use super::{
    live::{Guest, Live, asked},
    refused::no_place,
};
use crate::{
    connection::{Flushed, Sink},
    shard::SinkOpener,
};

/// Writes that may wait between a shard and hyper; the rest waits as a position on the tape.
const WRITES_MAX: usize = 8;

/// `GET /v1/live/events`: Server-Sent Events.
pub async fn events(
    Extension(live): Extension<Live>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let asked = asked(Framing::Sse, query.as_deref(), &headers);
    let (writes, body) = mpsc::channel(WRITES_MAX);
    let sink: SinkOpener = Box::new(move || Box::new(SseSink::new(writes)));
    let Some(guest) = live.open(asked.opening, asked.host, sink).await else {
        return no_place();
    };
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::new(EventBody { writes: body, _guest: guest })).into_response()
}

struct EventBody {
    writes: mpsc::Receiver<Bytes>,
    _guest: Guest,
}

impl hyper::body::Body for EventBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.writes.poll_recv(context).map(|write| write.map(|bytes| Ok(Frame::data(bytes))))
    }
}

struct SseSink {
    writes: Option<mpsc::Sender<Bytes>>,
    waiting: Vec<u8>,
    closed: bool,
}

impl SseSink {
    /// Milliseconds after which a browser tries again by itself.
    const RETRY_MS: u32 = 3_000;

    fn new(writes: mpsc::Sender<Bytes>) -> Self {
        Self { writes: Some(writes), waiting: sse::retry(Self::RETRY_MS).into(), closed: false }
    }
}

impl Sink for SseSink {
    fn message(&mut self, message: Message, id: Option<Position>) {
        let id = id.map(|id| id.to_string());
        let labels = sse::Labels { id: id.as_deref(), name: None };
        for piece in labels.event(message.text()) {
            self.waiting.extend_from_slice(&piece);
        }
    }

    fn heartbeat(&mut self) {
        self.waiting.extend_from_slice(&sse::heartbeat());
    }

    fn heartbeat_ms(&self) -> i64 {
        15_000
    }

    fn close(&mut self, _code: u16, _reason: &str) {
        self.closed = true;
    }

    fn flush(&mut self) -> Flushed {
        let Some(writes) = &self.writes else { return Flushed::Over };
        if !self.waiting.is_empty() {
            match writes.try_reserve() {
                Ok(place) => place.send(std::mem::take(&mut self.waiting).into()),
                Err(mpsc::error::TrySendError::Full(())) => return Flushed::Blocked,
                Err(mpsc::error::TrySendError::Closed(())) => return Flushed::Over,
            }
        }
        if self.closed {
            self.writes = None;
            return Flushed::Over;
        }
        Flushed::Done
    }

    fn waiting_bytes(&self) -> usize {
        self.waiting.len()
    }

    fn writable(&self) -> Pin<Box<dyn Future<Output = ()>>> {
        let writes = self.writes.clone();
        Box::pin(async move {
            if let Some(writes) = writes {
                // A reader that has gone shows itself at the next write.
                let _ = writes.reserve().await;
            }
        })
    }
}
