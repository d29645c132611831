//! The front door: reads the first request's head. A live route stays on the shard with its bare
//! socket; everything else goes to the HTTP server with the bytes that were read.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rollcall_wire::http_head::{self, HEAD_BYTES_MAX, Parsed};
use tokio::{io::AsyncWriteExt, net::TcpStream, runtime::Handle};

use super::{
    http,
    route::{self, Way},
};
use crate::{
    auth::Origins,
    connection::Entrance,
    shard::{Errand, Hub, Inbound, Local},
};

/// How long a client may take for its first request's head: a slow mobile link, not a slow loris.
const HEAD_WAIT: Duration = Duration::from_secs(5);

/// Somebody at the door.
pub struct Visitor {
    /// The socket.
    pub stream: TcpStream,
    /// Its other end.
    pub peer: SocketAddr,
    /// Where it came in.
    pub entrance: Arc<Entrance>,
}

/// What the door needs to send visitors on their way.
pub struct Door {
    /// Where HTTP is served.
    pub runtime: Handle,
    /// The HTTP service of each entrance, by its index.
    pub services: Vec<axum::Router>,
    /// Who may connect from a browser.
    pub origins: Arc<Origins>,
    /// Every shard.
    pub hub: Hub,
}

/// Reads the head and sends the visitor on. `shard` is where live connections go.
pub async fn answer(visitor: Visitor, door: Arc<Door>, local: Local) {
    let Visitor { mut stream, peer, entrance } = visitor;
    let mut read = Vec::new();
    let Ok(Some((way, length))) =
        tokio::time::timeout(HEAD_WAIT, find_way(&stream, &mut read, &entrance, &door)).await
    else {
        return;
    };
    match way {
        Way::Http => http::hand_over(stream, read, peer, &entrance, &door),
        Way::Refused(status, text) => {
            // The peer may be gone already; nobody is owed anything then.
            let _ = stream.write_all(&refusal(status, &text)).await;
        }
        Way::Live(begin, response) => {
            if stream.write_all(&response).await.is_ok() {
                let rest = read.split_off(length);
                enter(&local, &door, stream, rest, begin).await;
            }
        }
    }
}

/// Begins here, or on the one shard where it must.
async fn enter(local: &Local, door: &Door, stream: TcpStream, rest: Vec<u8>, begin: route::Begin) {
    let here = local.with(|shard| shard.number());
    match begin.shard().filter(|shard| *shard != here) {
        None => route::begin(local, stream, rest, begin),
        Some(shard) => {
            let Ok(stream) = stream.into_std() else { return };
            let errand: Errand =
                Box::new(move |local| route::carry_on(&local, stream, rest, begin));
            door.hub.tell_soon(shard, Inbound::Errand(errand)).await;
        }
    }
}

/// Reads until the head is whole. `None`: the peer left.
async fn find_way(
    stream: &TcpStream,
    read: &mut Vec<u8>,
    entrance: &Arc<Entrance>,
    door: &Door,
) -> Option<(Way, usize)> {
    loop {
        stream.readable().await.ok()?;
        let mut chunk = [0; 2_048];
        match stream.try_read(&mut chunk) {
            Ok(0) => return None,
            Ok(count) => read.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(_) => return None,
        }
        match http_head::parse(read) {
            Parsed::Head(head) => {
                return Some((route::way(&head, entrance, &door.origins), head.length()));
            }
            Parsed::NeedMore if read.len() < HEAD_BYTES_MAX => {}
            // The HTTP server words its own refusals.
            Parsed::NeedMore | Parsed::Malformed(_) => return Some((Way::Http, 0)),
        }
    }
}

fn refusal(status: u16, text: &str) -> bytes::Bytes {
    let kind = if text.starts_with('{') { "application/json" } else { "text/plain; charset=utf-8" };
    let reason = hyper::StatusCode::from_u16(status).ok();
    let reason = reason.and_then(|status| status.canonical_reason()).unwrap_or("Refused");
    format!(
        "HTTP/1.1 {status} {reason}\r\nContent-Type: {kind}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )
    .into()
}
