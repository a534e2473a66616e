use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use eventlog::EventLog;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access_log::AccessLog;
use crate::erasure::Keyring;

/// What a process that runs services shares among them. Cheap to clone.
#[derive(Clone)]
pub struct Node {
    /// Names the node; two nodes of one log have different names.
    pub name: String,
    /// The log.
    pub log: EventLog,
    /// Code of the region, the first part of its topics' names.
    pub region: String,
    /// Owns every task.
    pub tasks: TaskTracker,
    /// Stops every loop.
    pub shutdown: CancellationToken,
    /// Whether each service can be relied on.
    pub health: Health,
    /// The time.
    pub clock: Clock,
    /// Where snapshots are kept; none: nowhere.
    pub snapshots: Option<PathBuf>,
    /// Where access to data about persons is recorded before it is given.
    pub access_log: AccessLog,
    /// The keys of entries about persons; none: this node serves nothing about persons.
    pub keyring: Option<Keyring>,
}

impl Node {
    /// A node that goes by the machine's clock, keeps no snapshots, and serves nothing about persons.
    pub fn new(name: &str, log: EventLog, region: &str) -> Self {
        Self {
            name: name.to_owned(),
            log,
            region: region.to_owned(),
            tasks: TaskTracker::new(),
            shutdown: CancellationToken::new(),
            health: Health::default(),
            clock: Clock::system(),
            snapshots: None,
            access_log: AccessLog::default(),
            keyring: None,
        }
    }

    /// Waits that long, or until the node stops. Tells whether it goes on.
    pub async fn goes_on_after(&self, time: Duration) -> bool {
        let waited = self
            .shutdown
            .run_until_cancelled(tokio::time::sleep(time))
            .await;
        waited.is_some()
    }
}

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's own.
    pub fn system() -> Self {
        let clock = eventlog::system_clock();
        Self(Arc::new(move || Timestamp::from_millis(clock())))
    }

    /// One that the caller moves.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The moment.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

/// Whether a service can be relied on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceStatus {
    /// Not caught up yet.
    Starting,
    /// It can.
    Serving,
    /// It cannot, for the reason given.
    NotServing(String),
}

/// Whether each service can be relied on, by its full gRPC name.
#[derive(Clone, Debug)]
pub struct Health {
    services: Arc<watch::Sender<BTreeMap<String, ServiceStatus>>>,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            services: Arc::new(watch::Sender::new(BTreeMap::new())),
        }
    }
}

impl Health {
    /// Says how a service stands.
    pub fn set(&self, service: &str, status: ServiceStatus) {
        self.services.send_if_modified(|services| {
            let changed = services.get(service) != Some(&status);
            if changed {
                services.insert(service.to_owned(), status);
            }
            changed
        });
    }

    /// How every service stands, and what changes in that.
    pub fn watch(&self) -> watch::Receiver<BTreeMap<String, ServiceStatus>> {
        self.services.subscribe()
    }
}
