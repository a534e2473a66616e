use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use eventlog::{
    AttemptId, Clock, CommandId, CommandNote, Commit, EventLog, LogError, NewCommit, Noted,
    Position, Status, StreamId, Subscription, Topic, Version, system_clock,
};
use tempfile::TempDir;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, mpsc};

use crate::broker::{self, Broker, broker};

const DEADLINE: Duration = Duration::from_secs(30);
/// Stands for the machine's own clock.
const NOT_SET: i64 = i64::MIN;

/// One log under test, on one backend: opened, opened again, opened twice.
pub(crate) struct World {
    backend: Backend,
    pub(crate) topic: String,
    pub(crate) folder: TempDir,
    clock: Arc<AtomicI64>,
    ahead: Arc<AtomicI64>,
}

enum Backend {
    Disk,
    Memory,
    Kafka {
        broker: &'static Broker,
        _running: Running,
    },
}

#[expect(dead_code, reason = "held, not read")]
enum Running {
    Shared(OwnedRwLockReadGuard<()>),
    Alone(OwnedRwLockWriteGuard<()>),
}

impl World {
    pub(crate) async fn on_disk() -> Self {
        Self::of(Backend::Disk)
    }

    pub(crate) async fn in_memory() -> Self {
        Self::of(Backend::Memory)
    }

    /// A topic of its own on the broker that all cases share.
    pub(crate) async fn on_kafka() -> Self {
        let running = Running::Shared(broker::running().read_owned().await);
        Self::of(Backend::Kafka {
            broker: broker(),
            _running: running,
        })
    }

    /// The same, and no other case uses the broker meanwhile.
    pub(crate) async fn alone_on_kafka() -> Self {
        let running = Running::Alone(broker::running().write_owned().await);
        Self::of(Backend::Kafka {
            broker: broker(),
            _running: running,
        })
    }

    fn of(backend: Backend) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self {
            backend,
            topic: format!("case-{number}.capacity"),
            folder: tempfile::tempdir().expect("a temporary folder"),
            clock: Arc::new(AtomicI64::new(NOT_SET)),
            ahead: Arc::default(),
        }
    }

    /// Another log on the same backend.
    pub(crate) async fn another(&self) -> Self {
        match self.backend {
            Backend::Disk => Self::on_disk().await,
            Backend::Memory => Self::in_memory().await,
            Backend::Kafka { .. } => Self::on_kafka().await,
        }
    }

    pub(crate) fn broker(&self) -> Option<&'static Broker> {
        match self.backend {
            Backend::Disk | Backend::Memory => None,
            Backend::Kafka { broker, .. } => Some(broker),
        }
    }

    /// From now on the log's own clock says this; on Kafka that is the broker's, which nobody sets.
    pub(crate) fn set_clock(&self, millis: i64) {
        self.clock.store(millis, Ordering::Relaxed);
    }

    fn clock(&self) -> Clock {
        let (set, system) = (Arc::clone(&self.clock), system_clock());
        Arc::new(move || match set.load(Ordering::Relaxed) {
            NOT_SET => system(),
            millis => millis,
        })
    }

    /// From now on the clock of the nodes on Kafka goes on so many milliseconds ahead of the broker's.
    pub(crate) fn shift_clock(&self, millis: i64) {
        self.ahead.store(millis, Ordering::Relaxed);
    }

    fn shifted_clock(&self) -> Clock {
        let (ahead, system) = (Arc::clone(&self.ahead), system_clock());
        Arc::new(move || system() + ahead.load(Ordering::Relaxed))
    }

    /// The file that a node reads: the log itself, or its replica.
    pub(crate) fn path(&self, node: &str) -> PathBuf {
        let name = match self.backend {
            Backend::Disk | Backend::Memory => "log",
            Backend::Kafka { .. } => node,
        };
        self.folder.path().join(format!("{name}.db"))
    }

    /// Opens the log on a node, without waiting for anything.
    pub(crate) fn start(&self, node: &str) -> Result<Node, LogError> {
        let topics = [&*self.topic];
        let log = match &self.backend {
            Backend::Disk => EventLog::open_with_clock(&self.path(node), &topics, self.clock()),
            Backend::Memory => EventLog::in_memory_with_clock(&topics, self.clock()),
            Backend::Kafka { broker, .. } => {
                let settings = broker.settings();
                let clock = self.shifted_clock();
                EventLog::kafka_with_clock(&settings, &self.path(node), &topics, clock)
            }
        }?;
        let topic = log.topic(&self.topic)?;
        Ok(Node { log, topic })
    }

    /// Opens the log and waits until it serves.
    pub(crate) async fn open(&self) -> Node {
        self.open_as("one").await
    }

    pub(crate) async fn open_as(&self, node: &str) -> Node {
        let node = self.start(node).expect("the log opens");
        node.serves().await;
        node
    }

    /// Two writers of the log: two handles, and on Kafka two nodes, each with a replica of its own.
    pub(crate) async fn open_two(&self) -> (Node, Node) {
        let one = self.open().await;
        let two = match self.backend {
            Backend::Disk | Backend::Memory => one.clone(),
            Backend::Kafka { .. } => self.open_as("two").await,
        };
        (one, two)
    }

    /// Closes the log and opens it again; in memory it stays, for there is nothing to open again.
    pub(crate) async fn reopen(&self, node: Node) -> Node {
        if matches!(self.backend, Backend::Memory) {
            return node;
        }
        node.close();
        self.open().await
    }
}

