//! The WebSocket that begins on a connection which hyper has kept open.

use axum::{
    Extension,
    body::Body,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use hyper_util::rt::TokioIo;
use rollcall_wire::http_head::{self, Parsed};

use super::{
    http::Replayed,
    live::Live,
    refused,
    route::{self, Way},
};
use crate::shard::{Errand, Inbound};

/// A WebSocket upgrade on a connection that hyper serves: a proxy's pooled one, say.
pub async fn upgrade(Extension(live): Extension<Live>, mut request: Request) -> Response {
    let head = written(&request);
    let Parsed::Head(head) = http_head::parse(&head) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let dialect = live.entrance.dialect;
    match route::way(&head, &live.entrance, &live.origins) {
        Way::Live(begin, response) => {
            hand_over(&live, begin, &mut request);
            switching(&response)
        }
        Way::Refused(status, text) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
            (status, text).into_response()
        }
        Way::Http if head.is_websocket_upgrade() => refused::no_such_path(dialect),
        Way::Http => refused::no_upgrade(dialect),
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
