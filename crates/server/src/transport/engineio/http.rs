//! Engine.IO over plain HTTP: polls and posts find their session's shard from any connection.

use std::time::Duration;

use axum::{
    Extension, Json,
    body::to_bytes,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method as HttpMethod, StatusCode, header},
    response::{IntoResponse, Response},
};
use rollcall_wire::engineio::{self, Method, Query, Refusal, SessionId};
use serde_json::json;
use tokio::sync::oneshot;

use super::{Handshake, get, get_dropped, open_polling, post};
use crate::{
    arriving::is_too_slow,
    connection::{Engine, Place},
    shard::{Errand, Inbound},
    transport::{Live, live, route, upgrade},
};

/// The body by which a client ends its session.
const GOODBYE: &[u8] = b"1";

/// How long a goodbye waits. The client's GET travels on a connection of its own and may come a
/// moment later; it is to find its session and be ended in order, not to be told of none.
const GOODBYE_WAIT: Duration = Duration::from_millis(50);

/// Any request on an Engine.IO path.
pub async fn answer(
    Extension(live): Extension<Live>,
    Extension(engine): Extension<Engine>,
    request: Request,
) -> Response {
    let cors = allowed(&live, request.headers());
    let mut response = match serve(&live, engine, request).await {
        Ok(response) => response,
        Err(refusal) => refused(refusal),
    };
    response.headers_mut().extend(cors);
    response
}

/// A browser's question before a cross-origin request (church 2.7).
pub async fn preflight(Extension(live): Extension<Live>, headers: HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().extend(allowed(&live, &headers));
    response
        .headers_mut()
        .insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET,POST"));
    if let Some(asked) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    response
}

fn allowed(live: &Live, headers: &HeaderMap) -> HeaderMap {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let echo = live.origins.echo(text(header::ORIGIN), text(header::HOST));
    let mut allowed = HeaderMap::new();
    allowed.insert(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = echo.and_then(|origin| HeaderValue::from_str(origin).ok()) {
        allowed.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        allowed.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    allowed
}

fn refused(refusal: Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    (status, [(header::CONTENT_TYPE, "application/json")], refusal.body()).into_response()
}

fn too_slow() -> Response {
    let close = [(header::CONNECTION, "close")];
    (StatusCode::REQUEST_TIMEOUT, close, Json(json!({"error": "Request timeout"}))).into_response()
}

fn body(bytes: Vec<u8>) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=UTF-8"), (header::CACHE_CONTROL, "no-store")];
    (headers, bytes).into_response()
}

async fn serve(live: &Live, engine: Engine, request: Request) -> Result<Response, Refusal> {
    let method = match *request.method() {
        HttpMethod::GET => Method::Get,
        HttpMethod::POST => Method::Post,
        _ => Method::Other,
    };
    let upgrading = request.headers().get(header::UPGRADE).is_some();
    let query = request.uri().query().unwrap_or_default().to_owned();
    match engineio::route(method, upgrading, &Query::parse(&query))? {
        engineio::Request::OpenPolling => {
            let Some(place) = Place::take(&live.entrance) else {
                return Ok((StatusCode::SERVICE_UNAVAILABLE, route::FULL).into_response());
            };
            let handshake = Handshake {
                place,
                engine,
                host: live::text(request.headers(), "host").map(Into::into),
                token: route::church_token_of(request.headers()),
            };
            let (answer, polled) = oneshot::channel();
            errand(live, live.shard(), Box::new(|local| open_polling(&local, handshake, answer)))
                .await;
            Ok(body(polled.await.unwrap_or(Err(Refusal::SessionUnknown))?))
        }
        engineio::Request::Poll(sid) => poll(live, session(sid)?).await,
        engineio::Request::Post(sid) => {
            let id = session(sid)?;
            // One byte more than allowed is enough to know that it is too much.
            let bytes_max = engine.settings.payload_bytes_max;
            let bytes = to_bytes(request.into_body(), bytes_max).await;
            let bytes = match bytes {
                Ok(bytes) => bytes,
                Err(error) if is_too_slow(&error) => return Ok(too_slow()),
                Err(_) => return Err(Refusal::PayloadTooLarge),
            };
            if *bytes == *GOODBYE {
                tokio::time::sleep(GOODBYE_WAIT).await;
            }
            let (answer, posted) = oneshot::channel();
            let deliver: Errand = Box::new(move |local| {
                let _ = answer.send(post(&local, &id, &bytes));
            });
            errand(live, id.shard, deliver).await;
            posted.await.unwrap_or(Err(Refusal::SessionUnknown))?;
            Ok(([(header::CONTENT_TYPE, "text/html")], "ok").into_response())
        }
        engineio::Request::OpenWebSocket | engineio::Request::Probe(_) => {
            Ok(upgrade::upgrade(Extension(live.clone()), request).await)
        }
    }
}

fn session(sid: &str) -> Result<SessionId, Refusal> {
    SessionId::parse(sid).ok_or(Refusal::SessionUnknown)
}

async fn poll(live: &Live, id: SessionId) -> Result<Response, Refusal> {
    let (answer, polled) = oneshot::channel();
    errand(live, id.shard, Box::new(move |local| get(&local, &id, answer))).await;
    let guard = Hanging { live: live.clone(), id, answered: false };
    let polled = polled.await;
    guard.over();
    Ok(body(polled.unwrap_or(Err(Refusal::SessionUnknown))?))
}

async fn errand(live: &Live, shard: u16, errand: Errand) {
    live.hub.tell_soon(shard, Inbound::Errand(errand)).await;
}

/// A GET that hangs. If hyper drops it, its client has gone.
struct Hanging {
    live: Live,
    id: SessionId,
    answered: bool,
}

impl Hanging {
    fn over(mut self) {
        self.answered = true;
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        if self.answered {
            return;
        }
        let (hub, id) = (self.live.hub.clone(), self.id);
        let tell: Errand = Box::new(move |local| get_dropped(&local, &id));
        self.live.runtime.spawn(async move {
            hub.tell_soon(id.shard, Inbound::Errand(tell)).await;
        });
    }
}
