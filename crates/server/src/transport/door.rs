//! The front door: reads the first request's head. A live route stays on the shard with its bare
//! socket; everything else goes to the HTTP server with the bytes that were read.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rollcall_wire::{
    http_head::{self, HEAD_BYTES_MAX, Head, Parsed},
    websocket::handshake,
};
use tokio::{io::AsyncWriteExt, net::TcpStream, runtime::Handle};

use super::{http, route, websocket};
use crate::{auth::Origins, connection::Entrance, shard::Local, telemetry::Metrics};

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
    /// Counts.
    pub metrics: Metrics,
}

/// Where a visitor goes.
enum Way {
    /// Onto the shard, after this answer.
    Live(Box<route::Live>, bytes::Bytes),
    /// Nowhere, with this answer.
    Refused(bytes::Bytes),
    /// To the HTTP server.
    Http,
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
        Way::Refused(response) => {
            // The peer may be gone already; nobody is owed anything then.
            let _ = stream.write_all(&response).await;
        }
        Way::Live(live, response) => {
            if stream.write_all(&response).await.is_ok() {
                let rest = read.split_off(length);
                websocket::run(&local, stream, rest, entrance, live.host, live.opener);
            }
        }
    }
}

/// Reads until the head is whole. `None`: the peer left.
async fn find_way(
    stream: &TcpStream,
    read: &mut Vec<u8>,
    entrance: &Entrance,
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
            Parsed::Head(head) => return Some((way_of(&head, entrance, door), head.length())),
            Parsed::NeedMore if read.len() < HEAD_BYTES_MAX => {}
            // The HTTP server words its own refusals.
            Parsed::NeedMore | Parsed::Malformed(_) => return Some((Way::Http, 0)),
        }
    }
}

fn way_of(head: &Head<'_>, entrance: &Entrance, door: &Door) -> Way {
    if !head.is_websocket_upgrade() {
        return Way::Http;
    }
    let Some(live) = route::live(head, entrance) else { return Way::Http };
    if !door.origins.allows(head.header("origin"), head.header("host")) {
        return Way::Refused(refusal(403, "Forbidden", "This origin may not connect."));
    }
    match handshake::answer(head, route::PROTOCOLS) {
        handshake::Answer::Accept { response, .. } => Way::Live(Box::new(live), response),
        handshake::Answer::Refuse { response, .. } => Way::Refused(response),
    }
}

fn refusal(status: u16, reason: &str, text: &str) -> bytes::Bytes {
    format!(
        "HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )
    .into()
}
