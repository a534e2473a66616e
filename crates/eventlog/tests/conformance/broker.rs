//! The one broker of this process, started by the script that everybody uses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::{Duration, Instant};

use eventlog::kafka::KafkaSettings;
use tokio::sync::RwLock;

const DEADLINE: Duration = Duration::from_secs(30);

/// Cases share the broker; one that pauses it has it alone.
static RUNNING: LazyLock<Arc<RwLock<()>>> = LazyLock::new(Arc::default);

/// A real Apache Kafka on a free port, with its data in a temporary folder.
pub(crate) struct Broker {
    folder: PathBuf,
    bootstrap: String,
    /// Holds the other end of a pipe: when this process ends, however it ends, it kills the broker.
    _guard: Child,
}

pub(crate) fn broker() -> &'static Broker {
    static BROKER: OnceLock<Broker> = OnceLock::new();
    BROKER.get_or_init(Broker::start)
}

/// Held by a case while the broker must be left running.
pub(crate) fn running() -> Arc<RwLock<()>> {
    Arc::clone(&RUNNING)
}

impl Broker {
    fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("doorstroom-kafka-")
            .tempdir()
            .expect("a temporary folder")
            .keep();
        let guard = script(&["guard"], &folder)
            .stdin(Stdio::piped())
            .spawn()
            .expect("deploy/kafka/kafka can be run");
        let printed = run(script(&["start"], &folder).env("BROKERS", "1"));
        let bootstrap = printed.lines().last().expect("its address").to_owned();
        Self {
            folder,
            bootstrap,
            _guard: guard,
        }
    }

    pub(crate) fn settings(&self) -> KafkaSettings {
        KafkaSettings {
            bootstrap: self.bootstrap.clone(),
            options: Vec::new(),
        }
    }

    /// Where its data lie.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// Freezes it: its connections stay, and nothing answers. It goes on when the value is dropped.
    pub(crate) fn pause(&self) -> Paused<'_> {
        run(&mut script(&["pause-one", "1"], &self.folder));
        let paused = Paused { broker: self };
        // Its threads stop one by one: what is sent before the last of them may still be answered.
        let until = Instant::now() + DEADLINE;
        while !self.has_stopped() {
            assert!(Instant::now() < until, "the broker goes on");
            std::thread::yield_now();
        }
        paused
    }

    fn has_stopped(&self) -> bool {
        let pid = fs::read_to_string(self.folder.join("1/pid")).expect("it runs");
        let pid = pid.split_whitespace().next().expect("its process");
        let threads = fs::read_dir(format!("/proc/{pid}/task")).expect("its threads");
        threads.flatten().all(|thread| {
            let status = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            status
                .rsplit(") ")
                .next()
                .is_some_and(|after_name| after_name.starts_with('T'))
        })
    }
}

pub(crate) struct Paused<'a> {
    broker: &'a Broker,
}

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        run(&mut script(&["resume-one", "1"], &self.broker.folder));
    }
}

fn script(words: &[&str], folder: &Path) -> Command {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/kafka/kafka");
    let mut command = Command::new(path);
    command.args(words).arg(folder);
    // A Ctrl-C does not reach it: the guard ends what was started.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// The script itself says what is missing, such as Java.
fn run(command: &mut Command) -> String {
    let output = command
        .stdin(Stdio::null())
        .output()
        .expect("deploy/kafka/kafka can be run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "Kafka: {said}");
    String::from_utf8(output.stdout).expect("text")
}
