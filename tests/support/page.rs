use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::Context;

const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Returns the body of a page, as `http://127.0.0.1:8080/metrics`; panics if it does not answer.
pub fn get(url: &str) -> String {
    try_get(url, ANSWER_WITHIN).unwrap_or_else(|error| panic!("{url}: {error:#}"))
}

pub(crate) fn try_get(url: &str, within: Duration) -> anyhow::Result<String> {
    let rest = url.strip_prefix("http://").context("not an http address")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut connection = TcpStream::connect(host)?;
    connection.set_read_timeout(Some(within))?;
    write!(
        connection,
        "GET /{path} HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").context("no answer")?;
    Ok(body.to_owned())
}
