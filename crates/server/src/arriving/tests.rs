//! Bodies that come slowly, and bodies that nobody wants.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{body::to_bytes, http::Method};
use rollcall_wire::Dialect;
use serde_json::Value;
use tower::ServiceExt;

use super::*;
use crate::api::testing::{House, header_of, json_of};

/// So many pieces of so many bytes, one after each `every`.
struct Dripping {
    left: usize,
    piece: usize,
    every: Duration,
    wait: Pin<Box<Sleep>>,
    /// Pieces that were read.
    read: Arc<AtomicUsize>,
}

impl Dripping {
    fn new(left: usize, piece: usize, every_ms: u64) -> Self {
        let every = Duration::from_millis(every_ms);
        let wait = Box::pin(sleep_until(Instant::now() + every));
        Self { left, piece, every, wait, read: Arc::default() }
    }
}

impl HttpBody for Dripping {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        ready!(self.wait.as_mut().poll(context));
        let next = Instant::now() + self.every;
        self.wait.as_mut().reset(next);
        self.left -= 1;
        self.read.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(vec![b' '; self.piece].into()))))
    }
}

const QUICK: Patience = Patience {
    pause: Duration::from_millis(200),
    whole: Duration::from_millis(400),
    bytes_per_second: 1_000,
};

fn posted(path: &str, body: Dripping) -> Request<Dripping> {
    let request = Request::builder().method(Method::POST).uri(path);
    request.header("content-type", "application/json").body(body).unwrap()
}

#[tokio::test]
async fn a_body_may_neither_pause_nor_drip_and_may_take_long_if_it_is_large() {
    for (why, body, fine) in [
        ("a pause", Dripping::new(1, 10, 300), false),
        ("a byte now and then", Dripping::new(20, 1, 50), false),
        ("a byte ever again", Dripping::new(200, 1, 3), false),
        ("a little", Dripping::new(4, 1, 50), true),
        ("much, at a good rate", Dripping::new(12, 200, 50), true),
    ] {
        let body = watched(posted("/", body), QUICK).into_body();
        match to_bytes(body, usize::MAX).await {
            Ok(_) => assert!(fine, "{why}"),
            Err(error) => assert!(!fine && is_too_slow(&error), "{why}: {error}"),
        }
    }
}

#[tokio::test]
async fn a_body_that_drips_is_refused_in_every_dialect_and_its_connection_ends() {
    for (dialect, path) in [(Dialect::Native, "/v1/sessions"), (Dialect::Gym, "/api/auth/token/")] {
        let house = House::speaking(dialect).await;
        let request = watched(posted(path, Dripping::new(100, 1, 50)), QUICK);
        let began = Instant::now();
        let response = house.router.clone().oneshot(request).await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(2), "{path}");
        assert_eq!(response.status(), 408, "{path}");
        assert_eq!(header_of(&response, "connection"), Some("close"), "{path}");
        assert!(matches!(json_of(response).await, Value::Object(said) if !said.is_empty()));
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_sends_little() {
    for (dialect, path) in [
        (Dialect::Native, "/v1/sessions"),
        (Dialect::Native, "/v1/sessions/refresh"),
        (Dialect::Gym, "/api/auth/token/"),
        (Dialect::Gym, "/api/auth/token/verify/"),
    ] {
        let house = House::speaking(dialect).await;
        let body = Dripping::new(1_000, 1_024, 0);
        let read = body.read.clone();
        let request = watched(posted(path, body), Patience::OURS);
        let response = house.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 413, "{path}");
        assert_eq!(header_of(&response, "connection"), Some("close"), "{path}");
        // The rest is read all the same, and forgotten.
        timeout(Duration::from_secs(5), async {
            while read.load(Ordering::Relaxed) < 1_000 {
                tokio::task::yield_now().await;
            }
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn an_unwanted_body_is_read_so_far_and_no_further() {
    let body = Dripping::new(100, 1_024 * 1_024, 0);
    let read = body.read.clone();
    drop(watched(posted("/", body), Patience::OURS));
    let mut before = usize::MAX;
    while read.load(Ordering::Relaxed) != before {
        before = read.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(before, 17, "16 MiB, and the piece that makes it too much");
}

#[tokio::test]
async fn a_client_that_waits_to_be_asked_for_its_body_is_not_asked_in_vain() {
    let body = Dripping::new(1, 1, 0);
    let read = body.read.clone();
    let mut request = posted("/", body);
    request.headers_mut().insert(header::EXPECT, "100-continue".parse().unwrap());
    drop(watched(request, Patience::OURS));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(read.load(Ordering::Relaxed), 0);
}
