//! The opening handshake (RFC 6455 section 4.2): from a request head to the bytes that answer it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sha1::{Digest, Sha1};

use crate::http_head::Head;

/// The one value that proves a server understood the request (RFC 6455 section 1.3).
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const KEY_BYTES: usize = 16;

/// What to write back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Frames begin right after this.
    Accept {
        /// The 101 response.
        response: Bytes,
        /// The subprotocol that was agreed, in the words of the server's own list.
        protocol: Option<&'static str>,
    },
    /// The connection ends after this.
    Refuse {
        /// A whole response with a line of text that says what is wrong.
        response: Bytes,
        /// Why.
        refusal: Refusal,
    },
}

/// What is wrong with an opening handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// An ordinary request on the address of a WebSocket.
    #[error("this address speaks WebSocket: send an upgrade request")]
    NotUpgrade,
    /// `Connection` lacks `Upgrade`: usually a reverse proxy that does not pass it on.
    #[error("the Connection header must contain Upgrade (is a proxy dropping it?)")]
    NoConnectionUpgrade,
    /// Only GET opens a WebSocket.
    #[error("a WebSocket is opened with GET")]
    NotGet,
    /// HTTP/1.0 knows no upgrades.
    #[error("a WebSocket needs HTTP/1.1")]
    OldHttp,
    /// Only version 13 was ever finished.
    #[error("the only WebSocket version spoken here is 13")]
    Version,
    /// The key must be there once, and be 16 bytes in base64.
    #[error("Sec-WebSocket-Key must be 16 bytes in base64, once")]
    Key,
}

impl Refusal {
    /// 426 where another request would do, otherwise 400.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::NotUpgrade | Self::Version => 426,
            _ => 400,
        }
    }

    fn response(self) -> Bytes {
        let status_line = match self.status() {
            426 => "426 Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13",
            _ => "400 Bad Request",
        };
        let text = self.to_string();
        let length = text.len();
        Bytes::from(format!(
            "HTTP/1.1 {status_line}\r\nConnection: close\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\n\r\n{text}"
        ))
    }
}

/// Judges the request. Of the subprotocols the client offers, the first that is in `protocols` is
/// agreed; extensions are declined by not mentioning them. Who may connect is not judged here.
#[must_use]
pub fn answer(head: &Head<'_>, protocols: &[&'static str]) -> Answer {
    match key(head) {
        Ok(key) => accept(head, key, protocols),
        Err(refusal) => Answer::Refuse { response: refusal.response(), refusal },
    }
}

fn accept(head: &Head<'_>, key: &str, protocols: &[&'static str]) -> Answer {
    let ours = |offered| protocols.iter().copied().find(|protocol| *protocol == offered);
    let protocol = head.tokens("sec-websocket-protocol").find_map(ours);
    let line = protocol.map(|protocol| format!("Sec-WebSocket-Protocol: {protocol}\r\n"));
    let response = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {}\r\n{}\r\n",
        accept_value(key),
        line.unwrap_or_default(),
    );
    Answer::Accept { response: response.into(), protocol }
}

/// The client's key, if everything about the request is right.
fn key<'b>(head: &Head<'b>) -> Result<&'b str, Refusal> {
    if !head.is_websocket_upgrade() {
        return Err(Refusal::NotUpgrade);
    }
    if head.method() != "GET" {
        return Err(Refusal::NotGet);
    }
    if head.minor_version() == 0 {
        return Err(Refusal::OldHttp);
    }
    if !head.has_token("connection", "upgrade") {
        return Err(Refusal::NoConnectionUpgrade);
    }
    if head.header("sec-websocket-version") != Some("13") {
        return Err(Refusal::Version);
    }
    let mut keys = head.headers_named("sec-websocket-key");
    let (Some(key), None) = (keys.next(), keys.next()) else { return Err(Refusal::Key) };
    let is_key = STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == KEY_BYTES);
    if is_key { Ok(key) } else { Err(Refusal::Key) }
}

fn accept_value(key: &str) -> String {
    STANDARD.encode(Sha1::new().chain_update(key).chain_update(GUID).finalize())
}
