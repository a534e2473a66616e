//! What holds for every answer: it comes in time, and a stream ends when the server stops.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderMap, Request, Response};
use http_body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep, timeout};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::Status;
use tonic::body::Body;
use tower::{Layer, Service};

/// What a stream is busy with when the server stops may still be answered for so long.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Puts [`Answer`] around a service.
#[derive(Clone)]
pub(super) struct AnswerLayer {
    within: Duration,
    stopping: CancellationToken,
}

impl AnswerLayer {
    pub(super) const fn new(within: Duration, stopping: CancellationToken) -> Self {
        Self { within, stopping }
    }
}

impl<S> Layer<S> for AnswerLayer {
    type Service = Answer<S>;

    fn layer(&self, inner: S) -> Answer<S> {
        Answer {
            inner,
            terms: self.clone(),
        }
    }
}

/// Answers UNAVAILABLE when a call takes too long, and ends streams when the server stops.
#[derive(Clone)]
pub(super) struct Answer<S> {
    inner: S,
    terms: AnswerLayer,
}

impl<S> Service<Request<Body>> for Answer<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response<Body>, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let AnswerLayer { within, stopping } = self.terms.clone();
        // A stream is answered as soon as it begins: only the wait for that is limited.
        let answer = timeout(within, self.inner.call(request));
        Box::pin(async move {
            let Ok(answered) = answer.await else {
                let seconds = within.as_secs();
                let status = Status::unavailable(format!(
                    "no answer within {seconds} seconds: the outcome is unknown, repeat with the same command id"
                ));
                return Ok(status.into_http());
            };
            Ok(answered?.map(|body| Body::new(Ending::new(body, stopping))))
        })
    }
}

/// A body that ends with UNAVAILABLE some time after the server began to stop, unless it ends by itself.
struct Ending {
    body: Body,
    stage: Stage,
}

enum Stage {
    Going(Pin<Box<WaitForCancellationFutureOwned>>),
    LastWords(Pin<Box<Sleep>>),
    Over,
}

impl Ending {
    fn new(body: Body, stopping: CancellationToken) -> Self {
        Self {
            body,
            stage: Stage::Going(Box::pin(stopping.cancelled_owned())),
        }
    }

    /// Returns whether it is time to end the body.
    fn poll_time(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Stage::Going(stopping) = &mut self.stage {
            std::task::ready!(stopping.as_mut().poll(cx));
            self.stage = Stage::LastWords(Box::pin(sleep(LAST_WORDS)));
        }
        match &mut self.stage {
            Stage::LastWords(wait) => wait.as_mut().poll(cx),
            Stage::Going(_) | Stage::Over => Poll::Pending,
        }
    }
}

impl http_body::Body for Ending {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if matches!(self.stage, Stage::Over) {
            return Poll::Ready(None);
        }
        // Asked first: a stream that always has something to say must end too.
        if self.poll_time(cx).is_pending() {
            return Pin::new(&mut self.body).poll_frame(cx);
        }
        self.stage = Stage::Over;
        Poll::Ready(Some(farewell().map(Frame::trailers)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream() || matches!(self.stage, Stage::Over)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn farewell() -> Result<HeaderMap, Status> {
    let mut trailers = HeaderMap::new();
    Status::unavailable("the server is stopping: go on elsewhere, or later").add_header(&mut trailers)?;
    Ok(trailers)
}
