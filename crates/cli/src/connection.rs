//! The connection to the server, and calls that are repeated while their outcome is unknown.

use std::time::Duration;

use proto::caller::Named;
use proto::capacity::v1::CommandContext;
use proto::waitlist::v1 as list;
use proto::waitlist::v1::waitlist_service_client::WaitlistServiceClient;
use tokio::time::{Instant, sleep, timeout};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint, Uri};
use tonic::{Response, Status};

use crate::args::{CommandArgs, GlobalArgs};
use crate::failure::{Failure, innermost, is_starting, is_unknown, say, what_failed};

/// The generated client on one connection.
pub(crate) type Client = demo::Client;
/// What calls go over: each says who makes it.
pub(crate) type Line = InterceptedService<Channel, Named>;
/// The waiting list's client on one connection.
pub(crate) type ListClient = WaitlistServiceClient<Line>;

/// A call is tried at most so often,
const TRIES: u32 = 5;
/// each time waiting at most so long for the answer,
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// and at most so long altogether.
const PATIENCE: Duration = Duration::from_secs(15);
/// A server that says that it is starting is given so long: a hundred thousand entries are read in five seconds.
const STARTS_WITHIN: Duration = Duration::from_secs(30);
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// An answer may be as large as the largest page.
const LARGEST_ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// An open connection; connects again by itself when it breaks.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    channel: Channel,
    caller: Named,
    address: String,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when nothing answers at the address.
    pub(crate) async fn open(global: &GlobalArgs) -> Result<Self, Failure> {
        let caller = global.caller.clone().unwrap_or_default();
        Self::open_at(&global.server, caller).await
    }

    /// Connects to another address than `--server`.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when nothing answers there.
    pub(crate) async fn open_at(server: &Uri, caller: Named) -> Result<Self, Failure> {
        let address = server.to_string();
        let address = address.trim_end_matches('/').to_owned();
        let endpoint = Endpoint::from(server.clone())
            .connect_timeout(CONNECT_WITHIN)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(Duration::from_secs(10))
            .keep_alive_timeout(Duration::from_secs(10))
            .keep_alive_while_idle(true);
        let channel = endpoint.connect().await.map_err(|error| {
            let cause = innermost(&error);
            Failure::Unreachable(format!(
                "no server can be reached at {address}: {cause}; is it running, and is --server right?"
            ))
        })?;
        Ok(Self {
            channel,
            caller,
            address,
        })
    }

    /// Returns a client on this connection.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.line()).max_decoding_message_size(LARGEST_ANSWER_BYTES)
    }

    /// Returns what a client of any service is made of.
    pub(crate) fn line(&self) -> Line {
        Line::new(self.channel.clone(), self.caller.clone())
    }

    /// Returns a client of the waiting list.
    pub(crate) fn list_client(&self) -> ListClient {
        ListClient::new(self.line()).max_decoding_message_size(LARGEST_ANSWER_BYTES)
    }

    /// Returns what is under every line, for calls that name the caller themselves.
    pub(crate) fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// Returns the same connection for another caller.
    pub(crate) fn called_by(&self, caller: Named) -> Self {
        Self {
            caller,
            ..self.clone()
        }
    }

    /// Who calls.
    pub(crate) fn caller(&self) -> Named {
        self.caller.clone()
    }

    /// Where the server is.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Asks, and asks again while no answer comes.
    pub(crate) async fn ask<T>(
        &self,
        mut call: impl AsyncFnMut(Client) -> Result<Response<T>, Status>,
    ) -> Result<T, Failure> {
        self.asked(async |_| call(self.client()).await).await
    }

    /// The same of the waiting list.
    pub(crate) async fn ask_list<T>(
        &self,
        mut call: impl AsyncFnMut(ListClient) -> Result<Response<T>, Status>,
    ) -> Result<T, Failure> {
        self.asked(async |_| call(self.list_client()).await).await
    }

    /// Gives a command, and repeats it under the same id while its outcome is unknown.
    pub(crate) async fn command<T>(
        &self,
        args: &CommandArgs,
        mut call: impl AsyncFnMut(Client, CommandContext) -> Result<Response<T>, Status>,
    ) -> Result<T, Failure> {
        let first = args.context();
        self.commanded(&first.command_id, async |again| {
            let mut context = first.clone();
            context.repeat |= again;
            call(self.client(), context).await
        })
        .await
    }

    /// The same to the waiting list.
    pub(crate) async fn command_list<T>(
        &self,
        args: &CommandArgs,
        mut call: impl AsyncFnMut(ListClient, list::CommandContext) -> Result<Response<T>, Status>,
    ) -> Result<T, Failure> {
        let first = args.list_context();
        self.commanded(&first.command_id, async |again| {
            let mut context = first.clone();
            context.repeat |= again;
            call(self.list_client(), context).await
        })
        .await
    }

    async fn asked<T>(
        &self,
        call: impl AsyncFnMut(bool) -> Result<Response<T>, Status>,
    ) -> Result<T, Failure> {
        persist(&self.address, call).await.map_err(|end| match end {
            End::Refused(failure) => failure,
            End::Silent(cause) => Failure::Unreachable(format!(
                "the server at {} gives no answer: {cause}",
                self.address
            )),
        })
    }

    async fn commanded<T>(
        &self,
        id: &str,
        call: impl AsyncFnMut(bool) -> Result<Response<T>, Status>,
    ) -> Result<T, Failure> {
        persist(&self.address, call).await.map_err(|end| match end {
            End::Refused(failure) => failure,
            End::Silent(cause) => Failure::Unreachable(format!(
                "the server at {} does not say what came of the command: {cause}; \
                 give it again with --command-id {id}",
                self.address
            )),
        })
    }
}

