//! The request head: limits, lookups, and what may be shown in logs.

use proptest::prelude::*;
use rollcall_wire::http_head::{
    HEAD_BYTES_MAX, HEADERS_MAX, Head, Malformed, Parsed, collapse_slashes, parse, percent_decode,
};

#[track_caller]
fn head(request: &str) -> Head<'_> {
    match parse(request.as_bytes()) {
        Parsed::Head(head) => head,
        other => unreachable!("not a head: {other:?}"),
    }
}

#[track_caller]
fn malformed(request: &[u8]) -> Malformed {
    match parse(request) {
        Parsed::Malformed(malformed) => malformed,
        other => unreachable!("not refused: {other:?}"),
    }
}

#[test]
fn a_head_is_whole_only_with_its_empty_line() {
    let request = "GET /live?a=1 HTTP/1.1\r\nHost: x\r\nX-Note:  spaced \t\r\n\r\n";
    for cut in 0..request.len() {
        assert!(matches!(parse(&request.as_bytes()[..cut]), Parsed::NeedMore), "cut at {cut}");
    }
    let with_rest = format!("{request}the rest");
    let head = head(&with_rest);
    assert_eq!(head.length(), request.len());
    assert_eq!((head.method(), head.target(), head.minor_version()), ("GET", "/live?a=1", 1));
    assert_eq!(head.header("x-NOTE"), Some("spaced"));
    assert_eq!(head.header("absent"), None);
}

#[test]
fn heads_over_a_limit_are_refused_as_soon_as_it_is_known() {
    let filler = "GET / HTTP/1.1\r\nX: \r\n\r\n".len();
    let of_length =
        |length: usize| format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "y".repeat(length - filler));
    assert_eq!(head(&of_length(HEAD_BYTES_MAX)).length(), HEAD_BYTES_MAX);
    let long = of_length(HEAD_BYTES_MAX + 1);
    assert_eq!(malformed(long.as_bytes()), Malformed::TooLong);
    assert_eq!(malformed(&long.as_bytes()[..HEAD_BYTES_MAX]), Malformed::TooLong);
    assert_eq!(Malformed::TooLong.status(), 431);

    let of_headers = |count: usize| format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(count));
    assert_eq!(head(&of_headers(HEADERS_MAX)).tokens("a").count(), HEADERS_MAX);
    let many = of_headers(HEADERS_MAX + 1);
    assert_eq!(malformed(many.as_bytes()), Malformed::TooManyHeaders);
}

#[test]
fn what_is_not_http_is_refused_at_once() {
    let cases: [&[u8]; 5] = [
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/2.0\r\n",
        b"GET  HTTP",
        b"GET / HTTP/1.1\r\nA b: c\r\n",
        b"\0",
    ];
    for garbage in cases {
        assert_eq!(malformed(garbage).status(), 400, "{garbage:?}");
    }
}

#[test]
fn paths_are_normalised_before_they_are_decoded() {
    let cases = [
        ("/a/b", "/a/b"),
        ("//sse///attendance/updates/7/?token=x", "/sse/attendance/updates/7/"),
        ("/api//ws/checkins//", "/api/ws/checkins/"),
        ("/a%2F%2Fb?c", "/a%2F%2Fb"),
        ("http://host:80/p//q?r", "/p/q"),
        ("http://host?r", "/"),
        ("/redirect?to=http://host//x", "/redirect"),
        ("/http://x", "/http:/x"),
    ];
    for (target, path) in cases {
        let request = format!("GET {target} HTTP/1.1\r\n\r\n");
        assert_eq!(head(&request).path(), path, "{target}");
    }
}

#[test]
fn escapes_are_decoded_once() {
    let cases = [
        ("plain", Some("plain")),
        ("caf%C3%A9", Some("café")),
        ("a%2fb", Some("a/b")),
        ("%2525", Some("%25")),
        ("a+b", Some("a+b")),
        ("100%", Some("100%")),
        ("%zz%4", Some("%zz%4")),
        ("%FF", None),
    ];
    for (segment, want) in cases {
        assert_eq!(percent_decode(segment).as_deref(), want, "{segment}");
    }
}

