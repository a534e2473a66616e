//! Stands between a client and a server, and keeps every byte that the client sends.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

pub(super) struct Tap {
    address: String,
    sent: Arc<Mutex<Vec<u8>>>,
}

impl Tap {
    /// Before the server at `url`, such as `http://127.0.0.1:40001`.
    pub(super) fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let sent = Arc::new(Mutex::new(Vec::new()));
        let (server, kept) = (url.replace("http://", ""), Arc::clone(&sent));
        thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(&server)) else {
                    return;
                };
                let kept = Arc::clone(&kept);
                let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || pass(from, to, |bytes| kept.lock().unwrap().extend(bytes)));
                thread::spawn(move || pass(server, client, |_| ()));
            }
        });
        Self { address, sent }
    }

    /// Where the client is to call.
    pub(super) fn url(&self) -> &str {
        &self.address
    }

    /// Everything that was sent so far.
    pub(super) fn sent(&self) -> Vec<u8> {
        self.sent.lock().unwrap().clone()
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut keep: impl FnMut(&[u8])) {
    let mut bytes = [0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        keep(&bytes[..count]);
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
