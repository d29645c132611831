//! The one spelling of an address behind all that clients use (G8.1). Never a redirect: a browser
//! would lose the body of a `POST`.

use std::borrow::Cow;

use axum::{
    extract::Request,
    http::{Uri, uri::PathAndQuery},
};
use rollcall_wire::http_head::collapse_slashes;

/// The prefix that some clients put twice.
const PREFIX: &str = "/api";

/// The request with its path made plain.
pub(super) fn made_plain(mut request: Request) -> Request {
    if let Some(uri) = plain_uri(request.uri()) {
        *request.uri_mut() = uri;
    }
    request
}

/// The address with its path made plain; nothing if it is so already.
fn plain_uri(uri: &Uri) -> Option<Uri> {
    let path = plain(uri.path());
    if path == uri.path() {
        return None;
    }
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.into_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(target).ok()?);
    Uri::from_parts(parts).ok()
}

/// One slash for several, none at the end, the prefix once.
fn plain(path: &str) -> Cow<'_, str> {
    let mut path = match collapse_slashes(path) {
        Cow::Borrowed(path) => Cow::Borrowed(path.trim_end_matches('/')),
        Cow::Owned(path) => Cow::Owned(path.trim_end_matches('/').to_owned()),
    };
    while path.strip_prefix(PREFIX).is_some_and(begins_with_prefix) {
        path = match path {
            Cow::Borrowed(path) => Cow::Borrowed(&path[PREFIX.len()..]),
            Cow::Owned(mut path) => Cow::Owned(path.split_off(PREFIX.len())),
        };
    }
    if path.is_empty() { Cow::Borrowed("/") } else { path }
}

fn begins_with_prefix(path: &str) -> bool {
    path.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g8_1_every_spelling_means_one_address() {
        for (spelt, meant) in [
            ("/api/members", "/api/members"),
            ("/api/members/", "/api/members"),
            ("/api/members//", "/api/members"),
            ("//api//members/7//photo/", "/api/members/7/photo"),
            ("/api/api/members/", "/api/members"),
            ("/api//api/members/", "/api/members"),
            ("/api/api/api/members", "/api/members"),
            ("/api/api", "/api"),
            ("/api/apiary/", "/api/apiary"),
            ("/apiary/api/members", "/apiary/api/members"),
            ("/api/members/a%2Fb/", "/api/members/a%2Fb"),
            ("/health/", "/health"),
            ("/", "/"),
            ("//", "/"),
            ("", "/"),
        ] {
            assert_eq!(plain(spelt), meant, "{spelt}");
        }
    }

    #[test]
    fn g8_1_the_query_is_left_alone() {
        for (spelt, meant) in [
            ("/api/api/members/?q=a//b/", Some("/api/members?q=a//b/")),
            ("/api/members?", None),
            ("http://desk.example/api//members/", Some("http://desk.example/api/members")),
        ] {
            let plain = plain_uri(&spelt.parse().unwrap()).map(|uri| uri.to_string());
            assert_eq!(plain.as_deref(), meant, "{spelt}");
        }
    }
}
