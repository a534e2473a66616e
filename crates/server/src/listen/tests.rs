use std::time::Duration;

use futures::StreamExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::{Door, Terms};

const TERMS: Terms = Terms {
    most: 1,
    hello_bytes: 5,
    hello_within: Duration::from_millis(100),
    ends_after: Duration::from_millis(300),
};
const LONG: Duration = Duration::from_secs(20);

async fn door(terms: Terms) -> (Door, std::net::SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (Door::new(listener, terms), address)
}

#[tokio::test]
async fn who_does_not_say_hello_in_time_is_sent_away() {
    let (door, address) = door(TERMS).await;
    let mut caller = TcpStream::connect(address).await.unwrap();
    caller.write_all(b"hel").await.unwrap();
    let (mut connection, _) = door.next().await;
    let mut heard = Vec::new();
    let ended = timeout(LONG, connection.read_to_end(&mut heard))
        .await
        .unwrap();
    assert_eq!(ended.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
    assert_eq!(heard, b"hel");
}

#[tokio::test]
async fn who_said_hello_stays_until_the_connection_is_too_old() {
    let terms = Terms {
        hello_within: LONG,
        ..TERMS
    };
    let (door, address) = door(terms).await;
    let mut caller = TcpStream::connect(address).await.unwrap();
    caller.write_all(b"hello").await.unwrap();
    let (mut connection, _) = door.next().await;
    let mut heard = Vec::new();
    // Had the hello not counted, this would take as long as one may wait for it.
    let ended = timeout(LONG / 2, connection.read_to_end(&mut heard))
        .await
        .unwrap();
    assert_eq!(ended.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
    assert_eq!(heard, b"hello");
}

#[tokio::test]
async fn when_all_places_are_taken_the_next_caller_waits_for_one() {
    let (door, address) = door(TERMS).await;
    let _one = TcpStream::connect(address).await.unwrap();
    let _other = TcpStream::connect(address).await.unwrap();
    let mut connections = Box::pin(door.connections());
    let first = connections.next().await.unwrap().unwrap();
    let second = timeout(Duration::from_millis(50), connections.next()).await;
    assert!(second.is_err(), "there was no place for it");
    drop(first);
    timeout(LONG, connections.next())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}
