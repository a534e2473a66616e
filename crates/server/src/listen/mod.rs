//! The doors: how many callers come in, and how long each may stay.

mod connection;
#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, stream};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::sleep;

pub(crate) use connection::Connection;

/// When a connection cannot be accepted (no file handles left), the next try comes after this.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(50);
/// A caller must have said hello by then.
pub(crate) const HELLO_WITHIN: Duration = Duration::from_secs(5);

/// What holds for every connection of a door.
#[derive(Clone, Copy)]
pub(crate) struct Terms {
    /// How many there may be at once; further ones wait outside.
    pub(crate) most: usize,
    /// So many bytes must have come within `hello_within`, or the connection is closed.
    pub(crate) hello_bytes: usize,
    pub(crate) hello_within: Duration,
    /// When it is closed whatever is going on.
    pub(crate) ends_after: Duration,
}

/// A listener with terms.
pub(crate) struct Door {
    listener: TcpListener,
    places: Arc<Semaphore>,
    terms: Terms,
}

impl Door {
    pub(crate) fn new(listener: TcpListener, terms: Terms) -> Self {
        Self {
            listener,
            places: Arc::new(Semaphore::new(terms.most)),
            terms,
        }
    }

    /// Returns the connections as they come.
    pub(crate) fn connections(self) -> impl Stream<Item = io::Result<Connection>> {
        stream::unfold(self, |door| async move {
            let (connection, _) = door.next().await;
            Some((Ok(connection), door))
        })
    }

    async fn next(&self) -> (Connection, SocketAddr) {
        if self.places.available_permits() == 0 {
            tracing::warn!("there are as many connections as are allowed: new ones wait");
        }
        loop {
            match self.accept_one().await {
                Ok(accepted) => return accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted: {error}");
                    sleep(PAUSE_AFTER_ERROR).await;
                }
            }
        }
    }

    async fn accept_one(&self) -> io::Result<(Connection, SocketAddr)> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(io::Error::other)?;
        let (stream, peer) = self.listener.accept().await?;
        // Answers are small and waited for.
        stream.set_nodelay(true)?;
        Ok((Connection::new(stream, self.terms, place), peer))
    }
}

impl axum::serve::Listener for Door {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        self.next().await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
