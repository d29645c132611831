//! Which addresses are live, and which conversation is held there.

use std::sync::Arc;

use axum::http::HeaderMap;
use bytes::Bytes;
use rollcall_wire::{
    Dialect,
    conversation::{Conversation, Framing, Opening},
    engineio::{self, Method, Query, SessionId},
    gym::Gym,
    http_head::Head,
    native::Native,
    websocket::handshake,
};
use tokio::net::TcpStream;

use super::{
    engineio::{Handshake, probe, websocket as engine_websocket},
    live, websocket,
};
use crate::{
    auth::Origins,
    connection::{Entrance, Place},
    shard::{Local, Opener},
};

/// The WebSocket subprotocols that are agreed to.
const PROTOCOLS: &[&str] = &[NATIVE_PROTOCOL];

/// The native protocol's name.
const NATIVE_PROTOCOL: &str = "rollcall.v1";

/// The prefix of a subprotocol that carries a token, since browsers can set no header.
const TOKEN_PROTOCOL: &str = "token.";

/// The cookie that signs in our own pages.
pub(super) const COOKIE: &str = "rollcall_token";

/// What a client is told for which there is no place.
pub(super) const FULL: &str = "Too many connections; try again later.";

/// The cookie of the church app (church 3.1).
const CHURCH_COOKIE: &str = "authToken";

/// Where a request that wants a WebSocket goes.
pub(super) enum Way {
    /// Onto a shard, after this answer.
    Live(Begin, Bytes),
    /// Nowhere: this status and text.
    Refused(u16, String),
    /// To the HTTP server.
    Http,
}

/// What begins on a WebSocket whose handshake is done.
pub(super) enum Begin {
    /// A conversation of its own.
    Conversation { place: Place, host: Option<Box<str>>, opener: Opener },
    /// An Engine.IO session.
    Session(Handshake),
    /// The takeover of an Engine.IO session that polls.
    Probe { id: SessionId, bytes_max: usize },
}