#[test]
fn query_lookup() {
    let request =
        "GET /?a=1&a=2&token=x%2By%3D&empty=&flag&sp+ace=c+d&m%C3%A9=%FF HTTP/1.1\r\n\r\n";
    let head = head(request);
    let cases = [
        ("a", Some("1")),
        ("token", Some("x+y=")),
        ("empty", Some("")),
        ("flag", Some("")),
        ("sp ace", Some("c d")),
        ("mé", Some("\u{FFFD}")),
        ("TOKEN", None),
        ("", None),
    ];
    for (key, want) in cases {
        assert_eq!(head.query(key).as_deref(), want, "{key}");
    }
}

#[test]
fn cookies_with_any_legal_spacing() {
    let cases = [
        ("Cookie: authToken=abc", Some("abc")),
        ("cookie:a=b;authToken=abc;c=d", Some("abc")),
        ("COOKIE: a=b ;\t authToken = abc  ; c=d", Some("abc")),
        ("Cookie: xauthToken=no; authToken=\"a=b==\"", Some("a=b==")),
        ("Cookie: a=b\r\nCookie: authToken=abc", Some("abc")),
        ("Cookie: authToken=first; authToken=second", Some("first")),
        ("Cookie: authToken=", Some("")),
        ("Cookie: authtoken=abc", None),
        ("Cookie: authToken", None),
        ("X-Cookie: authToken=abc", None),
    ];
    for (line, want) in cases {
        let request = format!("GET / HTTP/1.1\r\n{line}\r\n\r\n");
        assert_eq!(head(&request).cookie("authToken"), want, "{line}");
    }
}

#[test]
fn bearer_tokens() {
    let cases = [
        ("Authorization: Bearer a.b.c", Some("a.b.c")),
        ("authorization:bearer   a.b.c  ", Some("a.b.c")),
        ("Authorization: Bearer ", None),
        ("Authorization: Bearer", None),
        ("Authorization: Basic a.b.c", None),
        ("Authorization: Bearera.b.c", None),
    ];
    for (line, want) in cases {
        let request = format!("GET / HTTP/1.1\r\n{line}\r\n\r\n");
        assert_eq!(head(&request).bearer(), want, "{line}");
    }
}

#[test]
fn logs_never_show_a_token() {
    let cases = [
        ("/plain", "/plain"),
        ("/?page=2", "/?page=2"),
        ("/ws/?token=secret", "/ws/?token=REDACTED"),
        ("//ws?a=1&access_token=secret&b=%20", "//ws?a=1&access_token=REDACTED&b=%20"),
        ("/?ticket=secret&ticket=secret", "/?ticket=REDACTED&ticket=REDACTED"),
        ("/?TOKEN=secret&tok%65n=secret", "/?TOKEN=REDACTED&tok%65n=REDACTED"),
        ("/?token=a=secret?token=b", "/?token=REDACTED"),
        ("/?token", "/?token"),
        ("http://h?token=secret", "http://h/?token=REDACTED"),
    ];
    for (target, want) in cases {
        let request = format!("GET {target} HTTP/1.1\r\n\r\n");
        assert_eq!(head(&request).redacted_target(), want, "{target}");
    }
}

#[test]
fn an_upgrade_is_known_by_its_upgrade_header() {
    let cases = [
        ("Upgrade: WebSocket", true),
        ("upgrade: h2c, websocket", true),
        ("Upgrade: h2c", false),
        ("A: b", false),
    ];
    for (line, want) in cases {
        let request = format!("GET / HTTP/1.1\r\n{line}\r\n\r\n");
        assert_eq!(head(&request).is_websocket_upgrade(), want, "{line}");
    }
}

proptest! {
    #[test]
    fn collapsing_is_final_and_only_drops_slashes(path in "[/a%é]{0,30}") {
        let once = collapse_slashes(&path);
        prop_assert!(!once.contains("//"));
        prop_assert_eq!(collapse_slashes(&once), once.as_ref());
        prop_assert_eq!(once.replace('/', ""), path.replace('/', ""));
        prop_assert_eq!(once.starts_with('/'), path.starts_with('/'));
    }
}
