use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use proto::capacity::v1::capacity_service_client::CapacityServiceClient;
use tempfile::TempDir;
use tonic::transport::{Channel, Endpoint};

use crate::binary::{binary, client, run};
use crate::canary::Canaries;
use crate::child::{Answer, Running};
use crate::collector::Collector;
use crate::page::try_get;

const START_DEADLINE: Duration = Duration::from_secs(90);
const STOP_DEADLINE: Duration = Duration::from_secs(60);
/// How long a server that is about to end may take to show its figures; a frozen one shows none.
const FIGURES_WITHIN: Duration = Duration::from_secs(2);
/// Spans go out often, so that few are lost when a server is killed. In milliseconds.
const SPANS_EVERY: (&str, &str) = ("OTEL_BSP_SCHEDULE_DELAY", "200");

/// How a server is to be started; by default: embedded log, region `demo`, data in a folder of its own.
#[derive(Clone, Debug, Default)]
pub struct ServerOptions {
    /// Where it keeps its data; none: a temporary folder that goes with the [`Server`].
    pub data: Option<PathBuf>,
    /// Address of Kafka; none: the embedded log.
    pub kafka: Option<String>,
    /// Region code; none: the server's default.
    pub region: Option<String>,
    /// Further arguments of `serve`.
    pub args: Vec<String>,
    /// Further environment.
    pub env: Vec<(String, String)>,
}

/// A real `doorstroomd` on free ports. Dropped, it is killed.
pub struct Server {
    options: ServerOptions,
    data: PathBuf,
    running: Option<Running>,
    grpc: String,
    http: String,
    /// Where its traces go, while it is built to be tested: figures are measured without.
    collector: Option<Collector>,
    // Dropped last: the process must be gone before its folder.
    _folder: Option<TempDir>,
}

impl Server {
    /// Starts it, and waits until it says where it serves.
    pub fn start(options: ServerOptions) -> Self {
        Self::try_start(options)
            .unwrap_or_else(|error| panic!("doorstroomd does not start: {error:#}"))
    }