/// What begins, or a status and why not.
type Begun = Result<Begin, (u16, &'static str)>;

impl Begin {
    /// The shard it must begin on, if that is not free to choose.
    pub(super) fn shard(&self) -> Option<u16> {
        match self {
            Self::Probe { id, .. } => Some(id.shard),
            _ => None,
        }
    }
}

/// Judges a request's head.
pub(super) fn way(head: &Head<'_>, entrance: &Arc<Entrance>, origins: &Origins) -> Way {
    if !head.is_websocket_upgrade() {
        return Way::Http;
    }
    let begin = match engine(head, entrance).or_else(|| conversation_of(head, entrance)) {
        Some(Ok(begin)) => begin,
        Some(Err((status, text))) => return Way::Refused(status, text.into()),
        None => return Way::Http,
    };
    if !origins.allows(head.header("origin"), head.header("host")) {
        return Way::Refused(403, "This origin may not connect.".into());
    }
    match handshake::answer(head, PROTOCOLS) {
        handshake::Answer::Accept { response, .. } => Way::Live(begin, response),
        handshake::Answer::Refuse { refusal, .. } => {
            Way::Refused(refusal.status(), refusal.to_string())
        }
    }
}

/// Begins on a socket of the shard's own runtime.
pub(super) fn begin(local: &Local, stream: TcpStream, read: Vec<u8>, begin: Begin) {
    match begin {
        Begin::Conversation { place, host, opener } => {
            websocket::run(local, stream, read, place, host, opener);
        }
        Begin::Session(handshake) => engine_websocket(local, stream, read, handshake),
        Begin::Probe { id, bytes_max } => probe(local, stream, read, id, bytes_max),
    }
}

/// Begins on a socket that another runtime has let go.
pub(super) fn carry_on(local: &Local, stream: std::net::TcpStream, read: Vec<u8>, next: Begin) {
    match TcpStream::from_std(stream) {
        Ok(stream) => begin(local, stream, read, next),
        Err(error) => tracing::debug!(%error, "a handed-over socket was gone"),
    }
}

/// Takes a place for a connection that is about to come.
fn place(entrance: &Arc<Entrance>) -> Result<Place, (u16, &'static str)> {
    Place::take(entrance).ok_or((503, FULL))
}

fn engine(head: &Head<'_>, entrance: &Arc<Entrance>) -> Option<Begun> {
    let engine = entrance.engines.iter().find(|engine| engine.path == head.raw_path())?;
    let query = Query::parse(head.raw_query());
    let refused = |refusal: engineio::Refusal| (refusal.status(), refusal.body());
    let request = engineio::route(Method::Get, true, &query).map_err(refused);
    Some(request.and_then(|request| match request {
        engineio::Request::OpenWebSocket => Ok(Begin::Session(Handshake {
            place: place(entrance)?,
            engine: engine.clone(),
            host: head.header("host").map(Into::into),
            token: head.cookie(CHURCH_COOKIE).or_else(|| head.bearer()).map(Into::into),
        })),
        engineio::Request::Probe(sid) => {
            let id =
                SessionId::parse(sid).ok_or(engineio::Refusal::SessionUnknown).map_err(refused)?;
            Ok(Begin::Probe { id, bytes_max: engine.settings.payload_bytes_max })
        }
        _ => Err(refused(engineio::Refusal::BadRequest)),
    }))
}

fn conversation_of(head: &Head<'_>, entrance: &Arc<Entrance>) -> Option<Begun> {
    let path = head.path();
    let token = match entrance.dialect {
        Dialect::Native if path == "/v1/live" => native_token(head),
        Dialect::Gym if is_gym_path(&path) => gym_token(head),
        _ => return None,
    };
    let opening = Opening { framing: Framing::WebSocket, token, rooms: Vec::new(), after: None };
    let speaker = entrance.clone();
    Some(place(entrance).map(|place| Begin::Conversation {
        place,
        host: head.header("host").map(Into::into),
        opener: Box::new(move || conversation(&speaker, opening)),
    }))
}

/// The conversation that is held at an entrance without Engine.IO.
pub(super) fn conversation(entrance: &Entrance, opening: Opening) -> Box<dyn Conversation> {
    match entrance.dialect {
        Dialect::Gym => Box::new(Gym::new(entrance.gym, opening)),
        Dialect::Native | Dialect::Church => Box::new(Native::new(opening)),
    }
}

/// The church app's token in an ordinary request (church 3.1).
pub(super) fn church_token_of(headers: &HeaderMap) -> Option<String> {
    let cookie = live::text(headers, "cookie").and_then(|all| live::cookie(all, CHURCH_COOKIE));
    let bearer = || live::text(headers, "authorization")?.strip_prefix("Bearer ").map(Into::into);
    cookie.or_else(bearer)
}

/// Gym G2.1: the path, the path doubled, with or without the last slash, or one old room segment.
fn is_gym_path(path: &str) -> bool {
    let Some(rest) = path.trim_end_matches('/').strip_prefix("/ws/checkins") else { return false };
    rest.is_empty()
        || rest == "/ws/checkins"
        || rest.strip_prefix('/').is_some_and(|room| !room.is_empty() && !room.contains('/'))
}

fn gym_token(head: &Head<'_>) -> Option<String> {
    let query = head.query("token").map(std::borrow::Cow::into_owned);
    query.filter(|token| !token.is_empty()).or_else(|| head.bearer().map(Into::into))
}

fn native_token(head: &Head<'_>) -> Option<String> {
    let bearer = head.bearer().map(Into::into);
    let protocol = || {
        let mut offered = head.tokens("sec-websocket-protocol");
        offered.find_map(|name| name.strip_prefix(TOKEN_PROTOCOL).map(Into::into))
    };
    let query = || head.query("token").map(std::borrow::Cow::into_owned);
    bearer.or_else(protocol).or_else(|| head.cookie(COOKIE).map(Into::into)).or_else(query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g2_1_every_form_of_the_path_is_the_same_room() {
        for path in [
            "/ws/checkins",
            "/ws/checkins/",
            "/ws/checkins/ws/checkins/",
            "/ws/checkins/main/",
            "/ws/checkins/main",
        ] {
            assert!(is_gym_path(path), "{path}");
        }
        for path in ["/ws/checkin", "/ws/checkinsX", "/ws/checkins/a/b", "/ws", "/"] {
            assert!(!is_gym_path(path), "{path}");
        }
    }
}
