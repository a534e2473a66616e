//! The settings: each a flag, an environment variable and a key of the configuration file, in that order of strength.

mod check;
mod given;
mod origin;
mod problem;
mod resolve;
mod source;
mod table;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use check::describe;
pub use origin::Origin;
pub use problem::Problem;
pub use resolve::{Effective, resolve};
pub use source::{File, Sources};
pub(crate) use table::{SETTINGS, Scope, Setting};
use waitlist::ErasureHold;

/// What the server is told: every setting with its value.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// Folder of the embedded log, the replica and the snapshots.
    pub data: PathBuf,
    /// Folder of the keys of persons; without it the data folder.
    pub person_keys: Option<PathBuf>,
    /// What this node runs.
    pub services: Vec<Service>,
    /// Brokers, as `host:port,host:port`; without them the embedded log is used.
    pub kafka: Option<String>,
    /// What librdkafka is told besides.
    pub kafka_options: Vec<(String, String)>,
    /// What the evaluator's receipts are verified with: name of its key, and the receipt key in hexadecimal digits.
    pub receipt_keys: Vec<(String, String)>,
    /// How long an erasure that was agreed to can be taken back.
    pub erasure_hold: ErasureHold,
    /// Prefix of the region's topics.
    pub region: String,
    /// Where gRPC listens.
    pub grpc: SocketAddr,
    /// Where `/metrics`, `/health` and the page listen.
    pub http: SocketAddr,
    /// Fills the server with a demonstration and keeps it going.
    pub demo: bool,
    /// Lets callers in from other machines although nobody is identified yet.
    pub insecure_dev: bool,
    /// Which log lines are written, as an `env_logger` filter.
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Where traces go.
    pub otlp: Option<String>,
    /// How long a stop may take.
    pub stop_deadline: Duration,
    /// How long a call may take until it is answered; streams go on.
    pub request_timeout: Duration,
    /// How old a connection may become.
    pub connection_age: Duration,
    /// How many connections there may be at once.
    pub max_connections: usize,
}

/// Shows what may be shown: some values are secret.
impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = SETTINGS
            .iter()
            .map(|setting| (setting.key(), (setting.show)(self)));
        out.debug_map().entries(shown).finish()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            person_keys: None,
            services: Service::ALL.to_vec(),
            kafka: None,
            kafka_options: Vec::new(),
            receipt_keys: Vec::new(),
            erasure_hold: ErasureHold::default(),
            region: "demo".to_owned(),
            grpc: SocketAddr::from(([127, 0, 0, 1], 50051)),
            http: SocketAddr::from(([127, 0, 0, 1], 8080)),
            demo: false,
            insecure_dev: false,
            log: "info".to_owned(),
            log_format: LogFormat::Human,
            otlp: None,
            stop_deadline: Duration::from_secs(10),
            request_timeout: Duration::from_secs(10),
            connection_age: Duration::from_secs(15 * 60),
            max_connections: 1000,
        }
    }
}

impl Settings {
    /// Returns where the keys of persons are, and the key that signs the erasure ledger.
    pub(crate) fn person_keys(&self) -> &Path {
        self.person_keys.as_ref().unwrap_or(&self.data)
    }
}

/// A service that a node can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Offerings, places, waits and admission pauses.
    Capacity,
    /// Who waits, for what and how long.
    Waitlist,
    /// Blinded citizen numbers, evaluated.
    Evaluator,
}

impl Service {
    /// Every service there is.
    pub const ALL: [Self; 3] = [Self::Capacity, Self::Waitlist, Self::Evaluator];

    /// Returns the word that settings use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Capacity => "capacity",
            Self::Waitlist => "waitlist",
            Self::Evaluator => "evaluator",
        }
    }

    /// Tells whether it keeps secrets that nobody near the log may have.
    pub const fn is_run_apart(self) -> bool {
        match self {
            Self::Capacity | Self::Waitlist => false,
            Self::Evaluator => true,
        }
    }

    /// Tells whether it keeps something about persons: sealed, under keys that can be destroyed.
    pub const fn is_about_persons(self) -> bool {
        match self {
            // What the evaluator sees of a person is another element each time.
            Self::Capacity | Self::Evaluator => false,
            Self::Waitlist => true,
        }
    }

    /// Accepts the word that settings use.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.name() == text)
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    /// Returns the word that settings use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
        }
    }
}
