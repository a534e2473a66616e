//! Who talks HTTP/2 to hurt is cut off or refused, at the frame; the next caller notices nothing.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use e2e::{Server, ServerOptions, publish};
use h2::client::SendRequest;
use proto::capacity::v1::FindCapacityRequest;

/// Longer than any limit of the server: a test fails instead of waiting for ever.
const PATIENCE: Duration = Duration::from_secs(75);
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// `:method POST`, `:scheme http`, `:path /`, `:authority x`.
const HEADERS: &[u8] = &[0x83, 0x86, 0x84, 0x41, 0x01, b'x'];

const KIND_HEADERS: u8 = 1;
const KIND_RST_STREAM: u8 = 3;
const KIND_SETTINGS: u8 = 4;
const KIND_GOAWAY: u8 = 7;
const ACKNOWLEDGED: u8 = 1;
const END_HEADERS: u8 = 4;
const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;
const ENHANCE_YOUR_CALM: u32 = 11;

struct Frame {
    kind: u8,
    payload: Vec<u8>,
}

impl Frame {
    /// The code in the last four bytes of a reset, or behind the stream of a GOAWAY.
    fn code(&self) -> u32 {
        let at = if self.kind == KIND_GOAWAY { 4 } else { 0 };
        u32::from_be_bytes(self.payload[at..at + 4].try_into().unwrap())
    }
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = vec![length[1], length[2], length[3], kind, flags];
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// A connection on which nothing happens by itself: no ping is answered, no window is kept.
struct Raw(TcpStream);

impl Raw {
    fn connect(server: &Server) -> Self {
        let stream = TcpStream::connect(address(server)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    /// Says hello as HTTP/2 wants it.
    fn greet(server: &Server) -> Self {
        let mut raw = Self::connect(server);
        let mut hello = PREFACE.to_vec();
        hello.extend(frame(KIND_SETTINGS, 0, 0, &[]));
        hello.extend(frame(KIND_SETTINGS, ACKNOWLEDGED, 0, &[]));
        raw.send(&hello);
        raw
    }

    fn send(&mut self, bytes: &[u8]) {
        // The server may have closed it already: what it said is read all the same.
        let _ = self.0.write_all(bytes);
    }

    /// The next frame; none when the connection is closed.
    fn next(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.read(&mut head)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        self.read(&mut payload)?;
        Some(Frame {
            kind: head[3],
            payload,
        })
    }

    fn read(&mut self, buffer: &mut [u8]) -> Option<()> {
        match self.0.read_exact(buffer) {
            Ok(()) => Some(()),
            Err(error) => {
                let kind = error.kind();
                let is_closed = matches!(
                    kind,
                    std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::ConnectionReset
                );
                assert!(is_closed, "not closed within {PATIENCE:?}: {error}");
                None
            }
        }
    }

    /// What came until the connection was closed.
    fn rest(mut self) -> Vec<Frame> {
        std::iter::from_fn(move || self.next()).collect()
    }
}

fn address(server: &Server) -> &str {
    server.grpc().strip_prefix("http://").unwrap()
}

async fn server() -> Server {
    let server = Server::start(ServerOptions::default());
    publish(&mut server.client(), "limits", 1).await.unwrap();
    server
}

async fn answers_as_ever(server: &Server) {
    let mut client = server.client();
    let answer = client.find_capacity(FindCapacityRequest::default()).await;
    answer.expect("the next client notices nothing");
}

/// Runs what blocks beside what does not.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

async fn honest(server: &Server) -> SendRequest<bytes::Bytes> {
    let connection = tokio::net::TcpStream::connect(address(server)).await;
    let (sender, driver) = h2::client::handshake(connection.unwrap()).await.unwrap();
    tokio::spawn(driver);
    sender.ready().await.unwrap()
}

/// Sends a call that is no call of the service, and returns the HTTP status of its answer.
async fn call(sender: &SendRequest<bytes::Bytes>, padding: usize) -> Result<u16, h2::Error> {
    let request = http::Request::post("http://x/doorstroom.capacity.v1.CapacityService/Nothing")
        .header("content-type", "application/grpc")
        .header("padding", "p".repeat(padding))
        .body(())
        .unwrap();
    let mut sender = sender.clone().ready().await?;
    let (answer, _) = sender.send_request(request, true)?;
    Ok(answer.await?.status().as_u16())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_is_never_finished_is_cut_off() {
    let server = server().await;
    let mut stalled = Raw::connect(&server);
    let begun = Instant::now();
    stalled.send(&PREFACE[..16]);
    beside(move || stalled.rest()).await;
    // The server allows five seconds.
    assert!(begun.elapsed() < Duration::from_secs(20), "{begun:?}");
    answers_as_ever(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_no_ping_is_cut_off_and_who_does_may_stay_silent() {
    let server = server().await;
    let silent = honest(&server).await;
    let dead = Raw::greet(&server);
    let begun = Instant::now();
    beside(move || dead.rest()).await;
    let took = begun.elapsed();
    assert!(took > Duration::from_secs(25), "not by the pings: {took:?}");
    assert_eq!(call(&silent, 0).await.unwrap(), 200);
    answers_as_ever(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_streams_that_are_reset_at_once_ends_the_connection() {
    let server = server().await;
    let mut flood = Raw::greet(&server);
    let mut bytes = Vec::new();
    for stream in (1..4_000).step_by(2) {
        bytes.extend(frame(KIND_HEADERS, END_HEADERS, stream, HEADERS));
        bytes.extend(frame(KIND_RST_STREAM, 0, stream, &CANCEL.to_be_bytes()));
    }
    let frames = beside(move || {
        flood.send(&bytes);
        flood.rest()
    })
    .await;
    let farewell = frames.iter().find(|frame| frame.kind == KIND_GOAWAY);
    let farewell = farewell.expect("it is told to go");
    assert_eq!(farewell.code(), ENHANCE_YOUR_CALM);
    answers_as_ever(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_streams_than_are_allowed_are_refused_and_the_others_stay() {
    let server = server().await;
    let mut greedy = Raw::greet(&server);
    let mut bytes = Vec::new();
    for stream in (1..300).step_by(2) {
        bytes.extend(frame(KIND_HEADERS, END_HEADERS, stream, HEADERS));
    }
    let refused = beside(move || {
        greedy.send(&bytes);
        let mut refused = 0;
        // 150 streams, of which 100 may be open.
        while refused < 50 {
            let frame = greedy.next().expect("the connection stays");
            assert_ne!(frame.kind, KIND_GOAWAY);
            let is_refusal = frame.kind == KIND_RST_STREAM && frame.code() == REFUSED_STREAM;
            refused += usize::from(is_refusal);
        }
        refused
    })
    .await;
    assert_eq!(refused, 50);
    answers_as_ever(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_larger_than_allowed_are_refused_and_the_connection_stays() {
    let server = server().await;
    let sender = honest(&server).await;
    assert_eq!(call(&sender, 8 << 10).await.unwrap(), 200);
    assert_eq!(call(&sender, 20 << 10).await.unwrap(), 431);
    assert_eq!(call(&sender, 0).await.unwrap(), 200);
    answers_as_ever(&server).await;
}
