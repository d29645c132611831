//! What an HTTP request to an Engine.IO path asks for, judged by its query alone.

/// A request method, as far as Engine.IO tells them apart. Preflights are answered before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Opens a session, polls, or asks for the WebSocket upgrade.
    Get,
    /// Carries packets from the client.
    Post,
    /// Anything else.
    Other,
}

/// The `transport` a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportName {
    /// `polling`.
    Polling,
    /// `websocket`.
    WebSocket,
}

/// An Engine.IO query string, taken apart. No legal value needs percent-encoding, so none is
/// decoded. Of a repeated parameter the first counts; `t` and unknown ones are passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Query<'q> {
    /// `EIO`: the protocol's version.
    pub version: Option<&'q str>,
    /// `transport`, as it was sent.
    pub transport: Option<&'q str>,
    /// `sid`: the session it belongs to; absent on the first request.
    pub sid: Option<&'q str>,
}

impl<'q> Query<'q> {
    /// Takes apart what follows the `?` of a request target.
    #[must_use]
    pub fn parse(query: &'q str) -> Self {
        let mut found = Self::default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let slot = match name {
                "EIO" => &mut found.version,
                "transport" => &mut found.transport,
                "sid" => &mut found.sid,
                _ => continue,
            };
            slot.get_or_insert(value);
        }
        found
    }

    fn transport(&self) -> Option<TransportName> {
        match self.transport? {
            "polling" => Some(TransportName::Polling),
            "websocket" => Some(TransportName::WebSocket),
            _ => None,
        }
    }
}

/// What a well-formed request wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request<'q> {
    /// A new session that starts by polling.
    OpenPolling,
    /// A new session directly on this WebSocket.
    OpenWebSocket,
    /// The session's next packets, by long poll.
    Poll(&'q str),
    /// Packets for the session, in the body.
    Post(&'q str),
    /// To move a polling session to this WebSocket.
    Probe(&'q str),
}

/// A request that is answered with an HTTP error (church rule 2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Code 0: `transport` is missing or neither of the two.
    #[error("transport unknown")]
    TransportUnknown,
    /// Code 1: no such session, or no longer.
    #[error("session id unknown")]
    SessionUnknown,
    /// Code 2: a session is opened with GET.
    #[error("bad handshake method")]
    BadHandshakeMethod,
    /// Code 3: the request does not fit the session or itself.
    #[error("bad request")]
    BadRequest,
    /// Code 5: `EIO` is not 4.
    #[error("unsupported protocol version")]
    UnsupportedVersion,
    /// A POST body above `payload_bytes_max`.
    #[error("payload too large")]
    PayloadTooLarge,
}

impl Refusal {
    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        if self == Self::PayloadTooLarge { 413 } else { 400 }
    }

    /// The body: JSON, except for 413, which has none.
    #[must_use]
    pub fn body(self) -> &'static str {
        match self {
            Self::TransportUnknown => r#"{"code":0,"message":"Transport unknown"}"#,
            Self::SessionUnknown => r#"{"code":1,"message":"Session ID unknown"}"#,
            Self::BadHandshakeMethod => r#"{"code":2,"message":"Bad handshake method"}"#,
            Self::BadRequest => r#"{"code":3,"message":"Bad request"}"#,
            Self::UnsupportedVersion => r#"{"code":5,"message":"Unsupported protocol version"}"#,
            Self::PayloadTooLarge => "",
        }
    }
}

