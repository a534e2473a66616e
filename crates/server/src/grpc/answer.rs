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
use tonic::body::Body;
use tonic::{Code, Status};
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
            let answered = answered?;
            if let Some(refusal) = unreadable(answered.headers()) {
                return Ok(refusal.into_http());
            }
            Ok(answered.map(|body| Body::new(Ending::new(body, stopping))))
        })
    }
}

/// A request that is too large, or no protobuf at all, is the caller's mistake: tonic says OUT_OF_RANGE and
/// INTERNAL, which sound like the server's.
fn unreadable(headers: &HeaderMap) -> Option<Status> {
    let status = Status::from_header_map(headers)?;
    let said = match status.code() {
        Code::OutOfRange => "Error, decoded message length too large",
        Code::Internal => "failed to decode Protobuf message",
        _ => return None,
    };
    let is_it = status.message().starts_with(said);
    is_it.then(|| Status::invalid_argument(status.message()))
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
    Status::unavailable("the server is stopping: go on elsewhere, or later")
        .add_header(&mut trailers)?;
    Ok(trailers)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures::future;
    use http_body::Body as _;
    use tower::service_fn;

    use super::*;

    /// A body that always has another message.
    struct Endless;

    impl http_body::Body for Endless {
        type Data = Bytes;
        type Error = Status;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"more")))))
        }
    }

    async fn next(body: &mut Body) -> Option<Frame<Bytes>> {
        let frame = future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await;
        frame.map(|frame| frame.unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_without_an_answer_gets_unavailable_in_time() {
        let never =
            service_fn(|_: Request<Body>| future::pending::<Result<Response<Body>, Infallible>>());
        let layer = AnswerLayer::new(Duration::from_secs(10), CancellationToken::new());
        let answered = layer
            .layer(never)
            .call(Request::new(Body::empty()))
            .await
            .unwrap();
        assert_eq!(answered.headers()["grpc-status"], "14");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_goes_on_and_ends_with_unavailable_when_the_server_stops() {
        let endless = service_fn(|_: Request<Body>| async {
            Ok::<_, Infallible>(Response::new(Body::new(Endless)))
        });
        let stopping = CancellationToken::new();
        let layer = AnswerLayer::new(Duration::from_secs(10), stopping.clone());
        let answered = layer
            .layer(endless)
            .call(Request::new(Body::empty()))
            .await
            .unwrap();
        let mut body = answered.into_body();

        sleep(Duration::from_secs(3600)).await;
        assert!(next(&mut body).await.unwrap().is_data());
        stopping.cancel();
        assert!(next(&mut body).await.unwrap().is_data());
        sleep(LAST_WORDS).await;
        let trailers = next(&mut body).await.unwrap().into_trailers().unwrap();
        assert_eq!(trailers["grpc-status"], "14");
        assert!(next(&mut body).await.is_none());
    }
}
