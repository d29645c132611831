//! Which addresses are live, and which conversation is held there.

use rollcall_wire::{
    Dialect,
    conversation::{Conversation, Framing, Opening},
    gym::Gym,
    http_head::Head,
    native::Native,
};

use crate::{connection::Entrance, shard::Opener};

/// The WebSocket subprotocols that are agreed to.
pub(super) const PROTOCOLS: &[&str] = &[NATIVE_PROTOCOL];

/// The native protocol's name.
const NATIVE_PROTOCOL: &str = "rollcall.v1";

/// The prefix of a subprotocol that carries a token, since browsers can set no header.
const TOKEN_PROTOCOL: &str = "token.";

/// The cookie that signs in our own pages.
pub(super) const COOKIE: &str = "rollcall_token";

/// A live route that was asked for.
pub(super) struct Live {
    pub host: Option<Box<str>>,
    pub opener: Opener,
}

/// The live route that an upgrade request asks for, if it is one.
pub(super) fn live(head: &Head<'_>, entrance: &Entrance) -> Option<Live> {
    let path = head.path();
    let token = match entrance.dialect {
        Dialect::Native if path == "/v1/live" => native_token(head),
        Dialect::Gym if is_gym_path(&path) => gym_token(head),
        _ => return None,
    };
    let opening = Opening { framing: Framing::WebSocket, token, rooms: Vec::new(), after: None };
    let dialect = entrance.dialect;
    let host = head.header("host").map(Into::into);
    Some(Live { host, opener: Box::new(move || conversation(dialect, opening)) })
}

/// The conversation of a dialect.
pub(super) fn conversation(dialect: Dialect, opening: Opening) -> Box<dyn Conversation> {
    match dialect {
        Dialect::Gym => Box::new(Gym::new(opening)),
        Dialect::Native | Dialect::Church => Box::new(Native::new(opening)),
    }
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
