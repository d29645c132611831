//! Live over plain HTTP: Server-Sent Events and long-poll, served by hyper, fed by a shard. And
//! the WebSocket that begins on a connection which hyper has kept open.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Extension, Json,
    body::Body,
    extract::{RawQuery, Request},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use hyper::body::Frame;
use hyper_util::rt::TokioIo;
use rollcall_core::position::Position;
use rollcall_wire::{
    conversation::{Framing, Opening},
    http_head::{self, Parsed},
    message::Message,
    sse,
};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
};

use super::{
    http::Replayed,
    route::{self, Way},
};
use crate::{
    auth::Origins,
    connection::{Entrance, Flushed, Sink},
    shard::{ConnectionKey, Errand, Hub, Inbound, SinkOpener},
};

/// Writes that may wait between a shard and hyper; the rest waits as a position on the tape.
const WRITES_MAX: usize = 8;

/// Seconds that a long-poll may wait at most: below what proxies cut.
const WAIT_SECONDS_MAX: u64 = 30;

/// What the live routes of an entrance need.
#[derive(Clone)]
pub struct Live {
    /// Every shard.
    pub hub: Hub,
    /// Where this is.
    pub entrance: Arc<Entrance>,
    /// Who may connect from a browser.
    pub origins: Arc<Origins>,
    /// Where the shards' messages can be sent from.
    pub runtime: Handle,
    next: Arc<AtomicU16>,
}

impl Live {
    /// The live routes of one entrance.
    #[must_use]
    pub fn new(hub: Hub, entrance: Arc<Entrance>, origins: Arc<Origins>, runtime: Handle) -> Self {
        Self { hub, entrance, origins, runtime, next: Arc::default() }
    }

    /// Shards take new connections in turn.
    pub(super) fn shard(&self) -> u16 {
        let shards = u16::try_from(self.hub.len()).unwrap_or(u16::MAX).max(1);
        self.next.fetch_add(1, Ordering::Relaxed) % shards
    }

    async fn open(
        &self,
        opening: Opening,
        host: Option<Box<str>>,
        sink: SinkOpener,
    ) -> Option<Guest> {
        let (opened, key) = oneshot::channel();
        let dialect = self.entrance.dialect;
        let inbound = Inbound::Open {
            entrance: self.entrance.clone(),
            host,
            opener: Box::new(move || route::conversation(dialect, opening)),
            sink,
            opened,
        };
        self.hub.tell_soon(self.shard(), inbound).await;
        let key = key.await.ok()?;
        Some(Guest { key, hub: self.hub.clone(), runtime: self.runtime.clone() })
    }
}

/// A connection that ends when its HTTP answer does.
struct Guest {
    key: ConnectionKey,
    hub: Hub,
    runtime: Handle,
}

impl Drop for Guest {
    fn drop(&mut self) {
        let (hub, key) = (self.hub.clone(), self.key);
        self.runtime.spawn(async move { hub.tell_soon(key.shard, Inbound::Gone(key)).await });
    }
}

/// What an SSE or poll request asks for.
struct Asked {
    opening: Opening,
    host: Option<Box<str>>,
    wait: Duration,
}

/// A header's value, if it is text.
pub(super) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn asked(framing: Framing, query: Option<&str>, headers: &HeaderMap) -> Asked {
    let text = |name: &str| text(headers, name);
    let pairs: Vec<_> = query
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter_map(|(name, value)| {
            let value = value.replace('+', " ");
            Some((name, http_head::percent_decode(&value)?.into_owned()))
        })
        .collect();
    let one = |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone());
    let bearer = text("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let token = bearer
        .map(Into::into)
        .or_else(|| cookie(text("cookie")?, route::COOKIE))
        .or_else(|| one("token"));
    let last_id = text("last-event-id").filter(|id| !id.is_empty()).map(Into::into);
    let wait_seconds = one("wait").and_then(|wait| wait.parse().ok()).unwrap_or(WAIT_SECONDS_MAX);
    Asked {
        opening: Opening {
            framing,
            token,
            rooms: pairs.iter().filter(|(n, _)| *n == "room").map(|(_, v)| v.clone()).collect(),
            after: last_id.or_else(|| one("after")).filter(|after| !after.is_empty()),
        },
        host: text("host").map(Into::into),
        wait: Duration::from_secs(wait_seconds.min(WAIT_SECONDS_MAX)),
    }
}

/// A cookie's value in a `Cookie` header, whatever the spacing.
pub(super) fn cookie(header: &str, wanted: &str) -> Option<String> {
    header.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name.trim() == wanted).then(|| value.trim().to_owned())
    })
}

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
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
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
    fn message(&mut self, message: &Message, id: Option<Position>) {
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
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
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
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
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
    fn message(&mut self, message: &Message, id: Option<Position>) {
        self.waiting_bytes += message.text_bytes();
        self.news |= !NO_NEWS.iter().any(|start| message.text().starts_with(start));
        self.messages.push(message.clone());
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

/// A WebSocket upgrade on a connection that hyper serves: a proxy's pooled one, say.
pub async fn upgrade(Extension(live): Extension<Live>, mut request: Request) -> Response {
    let head = written(&request);
    let Parsed::Head(head) = http_head::parse(&head) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match route::way(&head, &live.entrance, &live.origins) {
        Way::Live(begin, response) => {
            hand_over(&live, begin, &mut request);
            switching(&response)
        }
        Way::Refused(status, text) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
            (status, text).into_response()
        }
        Way::Http => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Takes the bare socket out of hyper once it has written our answer, and gives it to a shard.
fn hand_over(live: &Live, begin: route::Begin, request: &mut Request) {
    let upgrading = hyper::upgrade::on(request);
    let (hub, shard) = (live.hub.clone(), begin.shard().unwrap_or_else(|| live.shard()));
    live.runtime.spawn(async move {
        let Ok(upgraded) = upgrading.await else { return };
        let Ok(parts) = upgraded.downcast::<TokioIo<Replayed>>() else { return };
        let Ok(stream) = parts.io.into_inner().into_stream().into_std() else { return };
        let read: Vec<u8> = parts.read_buf.into();
        let errand: Errand = Box::new(move |local| route::carry_on(&local, stream, read, begin));
        hub.tell_soon(shard, Inbound::Errand(errand)).await;
    });
}

/// The request's head as our own parser reads it.
fn written(request: &Request) -> Vec<u8> {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let mut head = format!("{} {target} HTTP/1.1\r\n", request.method()).into_bytes();
    for (name, value) in request.headers() {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}

/// Our handshake's answer as hyper sends it.
fn switching(response: &[u8]) -> Response {
    let text = String::from_utf8_lossy(response);
    let mut builder = Response::builder().status(StatusCode::SWITCHING_PROTOCOLS);
    for line in text.lines().skip(1) {
        if let Some((name, value)) = line.split_once(':') {
            builder = builder.header(name, value.trim());
        }
    }
    builder.body(Body::empty()).unwrap_or_else(|_| StatusCode::BAD_REQUEST.into_response())
}
