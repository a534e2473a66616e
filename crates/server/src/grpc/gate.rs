//! Who may come in is asked before anything else of a call is looked at.

use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use chassis::access::{Gate, Refused};
use chassis::access_log::AccessLog;
use futures::future::{BoxFuture, Either};
use http::{Request, Response};
use tonic::Status;
use tonic::body::Body;
use tonic::transport::server::TcpConnectInfo;
use tower::{Layer, Service};

/// Puts the [`Gate`] before a service.
#[derive(Clone)]
pub(super) struct GateLayer(Arc<Gate>, AccessLog);

impl GateLayer {
    /// Who is refused is recorded.
    pub(super) fn new(gate: Gate, access_log: AccessLog) -> Self {
        Self(Arc::new(gate), access_log)
    }
}

impl<S> Layer<S> for GateLayer {
    type Service = Gated<S>;

    fn layer(&self, inner: S) -> Gated<S> {
        Gated {
            inner,
            gate: Arc::clone(&self.0),
            access_log: self.1.clone(),
        }
    }
}

/// Hands on the calls that are let in, with who makes them; answers the others.
#[derive(Clone)]
pub(super) struct Gated<S> {
    inner: S,
    gate: Arc<Gate>,
    access_log: AccessLog,
}

impl<S> Service<Request<Body>> for Gated<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Either<S::Future, BoxFuture<'static, Result<Response<Body>, S::Error>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let path = request.uri().path();
        match self.gate.admit(path, request.headers(), peer(&request)) {
            Ok(access) => {
                if let Some(access) = access {
                    request.extensions_mut().insert(access);
                }
                Either::Left(self.inner.call(request))
            }
            Err(refused) => {
                let access_log = self.access_log.clone();
                Either::Right(Box::pin(async move {
                    if let Refused::Denied(access, denied) = &refused {
                        access_log.denied(access, denied).await;
                    }
                    Ok(Status::from(refused).into_http())
                }))
            }
        }
    }
}

fn peer(request: &Request<Body>) -> Option<SocketAddr> {
    request.extensions().get::<TcpConnectInfo>()?.remote_addr()
}