/// The log as one node has it.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) log: EventLog,
    pub(crate) topic: Topic,
}

impl Node {
    pub(crate) async fn serves(&self) {
        let status = self.settled().await;
        assert_eq!(status, Status::Serving);
    }

    /// How the topic stands, once it does not merely start.
    pub(crate) async fn settled(&self) -> Status {
        let mut status = self.topic.status();
        let settled = status.wait_for(|status| *status != Status::Starting);
        within(settled).await.expect("the log is open").clone()
    }

    /// Waits until the topic is not served, and returns why.
    pub(crate) async fn stops_serving(&self) -> String {
        let mut status = self.topic.status();
        let stopped = status.wait_for(|status| matches!(status, Status::NotServing(_)));
        match within(stopped).await.expect("the log is open").clone() {
            Status::NotServing(reason) => reason,
            Status::Starting | Status::Serving => unreachable!("waited for"),
        }
    }

    /// Waits until the topic is served again.
    pub(crate) async fn serves_again(&self) {
        let mut status = self.topic.status();
        let serves = status.wait_for(|status| *status == Status::Serving);
        within(serves).await.expect("the log is open");
    }

    pub(crate) async fn append(&self, stream: &str, version: u64) -> Result<Position, LogError> {
        within(self.topic.append(commit(stream, version))).await
    }

    /// Appends versions of a stream, one after the other, all in effect.
    pub(crate) async fn fill(&self, stream: &str, versions: std::ops::RangeInclusive<u64>) {
        for version in versions {
            self.append(stream, version).await.expect("in effect");
        }
    }

    /// Hands over all commits at once, and returns what each one came to.
    pub(crate) async fn append_all(
        &self,
        commits: Vec<NewCommit>,
    ) -> Vec<Result<Position, LogError>> {
        let count = commits.len();
        let (sender, mut receiver) = mpsc::unbounded_channel();
        for (index, commit) in commits.into_iter().enumerate() {
            let sender = sender.clone();
            self.topic.submit(commit, move |result| {
                sender.send((index, result)).expect("the case waits");
            });
        }
        drop(sender);
        let mut results: Vec<Option<Result<Position, LogError>>> = vec![None; count];
        while let Some((index, result)) = within(receiver.recv()).await {
            assert!(
                results[index].replace(result).is_none(),
                "a reply hears once"
            );
        }
        results
            .into_iter()
            .map(|result| result.expect("every reply hears"))
            .collect()
    }

    /// Every commit that this node has, as a subscriber gets them.
    pub(crate) async fn all(&self) -> Vec<Arc<Commit>> {
        let end = self.topic.end();
        take_until(&mut self.topic.subscribe(Position::START), end).await
    }

    /// Waits until it has what the other one has.
    pub(crate) async fn catches_up_with(&self, other: &Self) {
        within(self.topic.reached(other.topic.end()))
            .await
            .expect("the log is open");
    }

    pub(crate) async fn versions(&self, stream: &str) -> Vec<u64> {
        let history = self
            .topic
            .read(&stream_id(stream))
            .await
            .expect("it can be read");
        history.iter().map(|commit| commit.version.get()).collect()
    }

    pub(crate) fn close(self) {
        self.log.close();
    }
}

/// Reads on until the position is reached.
pub(crate) async fn take_until(subscription: &mut Subscription, end: Position) -> Vec<Arc<Commit>> {
    let mut commits = Vec::new();
    while subscription.position() < end {
        commits.extend(within(subscription.next()).await.expect("it can be read"));
    }
    commits
}

/// Waits, but not for ever.
pub(crate) async fn within<T>(answer: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, answer)
        .await
        .expect("it comes within the deadline")
}

pub(crate) fn stream_id(name: &str) -> StreamId {
    StreamId::parse(name).expect("a name")
}

/// A commit whose body says whose it is.
pub(crate) fn commit(stream: &str, version: u64) -> NewCommit {
    NewCommit {
        stream: stream_id(stream),
        version: Version::new(version),
        attempt: AttemptId::new_v7(),
        commands: vec![CommandNote {
            id: CommandId::new_v7(),
            causation_id: None,
            correlation_id: None,
            traceparent: None,
            noted: Noted::Taken,
            event_count: 1,
            remembered: true,
        }],
        body: Bytes::from(format!("version {version} of {stream}")),
    }
}

/// What of a commit must be the same for everybody who reads it.
pub(crate) fn seen(commits: &[Arc<Commit>]) -> Vec<(Position, String, u64, AttemptId)> {
    let seen = commits.iter().map(|commit| {
        let stream = commit.stream.to_string();
        (
            commit.position,
            stream,
            commit.version.get(),
            commit.attempt,
        )
    });
    seen.collect()
}
