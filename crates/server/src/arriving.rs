//! A request's body as it arrives: how long it may take, and what becomes of what nobody reads.

use std::{
    error::Error,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::{
    Request,
    body::{Frame, SizeHint},
    header,
};
use tokio::{
    runtime::Handle,
    time::{Instant, Sleep, sleep_until, timeout},
};

/// Bytes of a body that is read before anybody is signed in: a token of 8 KiB, or a name and a
/// password of a kilobyte. Whoever is nobody yet may not make the program hold more.
pub const UNSIGNED_BYTES_MAX: usize = 16 * 1_024;

/// How slowly a body may come.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Between two pieces.
    pub pause: Duration,
    /// For the whole body, beside what its bytes earn.
    pub whole: Duration,
    /// Bytes that earn another second each.
    pub bytes_per_second: u64,
}

impl Patience {
    /// Bad wifi comes back within ten seconds, or not at all. Half a minute is enough for any
    /// batch of marks on a bad mobile link, and a telephone's picture still comes at 16 KiB a
    /// second; a byte now and then earns nothing.
    pub const OURS: Self = Self {
        pause: Duration::from_secs(10),
        whole: Duration::from_secs(30),
        bytes_per_second: 16 * 1_024,
    };
}

/// Bytes of an unwanted body that are read and forgotten, so that the refusal arrives: a client
/// that is cut off while it sends often sees only that. As much as the largest picture.
const UNWANTED_BYTES_MAX: usize = 16 * 1_024 * 1_024;

/// How long an unwanted body is read.
const UNWANTED_WAIT: Duration = Duration::from_secs(5);

/// The body came too slowly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body came too slowly")]
pub struct TooSlow;

/// Whether a body could not be read because it came too slowly, whatever is wrapped around that.
#[must_use]
pub fn is_too_slow(error: &(dyn Error + 'static)) -> bool {
    error.is::<TooSlow>() || error.source().is_some_and(is_too_slow)
}

/// The request with its body watched.
pub fn watched<B>(request: Request<B>, patience: Patience) -> Request<Body>
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    // Such a client sends its body once it is asked to; whoever does not read does not ask.
    let waits = request.headers().contains_key(header::EXPECT);
    request.map(|body| {
        if body.is_end_stream() {
            return Body::empty();
        }
        Body::new(Arriving {
            body: Some(Body::new(body)),
            patience,
            began: Instant::now(),
            bytes: 0,
            wait: None,
            held_back: waits,
        })
    })
}

/// A body with its patience. Dropped before its end, its rest is read and forgotten.
struct Arriving {
    /// `None` once it is over.
    body: Option<Body>,
    patience: Patience,
    began: Instant,
    /// Bytes that have come.
    bytes: u64,
    /// Until when the next piece is waited for.
    wait: Option<Pin<Box<Sleep>>>,
    /// Whether the client waits to be asked for it.
    held_back: bool,
}

impl Arriving {
    /// When the whole must have come, by what has come so far.
    fn deadline(&self) -> Instant {
        let earned = Duration::from_secs(self.bytes / self.patience.bytes_per_second);
        self.began + self.patience.whole + earned
    }

    fn too_slow(&mut self) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        // What is not waited for is not read and forgotten either: the connection ends.
        (self.body, self.wait) = (None, None);
        Poll::Ready(Some(Err(axum::Error::new(TooSlow))))
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else { return Poll::Ready(None) };
        this.held_back = false;
        if let Poll::Ready(frame) = Pin::new(body).poll_frame(context) {
            this.wait = None;
            let Some(Ok(frame)) = frame else {
                this.body = None;
                return Poll::Ready(frame);
            };
            this.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            if Instant::now() > this.deadline() {
                return this.too_slow();
            }
            return Poll::Ready(Some(Ok(frame)));
        }
        let until = this.deadline().min(Instant::now() + this.patience.pause);
        let wait = this.wait.get_or_insert_with(|| Box::pin(sleep_until(until)));
        ready!(wait.as_mut().poll(context));
        this.too_slow()
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        let rest = self.body.take().filter(|body| !body.is_end_stream() && !self.held_back);
        if let (Some(rest), Ok(runtime)) = (rest, Handle::try_current()) {
            runtime.spawn(timeout(UNWANTED_WAIT, forget(rest)));
        }
    }
}

/// Reads a body piece by piece and keeps none of it.
async fn forget(mut body: Body) {
    let mut bytes = 0;
    while bytes <= UNWANTED_BYTES_MAX
        && let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
    {
        bytes += frame.data_ref().map_or(0, Bytes::len);
    }
}

#[cfg(test)]
mod tests;
