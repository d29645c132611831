//! A request's body as it arrives: how long it may take.

use std::{
    error::Error,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::{
    Request,
    body::{Frame, SizeHint},
};
use tokio::time::{Instant, Sleep, sleep_until};

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
        })
    })
}

/// A body with its patience.
struct Arriving {
    /// `None` once it is over.
    body: Option<Body>,
    patience: Patience,
    began: Instant,
    /// Bytes that have come.
    bytes: u64,
    /// Until when the next piece is waited for.
    wait: Option<Pin<Box<Sleep>>>,
}

impl Arriving {
    /// When the whole must have come, by what has come so far.
    fn deadline(&self) -> Instant {
        let earned = Duration::from_secs(self.bytes / self.patience.bytes_per_second);
        self.began + self.patience.whole + earned
    }

    fn too_slow(&mut self) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
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

#[cfg(test)]
mod tests;
