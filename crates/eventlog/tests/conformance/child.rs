//! The test binary as a child process of itself: to be killed, to contend, to be refused.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use bytes::Bytes;
use eventlog::kafka::KafkaSettings;
use eventlog::{EventLog, LogError, NewCommit, Position, Topic};

use crate::world::{Node, World, commit, stream_id, within};

const ROLE: &str = "DOORSTROOM_CHILD";
const FILE: &str = "DOORSTROOM_CHILD_FILE";
const TOPIC: &str = "DOORSTROOM_CHILD_TOPIC";
const KAFKA: &str = "DOORSTROOM_CHILD_KAFKA";
/// Before every line that is meant for the parent: the test harness prints lines of its own.
const SAYS: &str = "child says: ";
const DEADLINE: Duration = Duration::from_secs(30);

/// How a child process may grow files; beyond it a write fails.
pub(crate) const FILE_LIMIT_KIB: &str = "1024";
/// How many versions contenders take of each stream, together.
pub(crate) const CONTENDED_VERSIONS: u64 = 60;
pub(crate) const CONTENDED_STREAMS: [&str; 3] = ["x", "y", "z"];

/// A child at work; killed when dropped.
pub(crate) struct Child {
    process: std::process::Child,
    lines: Receiver<String>,
}

impl Child {
    pub(crate) fn start(role: &str, world: &World) -> Self {
        Self::start_with(role, world, &world.path("one"))
    }

    pub(crate) fn start_with(role: &str, world: &World, file: &Path) -> Self {
        let exe = std::env::current_exe().expect("its own path");
        let mut command = if role == "limited" {
            let mut shell = Command::new("bash");
            let line = format!("trap '' XFSZ; ulimit -S -f {FILE_LIMIT_KIB}; exec \"$0\" \"$@\"");
            shell.arg("-c").arg(line).arg(exe);
            shell
        } else {
            Command::new(exe)
        };
        command.args(["--exact", "child::does_what_its_parent_asks", "--nocapture"]);
        command
            .env(ROLE, role)
            .env(FILE, file)
            .env(TOPIC, &world.topic);
        if let Some(broker) = world.broker() {
            command.env(KAFKA, broker.bootstrap());
        }
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a child starts");
        let said = process.stdout.take().expect("piped");
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(said).lines().map_while(Result::ok) {
                let Some((_, said)) = line.split_once(SAYS) else {
                    continue;
                };
                if sender.send(said.to_owned()).is_err() {
                    break;
                }
            }
        });
        Self { process, lines }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The next thing that it says.
    pub(crate) fn line(&self) -> String {
        self.lines
            .recv_timeout(DEADLINE)
            .expect("it says something")
    }

    /// The next so many things that it says.
    pub(crate) fn acknowledged(&self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.line()).collect()
    }

    /// Everything that it says until it ends by itself.
    pub(crate) fn until_its_end(mut self) -> Vec<String> {
        let mut said = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(DEADLINE) {
            said.push(line);
        }
        let status = self.process.wait().expect("it ends");
        assert!(status.success(), "{status}: {said:?}");
        said
    }

    /// Tells it to go on.
    pub(crate) fn tell(&mut self) {
        let ear = self.process.stdin.as_mut().expect("piped");
        ear.write_all(b"go on\n").expect("it listens");
    }

    /// Kills it with SIGKILL; returns what it had still said.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
        self.lines.iter().collect()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// What a child says of a commit that was acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Acknowledged {
    pub(crate) stream: String,
    pub(crate) version: u64,
    pub(crate) position: Position,
}

impl Acknowledged {
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        Some(Self {
            stream: words.next()?.to_owned(),
            version: words.next()?.parse().ok()?,
            position: Position::new(words.next()?.parse().ok()?),
        })
    }
}

