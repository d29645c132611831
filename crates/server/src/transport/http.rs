//! Everything that is not live from its first byte: HTTP by hyper, on the runtime that may wait.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::extract::ConnectInfo;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tower::ServiceExt;

use super::door::Door;
use crate::{
    arriving::{self, Patience},
    connection::Entrance,
};

/// How long a request's head may take on a connection that is kept open.
const HEAD_WAIT: std::time::Duration = std::time::Duration::from_secs(30);

/// Gives a socket and what was read of it to the HTTP server.
pub(super) fn hand_over(
    stream: TcpStream,
    read: Vec<u8>,
    peer: SocketAddr,
    entrance: &Arc<Entrance>,
    door: &Arc<Door>,
) {
    let Ok(stream) = stream.into_std() else { return };
    let Some(service) = door.services.get(entrance.index).cloned() else { return };
    door.runtime.spawn(async move {
        let Ok(stream) = TcpStream::from_std(stream) else { return };
        // An answer is written whole; it need not wait for more.
        let _ = stream.set_nodelay(true);
        let service = service.map_request(move |mut request: hyper::Request<_>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            arriving::watched(request, Patience::OURS)
        });
        let io = TokioIo::new(Replayed { read, given: 0, stream });
        let served = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_WAIT)
            .serve_connection(io, TowerToHyperService::new(service))
            .with_upgrades()
            .await;
        if let Err(error) = served {
            tracing::trace!(%error, "an HTTP connection ended early");
        }
    });
}

/// A socket with the bytes that were read of it put back in front.
pub(super) struct Replayed {
    read: Vec<u8>,
    given: usize,
    stream: TcpStream,
}

impl Replayed {
    /// The bare socket; only once everything put back has been read.
    pub(super) fn into_stream(self) -> TcpStream {
        self.stream
    }
}

impl AsyncRead for Replayed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.given < self.read.len() {
            let count = buffer.remaining().min(self.read.len() - self.given);
            buffer.put_slice(&self.read[self.given..self.given + count]);
            self.given += count;
            if self.given == self.read.len() {
                (self.read, self.given) = (Vec::new(), 0);
            }
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Replayed {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