    fn try_start(options: ServerOptions) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("doorstroom-data-")
            .tempdir()?;
        let (data, folder) = match &options.data {
            Some(data) => (data.clone(), None),
            None => (folder.path().to_owned(), Some(folder)),
        };
        let mut server = Self {
            options,
            data,
            running: None,
            grpc: String::new(),
            http: String::new(),
            collector: cfg!(debug_assertions).then(Collector::start),
            _folder: folder,
        };
        server.run()?;
        Ok(server)
    }

    fn run(&mut self) -> anyhow::Result<()> {
        let mut running = Running::start(&mut self.command())?;
        self.grpc = announced(&mut running, "doorstroomd: gRPC on ")?;
        self.http = announced(&mut running, "doorstroomd: HTTP on ")?;
        self.running = Some(running);
        Ok(())
    }

    fn command(&self) -> Command {
        let mut command = binary("doorstroomd");
        command
            .args([
                "serve",
                "--grpc",
                "127.0.0.1:0",
                "--http",
                "127.0.0.1:0",
                "--data",
            ])
            .arg(&self.data);
        if let Some(bootstrap) = &self.options.kafka {
            command.args(["--kafka", bootstrap]);
        }
        if let Some(region) = &self.options.region {
            command.args(["--region", region]);
        }
        if let Some(collector) = &self.collector {
            let (name, often) = SPANS_EVERY;
            command.args(["--otlp", &collector.url()]).env(name, often);
        }
        command
            .args(&self.options.args)
            .envs(self.options.env.iter().cloned());
        command
    }

    /// Returns where it serves gRPC, such as `http://127.0.0.1:40001`; another port after a restart.
    pub fn grpc(&self) -> &str {
        &self.grpc
    }

    /// Returns where it serves HTTP.
    pub fn http(&self) -> &str {
        &self.http
    }

    /// Returns the region that it serves.
    pub fn region(&self) -> &str {
        self.options.region.as_deref().unwrap_or("demo")
    }

    /// Returns where its traces go; panics where figures are measured.
    pub fn collector(&self) -> &Collector {
        let collector = self.collector.as_ref();
        collector.unwrap_or_else(|| panic!("a server that is measured exports no traces"))
    }

    /// Returns the folder that it keeps its data in.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Returns the process, to read its lines or to send it signals; panics while it is down.
    pub fn process(&mut self) -> &mut Running {
        self.running
            .as_mut()
            .unwrap_or_else(|| panic!("the server is down"))
    }

    /// Returns its process id; none while it is down.
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(Running::pid)
    }

    /// Returns a connection that is made with its first call. Needs a Tokio runtime.
    pub fn channel(&self) -> Channel {
        let endpoint = Endpoint::from_shared(self.grpc.clone());
        endpoint
            .unwrap_or_else(|error| panic!("{}: {error}", self.grpc))
            .connect_lazy()
    }

    /// Returns a client of the capacity service. Needs a Tokio runtime.
    pub fn client(&self) -> CapacityServiceClient<Channel> {
        CapacityServiceClient::new(self.channel())
    }

    /// Runs the command-line client against it until that ends.
    pub fn doorstroom(&self, args: &[&str]) -> Answer {
        run(client(&self.grpc).args(args))
    }

    /// Starts the command-line client against it, to read what it prints as it comes.
    pub fn follow(&self, args: &[&str]) -> Running {
        let started = Running::start(client(&self.grpc).args(args));
        started.unwrap_or_else(|error| panic!("doorstroom does not start: {error:#}"))
    }

    /// Kills it with SIGKILL, and waits until it is gone. Nothing happens if it is down.
    pub fn kill9(&mut self) {
        if let Some(running) = self.running.take() {
            running.kill9();
        }
    }

    /// Asks it to stop (SIGTERM), and returns what it said once it has; panics if it does not, or is down.
    pub fn stop(&mut self) -> Answer {
        self.shows_no_number();
        let running = self
            .running
            .take()
            .unwrap_or_else(|| panic!("the server is down"));
        let stopped = running
            .signal("TERM")
            .and_then(|()| running.end(STOP_DEADLINE));
        stopped.unwrap_or_else(|error| panic!("the server does not stop: {error:#}"))
    }

    /// Panics if its figures hold a citizen number. One that does not answer shows none.
    fn shows_no_number(&self) {
        if self.running.is_none() || !is_searched() {
            return;
        }
        let figures = try_get(&format!("{}/metrics", self.http), FIGURES_WITHIN);
        let found = Canaries::of_the_suite().found_in(figures.unwrap_or_default().as_bytes());
        assert_eq!(found, None, "a citizen number is in the figures");
    }

    /// Starts it again on its data; one that still runs is stopped first.
    pub fn restart(&mut self) {
        if self.running.is_some() {
            self.stop();
        }
        self.run()
            .unwrap_or_else(|error| panic!("doorstroomd does not start again: {error:#}"));
    }
}

/// Threat 14, in every journey: what a server shows, exports and leaves behind holds no citizen number.
impl Drop for Server {
    fn drop(&mut self) {
        self.shows_no_number();
        drop(self.running.take());
        if !is_searched() {
            return;
        }
        let canaries = Canaries::of_the_suite();
        if self.data.exists() {
            canaries.are_not_in(&self.data);
        }
        if let Some(collector) = &self.collector {
            let found = canaries.found_in(&collector.said());
            assert_eq!(found, None, "a citizen number was exported in a trace");
        }
    }
}

/// Not where figures are measured, and not over a panic that says more.
fn is_searched() -> bool {
    cfg!(debug_assertions) && !std::thread::panicking()
}

/// Waits for the line that tells an address, and returns the address.
fn announced(running: &mut Running, words: &str) -> anyhow::Result<String> {
    let line = running.line_where(START_DEADLINE, |line| line.starts_with(words))?;
    let address = line
        .strip_prefix(words)
        .and_then(|rest| rest.split_whitespace().next());
    Ok(address
        .with_context(|| format!("no address in {line:?}"))?
        .to_owned())
}
