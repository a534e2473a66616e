//! The command loop, on the log in memory. Two contexts on one log are two nodes.

mod batches;
mod contention;
mod past;
mod persons;
mod places;
mod reads;
mod repeats;
mod skips;
mod snapshots;
mod timers;
mod unreadable;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use domain::Timestamp;
use eventlog::{
    AttemptId, CommandId, EventLog, LogError, NewCommit, Position, StreamId, Topic, Version,
};
use parking_lot::{Condvar, Mutex};

use super::Context;
use crate::{Call, Clock, Codec, Effect, ExecuteError, Node, Receipt, ServiceStatus, View};
use places::{Command, Event, Places, PlacesCodec, Totals};

const TOPIC: &str = "demo.places";
const CONTROL: &str = "demo.control";
const DEADLINE: Duration = Duration::from_secs(30);

type Answer = Result<Receipt<Event>, ExecuteError>;

/// A log in memory, its clock, and a gate that its writer has to pass.
struct House {
    log: EventLog,
    now: Arc<AtomicI64>,
    gate: Arc<Gate>,
}

#[derive(Default)]
struct Gate {
    is_shut: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn pass(&self) {
        let mut is_shut = self.is_shut.lock();
        while *is_shut {
            self.opened.wait(&mut is_shut);
        }
    }

    /// The log takes commits, and none of them takes effect.
    fn shut(&self) {
        *self.is_shut.lock() = true;
    }

    fn open(&self) {
        *self.is_shut.lock() = false;
        self.opened.notify_all();
    }
}

impl Drop for House {
    /// A case that fails must not leave the writer behind the gate.
    fn drop(&mut self) {
        self.gate.open();
    }
}

impl House {
    fn new() -> Self {
        Self::with(|clock| EventLog::in_memory_with_clock(&[TOPIC, CONTROL], clock))
    }

    /// The log in a file, which outlives the house.
    fn on_file(path: &Path) -> Self {
        Self::with(|clock| EventLog::open_with_clock(path, &[TOPIC, CONTROL], clock))
    }

    fn with(open: impl FnOnce(eventlog::Clock) -> Result<EventLog, LogError>) -> Self {
        let now = Arc::new(AtomicI64::new((eventlog::system_clock())()));
        let gate = Arc::new(Gate::default());
        let (clock, guard) = (Arc::clone(&now), Arc::clone(&gate));
        let log_clock: eventlog::Clock = Arc::new(move || {
            guard.pass();
            clock.load(Ordering::Relaxed)
        });
        Self {
            log: open(log_clock).expect("the log opens"),
            now,
            gate,
        }
    }

    fn now(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    fn pass_time(&self, millis: i64) {
        self.now.fetch_add(millis, Ordering::Relaxed);
    }

    fn topic(&self) -> Topic {
        self.log.topic(TOPIC).expect("the topic")
    }

    /// An operator decides to go on without a commit.
    async fn skip(&self, topic: &str, position: Position) {
        let control = self.log.topic(CONTROL).expect("the topic");
        let skipped = crate::control::skip(&control, topic, position, "a faulty build");
        within(skipped).await.expect("it is recorded");
    }

    /// What a node's process shares.
    fn process(&self, name: &str, snapshots: Option<PathBuf>) -> Node {
        let now = Arc::clone(&self.now);
        Node {
            clock: Clock::new(move || Timestamp::from_millis(now.load(Ordering::Relaxed))),
            snapshots,
            ..Node::new(name, self.log.clone(), "demo")
        }
    }

    /// Starts a node, without waiting for it.
    fn start_with<C: Codec, V: View<C::Aggregate>>(
        &self,
        name: &str,
        snapshots: Option<PathBuf>,
    ) -> Running<C, V> {
        let node = self.process(name, snapshots);
        let context = Context::start(&node, TOPIC, "places").expect("the topic is there");
        Running { node, context }
    }

    fn start(&self, name: &str) -> Running<PlacesCodec, Totals> {
        self.start_with(name, None)
    }

    async fn node(&self, name: &str) -> Running<PlacesCodec, Totals> {
        let running = self.start(name);
        running.serves().await;
        running
    }

    /// A command id as somebody makes it at a moment.
    fn id_made_at(millis: i64) -> CommandId {
        let mut random = [0; 10];
        random.copy_from_slice(&uuid::Uuid::now_v7().as_bytes()[6..]);
        let millis = u64::try_from(millis).expect("after 1970");
        let id = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
        CommandId::from_uuid(id)
    }

    fn call(&self, command: Command) -> Call<Command> {
        Call {
            command,
            id: Self::id_made_at(self.now()),
            repeat: false,
            remember: true,
            actor: "somebody".to_owned(),
            causation_id: None,
            correlation_id: None,
            traceparent: None,
        }
    }

    /// Appends past every node, as another one would.
    async fn append(&self, name: &str, version: u64, body: &str) -> Result<Position, LogError> {
        within(self.topic().append(commit(name, version, body))).await
    }

    /// The events of a stream, in the order in which they took effect, as the log has them.
    async fn events(&self, name: &str) -> Vec<Event> {
        let history = self
            .topic()
            .read(&stream(name))
            .await
            .expect("it can be read");
        let bodies = history
            .iter()
            .map(|commit| PlacesCodec::decode(&commit.body));
        bodies
            .flat_map(|events| events.expect("it can be read"))
            .map(|recorded| recorded.event)
            .collect()
    }
}

/// One node with its context.
struct Running<C: Codec, V> {
    node: Node,
    context: Context<C, V>,
}

impl<C: Codec, V: View<C::Aggregate>> Running<C, V> {
    async fn serves(&self) {
        let mut status = self.context.status();
        let settled = status.wait_for(|status| *status != ServiceStatus::Starting);
        let settled = within(settled).await.expect("it runs").clone();
        assert_eq!(settled, ServiceStatus::Serving);
    }