/// Not a test: what a child process runs. In the parent it has nothing to do.
#[test]
fn does_what_its_parent_asks() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match role.as_str() {
        "writer" => runtime.block_on(write_for_ever()),
        "contender" => runtime.block_on(contend()),
        "opener" => open_once(),
        "limited" => runtime.block_on(write_until_refused()),
        other => panic!("nobody knows what a {other} does"),
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{SAYS}{line}").expect("the parent listens");
    out.flush().expect("the parent listens");
}

/// A line from the parent; when it ends, so does the child.
fn hear() {
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line).unwrap_or(0);
    if read == 0 {
        std::process::exit(1);
    }
}

fn end_with_parent() {
    std::thread::spawn(|| {
        loop {
            hear();
        }
    });
}

fn start() -> Result<Node, LogError> {
    let file = PathBuf::from(std::env::var_os(FILE).expect("told"));
    let name = std::env::var(TOPIC).expect("told");
    let log = match std::env::var(KAFKA) {
        Ok(bootstrap) => {
            let settings = KafkaSettings {
                bootstrap,
                options: Vec::new(),
            };
            EventLog::kafka(&settings, &file, &[&name])?
        }
        Err(_) => EventLog::open(&file, &[&name])?,
    };
    let topic = log.topic(&name)?;
    Ok(Node { log, topic })
}

async fn open() -> Node {
    let node = start().expect("the log opens");
    node.serves().await;
    node
}

/// Sixteen streams at once, each from its head on; says so of every commit that was acknowledged.
async fn write_for_ever() {
    end_with_parent();
    let node = open().await;
    let mut writers = tokio::task::JoinSet::new();
    for number in 1..=16 {
        let node = node.clone();
        writers.spawn(async move {
            let stream = format!("writer-{number}");
            let mut version = head(&node.topic, &stream).await;
            loop {
                version += 1;
                let position = node.append(&stream, version).await.expect("in effect");
                say(&format!("{stream} {version} {}", position.get()));
            }
        });
    }
    let ended = writers.join_next().await;
    panic!("it writes on until it is killed: {ended:?}");
}

/// Takes versions of the same streams as others do, until there are enough of them.
async fn contend() {
    let node = open().await;
    say("ready");
    hear();
    for version in 1..=CONTENDED_VERSIONS {
        for stream in CONTENDED_STREAMS {
            loop {
                let attempt = head(&node.topic, stream).await + 1;
                if attempt > version {
                    break;
                }
                match node.append(stream, attempt).await {
                    Ok(position) => say(&format!("{stream} {attempt} {}", position.get())),
                    Err(LogError::Void { at }) => {
                        within(node.topic.reached(at))
                            .await
                            .expect("the log is open");
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }
    say(&format!("voids {}", node.topic.void_count()));
    node.close();
}

async fn head(topic: &Topic, stream: &str) -> u64 {
    let history = topic
        .read(&stream_id(stream))
        .await
        .expect("it can be read");
    history.last().map_or(0, |commit| commit.version.get())
}

fn open_once() {
    match start() {
        Ok(node) => {
            say("opened");
            node.close();
        }
        Err(LogError::InUse(_)) => say("in-use"),
        Err(error) => say(&error.to_string()),
    }
}

/// Writes until the file may not grow any more, then again when the parent has made room.
async fn write_until_refused() {
    let node = open().await;
    let mut version = 0;
    loop {
        version += 1;
        match append_much(&node.topic, version).await {
            Ok(position) => say(&format!("full {version} {}", position.get())),
            Err(error) => {
                say(&format!("refused {error:?}"));
                break;
            }
        }
    }
    let before = node.versions("full").await;
    assert_eq!(
        before,
        (1..version).collect::<Vec<_>>(),
        "what was there can still be read"
    );
    hear();
    let position = append_much(&node.topic, version)
        .await
        .expect("there is room again");
    say(&format!("full {version} {}", position.get()));
    node.close();
}

async fn append_much(topic: &Topic, version: u64) -> Result<Position, LogError> {
    let much = NewCommit {
        body: Bytes::from(vec![b'x'; 20_000]),
        ..commit("full", version)
    };
    within(topic.append(much)).await
}
