//! The page at `/`: one file without a build step, in the binary; and an app's own built pages
//! beside its dialect.

use std::{path::Path, sync::LazyLock};

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use tower::ServiceExt;
use tower_http::services::{ServeDir, ServeFile};

use crate::config::INDEX;

/// The page itself: markup, style and script.
const PAGE: &str = include_str!("../ui/fallback.html");

/// What is sent with it; made once, because it is of the page's own bytes.
static HEADERS: LazyLock<Headers> =
    LazyLock::new(|| Headers { etag: format!("\"{}\"", hash(PAGE)), policy: policy(PAGE) });

struct Headers {
    etag: String,
    policy: String,
}

/// `GET /`: the page, or nothing if the browser has this one already.
pub async fn page(asked: HeaderMap) -> Response {
    let headers = [
        (header::ETAG, HEADERS.etag.as_str()),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, HEADERS.policy.as_str()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    if has(&asked, &HEADERS.etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], PAGE).into_response()
}

/// What is live or REST on some listener: never a page of the app.
const OURS: [&str; 6] = ["api", "health", "metrics", "socket.io", "v1", "ws"];

/// Serves an app's built pages from the origin of its dialect (gym G2.2). Whatever is no file is
/// the app's first page, which knows its own addresses.
pub fn beside(service: Router, directory: &Path) -> Router {
    let index = ServeFile::new(directory.join(INDEX));
    let files = ServeDir::new(directory).fallback(index);
    service.layer(from_fn(move |request: Request, next: Next| {
        let files = files.clone();
        async move {
            if !is_page(&request) {
                return next.run(request).await;
            }
            let Ok(mut answer) = files.oneshot(request).await;
            let nosniff = header::HeaderValue::from_static("nosniff");
            answer.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
            answer.into_response()
        }
    }))
}

fn is_page(request: &Request) -> bool {
    let first = request.uri().path().split('/').find(|part| !part.is_empty()).unwrap_or_default();
    matches!(*request.method(), Method::GET | Method::HEAD) && !OURS.contains(&first)
}

/// Whether the browser keeps the page of that tag (RFC 9110 section 13.1.2).
fn has(asked: &HeaderMap, etag: &str) -> bool {
    let lists = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|list| list.to_str().ok());
    let mut tags = lists.flat_map(|list| list.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

/// Nothing but the page's own script and style runs, and it talks to its own server alone.
/// `ws:` and `wss:` are named because older browsers do not take `'self'` for a WebSocket.
fn policy(page: &str) -> String {
    let own = |tag| format!("'sha256-{}'", hash(inside(page, tag)));
    let (script, style) = (own("script"), own("style"));
    format!(
        "default-src 'self'; script-src {script}; style-src {style}; img-src 'self' data:; \
         connect-src 'self' ws: wss:; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
}

/// What stands in the page's only element of that name: a browser hashes just these bytes.
fn inside<'a>(page: &'a str, tag: &str) -> &'a str {
    let after = page.split_once(&format!("<{tag}>")).map_or("", |(_, after)| after);
    after.split_once(&format!("</{tag}>")).map_or("", |(inside, _)| inside)
}

fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(tags: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::IF_NONE_MATCH, tags.parse().unwrap())])
    }

    #[tokio::test]
    async fn a_browser_that_has_the_page_is_not_sent_it_again() {
        let etag = &HEADERS.etag;
        for (asked, status) in [
            (HeaderMap::new(), 200),
            (asking("\"another\""), 200),
            (asking(etag), 304),
            (asking(&format!("\"another\", W/{etag}")), 304),
            (asking("*"), 304),
        ] {
            let answer = page(asked).await;
            assert_eq!(answer.status(), status);
            assert_eq!(answer.headers()[header::ETAG], *etag);
        }
    }

    #[test]
    fn the_policy_names_what_stands_between_the_tags() {
        let page = "<style>a{}</style><script>\nrun()\n</script>";
        let policy = policy(page);
        for part in ["a{}", "\nrun()\n"] {
            assert!(policy.contains(&format!("'sha256-{}'", hash(part))), "{policy}");
        }
    }

    #[test]
    fn the_page_is_whole_in_itself() {
        assert_eq!(PAGE.matches("<script").count(), 1);
        assert_eq!(PAGE.matches("<style").count(), 1);
        assert!(!inside(PAGE, "script").is_empty() && !inside(PAGE, "style").is_empty());
        for elsewhere in ["src=", "style=\"", "@import", "onclick=\"", "https://"] {
            assert!(!PAGE.contains(elsewhere), "{elsewhere}");
        }
    }
}