/// Judges a request. `upgrade` says whether it asks for a WebSocket. Whether the session exists
/// is for the caller to find out.
///
/// The order of the checks is the reference server's: transport, then what the session or the
/// method allows, the protocol's version last and only where a session is opened.
///
/// # Errors
/// The refusal to answer with; a WebSocket handshake is then answered the same way.
pub fn route<'q>(method: Method, upgrade: bool, query: &Query<'q>) -> Result<Request<'q>, Refusal> {
    let transport = query.transport().ok_or(Refusal::TransportUnknown)?;
    match (query.sid, transport, method, upgrade) {
        (Some(sid), TransportName::Polling, Method::Get, false) => return Ok(Request::Poll(sid)),
        (Some(sid), TransportName::Polling, Method::Post, false) => return Ok(Request::Post(sid)),
        (Some(sid), TransportName::WebSocket, Method::Get, true) => return Ok(Request::Probe(sid)),
        (None, _, Method::Post | Method::Other, _) => return Err(Refusal::BadHandshakeMethod),
        (None, TransportName::Polling, Method::Get, false)
        | (None, TransportName::WebSocket, Method::Get, true) => {}
        _ => return Err(Refusal::BadRequest),
    }
    if query.version != Some("4") {
        return Err(Refusal::UnsupportedVersion);
    }
    Ok(match transport {
        TransportName::Polling => Request::OpenPolling,
        TransportName::WebSocket => Request::OpenWebSocket,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::{Method, Query, Refusal, Request, route};

    fn judge(method: Method, upgrade: bool, query: &str) -> Result<Request<'_>, Refusal> {
        route(method, upgrade, &Query::parse(query))
    }

    #[test]
    fn each_request_of_the_protocol_is_understood() {
        use Method::{Get, Post};
        let table = [
            (Get, false, "EIO=4&transport=polling", Request::OpenPolling),
            (Get, false, "transport=polling&t=Oq1x&EIO=4", Request::OpenPolling),
            (Get, true, "EIO=4&transport=websocket", Request::OpenWebSocket),
            (Get, false, "EIO=4&transport=polling&sid=s", Request::Poll("s")),
            (Post, false, "EIO=4&transport=polling&t=1&sid=s", Request::Post("s")),
            (Get, true, "EIO=4&transport=websocket&sid=s", Request::Probe("s")),
        ];
        for (method, upgrade, query, request) in table {
            assert_eq!(judge(method, upgrade, query), Ok(request), "{method:?} {query}");
        }
    }

    #[test]
    fn c2_6_each_wrong_request_has_its_code() {
        use Method::{Get, Other, Post};
        let table = [
            (Get, false, "", Refusal::TransportUnknown),
            (Get, false, "EIO=4", Refusal::TransportUnknown),
            (Get, false, "EIO=4&transport", Refusal::TransportUnknown),
            (Get, false, "EIO=4&transport=abc", Refusal::TransportUnknown),
            (Get, true, "EIO=4&transport=abc&sid=s", Refusal::TransportUnknown),
            (Get, false, "transport=polling", Refusal::UnsupportedVersion),
            (Get, false, "EIO=abc&transport=polling", Refusal::UnsupportedVersion),
            (Get, false, "EIO=3&transport=polling", Refusal::UnsupportedVersion),
            (Get, true, "EIO=abc&transport=websocket", Refusal::UnsupportedVersion),
            (Get, true, "transport=websocket", Refusal::UnsupportedVersion),
            (Post, false, "EIO=4&transport=polling", Refusal::BadHandshakeMethod),
            (Other, false, "EIO=4&transport=polling", Refusal::BadHandshakeMethod),
            (Get, false, "EIO=4&transport=websocket", Refusal::BadRequest),
            (Get, true, "EIO=4&transport=polling", Refusal::BadRequest),
            (Get, true, "EIO=4&transport=polling&sid=s", Refusal::BadRequest),
            (Get, false, "EIO=4&transport=websocket&sid=s", Refusal::BadRequest),
            (Other, false, "EIO=4&transport=polling&sid=s", Refusal::BadRequest),
        ];
        for (method, upgrade, query, refusal) in table {
            assert_eq!(judge(method, upgrade, query), Err(refusal), "{method:?} {query}");
        }
    }

    #[test]
    fn c2_6_bodies_are_json_with_status_400() {
        let table = [
            (Refusal::TransportUnknown, 0, "Transport unknown"),
            (Refusal::SessionUnknown, 1, "Session ID unknown"),
            (Refusal::BadHandshakeMethod, 2, "Bad handshake method"),
            (Refusal::BadRequest, 3, "Bad request"),
            (Refusal::UnsupportedVersion, 5, "Unsupported protocol version"),
        ];
        for (refusal, code, message) in table {
            let body: serde_json::Value = serde_json::from_str(refusal.body()).unwrap();
            assert_eq!(body, serde_json::json!({ "code": code, "message": message }));
            assert_eq!(refusal.status(), 400);
        }
        assert_eq!(Refusal::PayloadTooLarge.status(), 413);
    }

    #[test]
    fn the_first_of_a_repeated_parameter_counts() {
        let query = Query::parse("sid=a&sid=b&EIO=4&EIO=3&transport=polling");
        let first = Query { version: Some("4"), transport: Some("polling"), sid: Some("a") };
        assert_eq!(query, first);
    }

    proptest! {
        #[test]
        fn garbage_never_panics(query in "\\PC*", upgrade: bool) {
            let _ = judge(Method::Get, upgrade, &query);
            let _ = judge(Method::Post, upgrade, &query);
        }
    }
}
