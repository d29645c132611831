//! Server-sent events (WHATWG HTML section 9.2): the response head and the framing of one event.

use bytes::Bytes;

use crate::http_head::Head;

/// A comment that shows a quiet connection is alive; browsers drop it unseen.
#[must_use]
pub fn heartbeat() -> Bytes {
    Bytes::from_static(b": hb\n\n")
}

/// The head of an event stream. `extra` headers (CORS, cookies) go in before its end; one that
/// holds a line break is left out, because it would let its author write headers of their own.
#[must_use]
pub fn response_head(extra: &[(&str, &str)]) -> Bytes {
    let mut head = String::from(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n\
         X-Accel-Buffering: no\r\nConnection: close\r\n",
    );
    for (name, value) in extra {
        if !breaks_line(name) && !breaks_line(value) {
            head.extend([name, ": ", value, "\r\n"]);
        }
    }
    head.push_str("\r\n");
    head.into()
}

/// Tells the browser how long to wait before it reconnects, in milliseconds.
#[must_use]
pub fn retry(after_ms: u32) -> Bytes {
    Bytes::from(format!("retry: {after_ms}\n\n"))
}

/// What stands beside the text of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Labels<'a> {
    /// What the browser will send as `Last-Event-ID`. Left out if it holds a line break or NUL.
    pub id: Option<&'a str>,
    /// Whom in the page it is for; without a name it is `message`. Left out like the id.
    pub name: Option<&'a str>,
}

impl Labels<'_> {
    /// One event as pieces for a vectored write: labels, text, end. The text is shared, not copied,
    /// unless it has line breaks, each of which needs its own `data:`.
    #[must_use]
    pub fn event(self, text: Bytes) -> [Bytes; 3] {
        let text = if has_line_break(&text) { split_lines(&text) } else { text };
        [self.prefix(), text, Bytes::from_static(b"\n\n")]
    }

    fn prefix(self) -> Bytes {
        const UNLABELLED: &str = "data: ";
        let id = self.id.filter(|id| !breaks_line(id));
        let name = self.name.filter(|name| !breaks_line(name));
        if id.is_none() && name.is_none() {
            return Bytes::from_static(UNLABELLED.as_bytes());
        }
        let mut prefix = String::new();
        for (field, value) in [("id: ", id), ("event: ", name)] {
            if let Some(value) = value {
                prefix.extend([field, value, "\n"]);
            }
        }
        prefix.push_str(UNLABELLED);
        prefix.into()
    }
}

/// The last event that the client has seen: the header a browser sends by itself when it
/// reconnects. An empty one means that it has seen none.
#[must_use]
pub fn last_event_id<'b>(head: &Head<'b>) -> Option<&'b str> {
    head.header("last-event-id").filter(|id| !id.is_empty())
}

fn breaks_line(value: &str) -> bool {
    value.contains(['\r', '\n', '\0'])
}

fn has_line_break(text: &[u8]) -> bool {
    memchr::memchr2(b'\n', b'\r', text).is_some()
}

/// Puts `data:` after each line break: LF, CR and CRLF alike, as the browser will split them.
fn split_lines(text: &[u8]) -> Bytes {
    let mut lines = Vec::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(end) = memchr::memchr2(b'\n', b'\r', rest) {
        lines.extend_from_slice(&rest[..end]);
        lines.extend_from_slice(b"\ndata: ");
        let is_crlf = rest[end..].starts_with(b"\r\n");
        rest = &rest[end + if is_crlf { 2 } else { 1 }..];
    }
    lines.extend_from_slice(rest);
    lines.into()
}
