use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Sleep, sleep};
use tonic::transport::server::{Connected, TcpConnectInfo};

use super::Terms;

/// A caller's connection: it ends when the caller does not say hello, and when it has become too old.
pub(crate) struct Connection {
    stream: TcpStream,
    stage: Stage,
    ends: Pin<Box<Sleep>>,
    terms: Terms,
    peer: Option<SocketAddr>,
    /// Given back when the connection is gone.
    _place: OwnedSemaphorePermit,
}

enum Stage {
    /// So many bytes of the hello have come.
    Hello(usize),
    Open,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, terms: Terms, place: OwnedSemaphorePermit) -> Self {
        Self {
            peer: stream.peer_addr().ok(),
            stream,
            stage: Stage::Hello(0),
            ends: Box::pin(sleep(terms.hello_within)),
            terms,
            _place: place,
        }
    }

    fn came(&mut self, bytes: usize) {
        let Stage::Hello(before) = self.stage else {
            return;
        };
        if before + bytes < self.terms.hello_bytes {
            self.stage = Stage::Hello(before + bytes);
            return;
        }
        self.stage = Stage::Open;
        self.ends = Box::pin(sleep(self.terms.ends_after));
    }
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        TcpConnectInfo {
            local_addr: self.stream.local_addr().ok(),
            remote_addr: self.peer,
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ends.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_ready() {
            self.came(buffer.filled().len() - before);
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