/// Calls until there is an answer; the call hears whether it was made before. A server that is starting is waited for,
/// and that is said once.
async fn persist<T>(
    address: &str,
    mut call: impl AsyncFnMut(bool) -> Result<Response<T>, Status>,
) -> Result<T, End> {
    let began = Instant::now();
    let mut patience = PATIENCE;
    let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(4));
    let (mut calls, mut tries) = (0_u32, 0);
    loop {
        let remaining = patience.saturating_sub(began.elapsed());
        let attempt = call(calls > 0);
        calls += 1;
        let cause = match timeout(remaining.min(ANSWER_WITHIN), attempt).await {
            Ok(Ok(response)) => return Ok(response.into_inner()),
            Ok(Err(status)) if is_starting(&status) => {
                if std::mem::replace(&mut patience, STARTS_WITHIN) != STARTS_WITHIN {
                    say(&format!(
                        "the server at {address} is still reading its log: waiting for it"
                    ));
                    backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(1));
                }
                what_failed(&status)
            }
            Ok(Err(status)) if is_unknown(&status) => {
                tries += 1;
                what_failed(&status)
            }
            Ok(Err(status)) => return Err(End::Refused(status.into())),
            Err(_elapsed) => {
                tries += 1;
                "no answer in time".to_owned()
            }
        };
        let pause = backoff.next_pause();
        if tries == TRIES || began.elapsed() + pause >= patience {
            return Err(End::Silent(cause));
        }
        sleep(pause).await;
    }
}

enum End {
    Refused(Failure),
    Silent(String),
}

/// Pauses that double up to a longest one.
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    first: Duration,
    next: Duration,
    longest: Duration,
}

impl Backoff {
    /// Begins with `first`.
    pub(crate) fn new(first: Duration, longest: Duration) -> Self {
        Self {
            first,
            next: first,
            longest,
        }
    }

    /// Returns how long to wait now.
    pub(crate) fn next_pause(&mut self) -> Duration {
        let now = self.next;
        self.next = (now * 2).min(self.longest);
        now
    }

    /// Begins anew.
    pub(crate) fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::OutputFormat;

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_anew() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_millis(300));
        let pauses: Vec<_> = (0..4).map(|_| backoff.next_pause().as_millis()).collect();
        assert_eq!(pauses, [100, 200, 300, 300]);
        backoff.reset();
        assert_eq!(backoff.next_pause().as_millis(), 100);
    }

    #[tokio::test]
    async fn a_refused_connection_names_the_address() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let global = GlobalArgs {
            server: format!("http://127.0.0.1:{port}").parse().unwrap(),
            caller: None,
            output: OutputFormat::Table,
        };
        let failure = Connection::open(&global).await.unwrap_err();
        assert_eq!(failure.exit_code(), 3);
        let text = failure.to_string();
        assert!(
            text.contains(&format!("http://127.0.0.1:{port}: ")),
            "{text}"
        );
        assert!(text.contains("refused"), "{text}");
    }
}
