use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, ensure};

use crate::binary::project_root;

/// A real Apache Kafka of its own, on free ports, with its data in a temporary folder.
///
/// A guard process holds the other end of a pipe: when this value is dropped, or this process ends in
/// whatever way, the guard kills the brokers and deletes their data.
pub struct Cluster {
    folder: PathBuf,
    bootstrap: String,
    guard: Child,
}

/// Returns the one broker that the tests of this process share; each takes a region of its own.
pub fn shared_kafka() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(|| Cluster::start(1))
}

impl Cluster {
    /// Starts one broker or three, and waits until they serve.
    pub fn start(brokers: usize) -> Self {
        Self::try_start(brokers).unwrap_or_else(|error| panic!("Kafka does not start: {error:#}"))
    }

    fn try_start(brokers: usize) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("doorstroom-kafka-")
            .tempdir()?
            .keep();
        let guard = script()
            .arg("guard")
            .arg(&folder)
            .stdin(Stdio::piped())
            .spawn()
            .context("its guard")?;
        let mut cluster = Self {
            folder,
            bootstrap: String::new(),
            guard,
        };
        let mut start = script();
        start
            .env("BROKERS", brokers.to_string())
            .arg("start")
            .arg(&cluster.folder);
        let output = cluster.run(&mut start)?;
        output
            .lines()
            .last()
            .context("no address was printed")?
            .clone_into(&mut cluster.bootstrap);
        Ok(cluster)
    }

    /// Returns the folder in which all brokers keep their data.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the addresses of all brokers, separated by commas.
    pub fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// Returns the address of one broker; the first is 1.
    pub fn address(&self, broker: usize) -> &str {
        let found = broker
            .checked_sub(1)
            .and_then(|index| self.bootstrap.split(',').nth(index));
        found.unwrap_or_else(|| panic!("there is no broker {broker} in {}", self.bootstrap))
    }

    /// Starts a broker that was stopped or killed, with its ports and data, and waits until it serves.
    pub fn start_one(&self, broker: usize) {
        self.control("start-one", broker);
    }

    /// Stops a broker in an orderly way, and waits until it is gone.
    pub fn stop_one(&self, broker: usize) {
        self.control("stop-one", broker);
    }

    /// Kills a broker with SIGKILL.
    pub fn kill_one(&self, broker: usize) {
        self.control("kill-one", broker);
    }

    /// Freezes a broker: its connections stay, and nothing answers.
    pub fn pause_one(&self, broker: usize) {
        self.control("pause-one", broker);
    }

    /// Lets a frozen broker go on.
    pub fn resume_one(&self, broker: usize) {
        self.control("resume-one", broker);
    }

    fn control(&self, verb: &str, broker: usize) {
        let result = self.run(script().arg(verb).arg(broker.to_string()).arg(&self.folder));
        result.unwrap_or_else(|error| panic!("{verb} {broker}: {error:#}"));
    }

    fn run(&self, command: &mut Command) -> anyhow::Result<String> {
        let output = command
            .stdin(Stdio::null())
            .output()
            .context("deploy/kafka/kafka")?;
        ensure!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        self.guard.wait().ok();
    }
}

/// Returns the script as a command that a Ctrl-C does not reach: its guard ends what it started.
fn script() -> Command {
    let mut command = Command::new(project_root().join("deploy/kafka/kafka"));
    command.process_group(0);
    command
}
