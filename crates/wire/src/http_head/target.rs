//! The request target: path, query, and how to show it without its secrets.

use std::borrow::Cow;

use super::Head;

/// Query keys whose values are credentials in one dialect or another.
const SECRET_KEYS: [&str; 3] = ["token", "access_token", "ticket"];

impl<'b> Head<'b> {
    /// The path as sent, still percent-encoded. `http://host/path`, which clients of a proxy send,
    /// counts as `/path` (RFC 9112 section 3.2.2).
    #[must_use]
    pub fn raw_path(&self) -> &'b str {
        split(self.target()).1
    }

    /// The path to route by: repeated slashes collapsed, still percent-encoded, so that an encoded
    /// slash never becomes a separator. Decode segments with [`percent_decode`].
    #[must_use]
    pub fn path(&self) -> Cow<'b, str> {
        collapse_slashes(self.raw_path())
    }

    /// The query as sent, without its question mark; empty if there is none.
    #[must_use]
    pub fn raw_query(&self) -> &'b str {
        split(self.target()).2.unwrap_or_default()
    }

    /// The first value of this key in the query, decoded (`+` is a space). A key without `=` has an
    /// empty value.
    #[must_use]
    pub fn query(&self, key: &str) -> Option<Cow<'b, str>> {
        let mut pairs =
            self.raw_query().split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let (_, value) = pairs.find(|(each, _)| decode_query(each) == key)?;
        Some(decode_query(value))
    }

    /// The target for logs: values of keys that carry credentials are replaced by `REDACTED`.
    #[must_use]
    pub fn redacted_target(&self) -> Cow<'b, str> {
        redacted(self.target())
    }
}

/// A request target for logs: values of keys that carry credentials are replaced by `REDACTED`.
#[must_use]
pub fn redacted(target: &str) -> Cow<'_, str> {
    let (origin, path, Some(query)) = split(target) else { return Cow::Borrowed(target) };
    if !query.split('&').any(is_secret) {
        return Cow::Borrowed(target);
    }
    let shown: Vec<_> = query.split('&').map(redact).collect();
    Cow::Owned(format!("{origin}{path}?{}", shown.join("&")))
}

/// Scheme and authority (nearly always empty), path, and query.
fn split(target: &str) -> (&str, &str, Option<&str>) {
    let (before, query) = match target.split_once('?') {
        Some((before, query)) => (before, Some(query)),
        None => (target, None),
    };
    let path_at = match before.split_once("://") {
        Some((scheme, rest)) if !scheme.contains('/') => {
            rest.find('/').map_or(before.len(), |slash| before.len() - rest.len() + slash)
        }
        _ => 0,
    };
    let (origin, path) = before.split_at(path_at);
    (origin, if path.is_empty() { "/" } else { path }, query)
}

fn is_secret(pair: &str) -> bool {
    let key = decode_query(pair.split('=').next().unwrap_or(pair));
    pair.contains('=') && SECRET_KEYS.iter().any(|secret| key.eq_ignore_ascii_case(secret))
}

fn redact(pair: &str) -> Cow<'_, str> {
    match pair.split_once('=') {
        Some((key, _)) if is_secret(pair) => Cow::Owned(format!("{key}=REDACTED")),
        _ => Cow::Borrowed(pair),
    }
}

/// Makes one slash of several in a row: some clients join a base that ends in a slash with a path
/// that begins with one, and a redirect would break their handshakes.
#[must_use]
pub fn collapse_slashes(path: &str) -> Cow<'_, str> {
    if !path.contains("//") {
        return Cow::Borrowed(path);
    }
    let mut collapsed = String::with_capacity(path.len());
    for character in path.chars() {
        if character != '/' || !collapsed.ends_with('/') {
            collapsed.push(character);
        }
    }
    Cow::Owned(collapsed)
}

/// Decodes one path segment (RFC 3986 section 2.1). A percent sign that begins no escape stands for
/// itself; `None` if the result is not UTF-8.
#[must_use]
pub fn percent_decode(segment: &str) -> Option<Cow<'_, str>> {
    if !segment.contains('%') {
        return Some(Cow::Borrowed(segment));
    }
    String::from_utf8(unescape(segment, false)).ok().map(Cow::Owned)
}

/// Decodes a part of the query the way browsers encode forms. What is not UTF-8 is replaced: it can
/// only be a value that will not be found.
fn decode_query(part: &str) -> Cow<'_, str> {
    if !part.contains(['%', '+']) {
        return Cow::Borrowed(part);
    }
    let bytes = unescape(part, true);
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn unescape(encoded: &str, plus_is_space: bool) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match (first, after) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    decoded.push(high << 4 | low);
                    rest = after;
                }
                _ => decoded.push(b'%'),
            },
            (b'+', _) if plus_is_space => decoded.push(b' '),
            _ => decoded.push(first),
        }
    }
    decoded
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
