//! A topic about persons: sealed wherever it lies, and gone when the law says so.

mod erased;
mod fails_closed;
mod interrupted;
mod sealed;

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::Timestamp;
use eventlog::{
    AttemptId, CommandId, CommandNote, Commit, EventLog, NewCommit, Noted, Position, Version,
};
use pseudonym::vault::{FileVault, KeyVault, Kid};
use tempfile::TempDir;

use super::places::Totals;
use super::{Command, Context, House, Places, PlacesCodec, Running, effect, stream, within};
use crate::context::bodies::{Bodies, Sealed};
use crate::context::decide::Clear;
use crate::erasure::{EraseError, Ground, Keyring, SigningKey};
use crate::{Codec, Node};

const LEDGER: &str = "demo.erasures";
/// Who acts in every command; it stands in every body.
const MARKER: &str = "marker-of-a-person";

/// Where everything lies that outlives a process.
struct Disk(TempDir);

impl Disk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn vault(&self) -> Arc<dyn KeyVault> {
        Arc::new(FileVault::open(self.0.path()).expect("it opens"))
    }

    fn opened(&self) -> Region {
        self.opened_with(self.vault())
    }

    fn opened_with(&self, vault: Arc<dyn KeyVault>) -> Region {
        let ledger = EventLog::open(&self.path("erasures.db"), &[LEDGER]).expect("it opens");
        Region {
            house: House::on_file(&self.path("log.db")),
            ledger,
            vault,
            snapshots: self.path("snapshots"),
        }
    }

    /// Every file, with its bytes.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        files_in(self.0.path(), &mut files);
        files
    }

    /// The files in which the bytes stand.
    fn files_with(&self, wanted: &[u8]) -> Vec<PathBuf> {
        let files = self.files().into_iter();
        let found = files.filter(|(_, bytes)| bytes.windows(wanted.len()).any(|w| w == wanted));
        found.map(|(path, _)| path).collect()
    }

    fn delete_snapshots(&self) {
        fs::remove_dir_all(self.path("snapshots")).expect("they are there");
    }
}

fn files_in(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files_in(&path, files);
        } else {
            let bytes = fs::read(&path).expect("a file");
            files.push((path, bytes));
        }
    }
}

/// The logs and the keys of a region, opened.
struct Region {
    house: House,
    ledger: EventLog,
    vault: Arc<dyn KeyVault>,
    snapshots: PathBuf,
}

impl Deref for Region {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

type Persons<C = PlacesCodec> = Running<C, Totals>;

impl Region {
    fn keyring(&self, node: &Node) -> Keyring {
        let ledger = self.ledger.topic(LEDGER).expect("the topic");
        let signer = SigningKey::from_bytes(&[7; 32]);
        let keys = (Arc::clone(&self.vault), signer);
        Keyring::start(keys, ledger, &node.tasks, &node.shutdown)
    }

    fn start<C: Codec<Aggregate = Places>>(&self, name: &str) -> Persons<C> {
        let mut node = self.process(name, Some(self.snapshots.join(name)));
        node.keyring = Some(self.keyring(&node));
        let context = Context::start_about_persons(&node, super::TOPIC, "places");
        let context = context.expect("the topic is there");
        Running { node, context }
    }

    async fn node(&self, name: &str) -> Persons {
        let node = self.start(name);
        node.serves().await;
        node
    }

    fn call(&self, command: Command) -> crate::Call<Command> {
        crate::Call {
            actor: MARKER.to_owned(),
            ..self.house.call(command)
        }
    }

    /// Something has happened to an entry, and something is still to come.
    async fn live(&self, node: &Persons, name: &str) -> Timestamp {
        let until = Timestamp::from_millis(self.now() + 3_600_000);
        for command in [Command::Open(3), Command::Take, Command::Hold(until)] {
            effect(node.execute(name, &self.call(command)).await);
        }
        until
    }

    fn close(self) {
        self.ledger.close();
        self.house.log.close();
    }
}

impl Persons {
    async fn erase(&self, name: &str) -> Result<(), EraseError> {
        let now = self.node.clock.now();
        let streams = [stream(name)];
        within(self.context.erase(&streams, Ground::Objection, now)).await
    }

    async fn shows_nothing_of(&self, name: &str) {
        assert_eq!(self.state(name), Some(Places::default()), "no state");
        let folded = self.context.read();
        let slot = folded.get(&stream(name)).expect("its place is kept");
        assert!(slot.erased, "it is known to be erased");
        assert!(slot.timers.is_empty(), "no timer");
        assert_eq!(folded.view.free.get(&stream(name)), None, "no row");
    }

    async fn history(&self, name: &str) -> usize {
        let history = within(self.context.history(&stream(name))).await;
        history.expect("it can be read").len()
    }
}

fn bodies(node: &Persons) -> Bodies {
    Bodies::Sealed(Sealed {
        keyring: node.node.keyring.clone().expect("it has one"),
        topic: super::TOPIC.into(),
    })
}

/// The first commit of stream a.
fn sealed_commit(bodies: &Bodies, region: &str, national: &str) -> NewCommit {
    let mut commit = NewCommit {
        stream: stream("a"),
        version: Version::new(1),
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
        body: bytes::Bytes::new(),
    };
    let clear = Clear::of(region.as_bytes(), national.as_bytes());
    let now = Timestamp::from_millis(0);
    bodies
        .seal(&mut commit, clear, (None, now))
        .expect("it is sealed");
    commit
}

/// As it stands in the log.
fn placed(commit: &NewCommit) -> Commit {
    Commit {
        position: Position::new(1),
        log_time_millis: 0,
        stream: commit.stream.clone(),
        version: commit.version,
        attempt: commit.attempt,
        commands: commit.commands.clone(),
        body: commit.body.clone(),
    }
}

fn kid_of(node: &Persons, name: &str) -> Kid {
    let folded = node.context.read();
    let slot = folded.get(&stream(name)).expect("it is there");
    slot.kid.expect("it has one")
}