    async fn stops_serving(&self) -> String {
        let mut status = self.context.status();
        let stopped = status.wait_for(|status| matches!(status, ServiceStatus::NotServing(_)));
        match within(stopped).await.expect("it runs").clone() {
            ServiceStatus::NotServing(reason) => reason,
            ServiceStatus::Starting | ServiceStatus::Serving => unreachable!("waited for"),
        }
    }

    async fn serves_again(&self) {
        let mut status = self.context.status();
        let serves = status.wait_for(|status| *status == ServiceStatus::Serving);
        within(serves).await.expect("it runs");
    }

    /// Waits until it has folded what the log has.
    async fn catches_up(&self) {
        let end = self.node.log.topic(TOPIC).expect("the topic").end();
        within(self.context.reached(end))
            .await
            .expect("it is folded");
    }

    /// Stops the node in order, as the server does.
    async fn stop(self) {
        self.node.shutdown.cancel();
        self.node.tasks.close();
        within(self.node.tasks.wait()).await;
    }
}

impl Running<PlacesCodec, Totals> {
    async fn execute(&self, name: &str, call: &Call<Command>) -> Answer {
        within(self.context.execute(stream(name), call.clone())).await
    }

    /// The command is under way when this returns; its answer comes later.
    async fn submit(
        &self,
        name: &str,
        call: &Call<Command>,
    ) -> impl Future<Output = Answer> + use<> {
        let answer = self.context.submit(stream(name), call.clone()).await;
        answer.expect("it is taken")
    }

    fn state(&self, name: &str) -> Option<Places> {
        let folded = self.context.read();
        folded.get(&stream(name)).map(|slot| slot.state.clone())
    }

    /// Waits until the state is as it should be.
    async fn folds(&self, name: &str, wanted: impl Fn(&Places) -> bool) {
        let mut positions = self.context.positions();
        let folded = async {
            while !self.state(name).is_some_and(|state| wanted(&state)) {
                positions.changed().await.expect("it runs");
            }
        };
        within(folded).await;
    }
}

fn repeat(call: &Call<Command>) -> Call<Command> {
    Call {
        repeat: true,
        ..call.clone()
    }
}

fn stream(name: &str) -> StreamId {
    StreamId::parse(name).expect("a name")
}

fn commit(name: &str, version: u64, body: &str) -> NewCommit {
    NewCommit {
        stream: stream(name),
        version: Version::new(version),
        attempt: AttemptId::new_v7(),
        commands: Vec::new(),
        body: Bytes::from(body.to_owned()),
    }
}

fn effect(answer: Answer) -> Effect<Event> {
    answer.expect("it is not refused").effect
}

/// The coded reason of a refusal.
fn refusal(answer: &Answer) -> &str {
    match answer {
        Err(ExecuteError::Refused { code, .. }) => code,
        other => panic!("not refused: {other:?}"),
    }
}

/// Waits, but not for ever.
async fn within<T>(answer: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, answer)
        .await
        .expect("it comes within the deadline")
}

/// Lets every task do what it can do without waiting for the log.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}
