use std::collections::HashSet;
use std::sync::Arc;

use eventlog::Position;
use parking_lot::{Mutex, MutexGuard, RwLock};
use pseudonym::vault::Kid;
use tokio::sync::watch;

use super::chain::Chain;
use super::record::ErasureRecord;
use super::verified::Verified;

/// What the ledger has been read to say.
pub(super) struct Erased {
    kids: RwLock<Kids>,
    verified: Mutex<Verified>,
    told: watch::Sender<Told>,
}

#[derive(Default)]
struct Kids {
    all: HashSet<Kid>,
    /// In the order in which the ledger names them.
    in_order: Vec<Kid>,
}

/// How far the ledger has been read.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) kids: usize,
    pub(super) position: Position,
    pub(super) chain: Chain,
    /// It was read to its end once.
    pub(super) is_whole: bool,
    /// Up to here the keys are destroyed.
    pub(super) done: Position,
    /// Why it is not read any further.
    pub(super) fault: Option<String>,
}

impl Erased {
    pub(super) fn new(chain: Chain) -> Self {
        let told = Told {
            kids: 0,
            position: Position::START,
            chain,
            is_whole: false,
            done: Position::START,
            fault: None,
        };
        Self {
            kids: RwLock::default(),
            verified: Mutex::default(),
            told: watch::Sender::new(told),
        }
    }

    pub(super) fn contains(&self, kid: &Kid) -> bool {
        self.kids.read().all.contains(kid)
    }

    /// Takes in what a line says of being verified.
    pub(super) fn hear(&self, line: &ErasureRecord) {
        self.verified.lock().hear(line);
    }

    /// What was verified by now. Hold it briefly.
    pub(super) fn verified(&self) -> MutexGuard<'_, Verified> {
        self.verified.lock()
    }

    /// Takes in what a line says.
    pub(super) fn add(&self, kids: &[Kid], (position, chain): (Position, &Chain)) {
        let count = {
            let mut known = self.kids.write();
            for kid in kids {
                if known.all.insert(*kid) {
                    known.in_order.push(*kid);
                }
            }
            known.in_order.len()
        };
        self.told.send_modify(|told| {
            told.kids = count;
            told.position = position;
            told.chain = chain.clone();
        });
    }

    /// Everything up to here is destroyed.
    pub(super) fn set_done(&self, done: Position) {
        self.told
            .send_if_modified(|told| std::mem::replace(&mut told.done, done) != done);
    }

    pub(super) fn set_whole(&self) {
        self.told
            .send_if_modified(|told| !std::mem::replace(&mut told.is_whole, true));
    }

    pub(super) fn fail(&self, reason: String) {
        self.told.send_modify(|told| told.fault = Some(reason));
    }

    /// How far it has been read by now. Hold it briefly.
    pub(super) fn now(&self) -> watch::Ref<'_, Told> {
        self.told.borrow()
    }

    pub(super) fn told(&self) -> watch::Receiver<Told> {
        self.told.subscribe()
    }

    fn since(&self, count: usize) -> Vec<Kid> {
        self.kids
            .read()
            .in_order
            .get(count..)
            .unwrap_or_default()
            .to_vec()
    }
}

/// One reader's way through what is erased.
pub(crate) struct Erasures {
    erased: Arc<Erased>,
    told: watch::Receiver<Told>,
    seen: usize,
}

impl Erasures {
    pub(super) fn of(erased: &Arc<Erased>) -> Self {
        Self {
            told: erased.told(),
            erased: Arc::clone(erased),
            seen: 0,
        }
    }

    /// Waits until the ledger was read to its end once. What it says until then is not told again.
    ///
    /// # Errors
    /// Why it is not read any further.
    pub(crate) async fn catch_up(&mut self) -> Result<(), String> {
        let whole = self
            .told
            .wait_for(|told| told.is_whole || told.fault.is_some())
            .await;
        let told = whole
            .map_err(|_| "the node is stopping".to_owned())?
            .clone();
        self.seen = told.kids;
        told.fault.map_or(Ok(()), Err)
    }

    /// Waits for further erasures and returns them.
    pub(crate) async fn next(&mut self) -> Vec<Kid> {
        let seen = self.seen;
        if self.told.wait_for(|told| told.kids > seen).await.is_err() {
            // The node is stopping: nothing will come.
            std::future::pending::<()>().await;
        }
        let kids = self.erased.since(seen);
        self.seen += kids.len();
        kids
    }

    /// How many it has told of.
    pub(crate) fn seen(&self) -> usize {
        self.seen
    }
}
