use std::time::Duration;

use bytes::Bytes;
use domain::Timestamp;
use eventlog::{AttemptId, LogError, NewCommit, Position, Version};

use super::chain;
use super::keyring::Keyring;
use super::record::{Ground, Says, Subject};
use super::standing::Told;

/// How long an erasure is waited for. It goes on by itself after that.
const DEADLINE: Duration = Duration::from_secs(10);

/// Why an erasure is not known to be done.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EraseError {
    /// There is no such entry, or nothing was ever written about it.
    #[error("there is nothing to erase")]
    NothingThere,
    /// Keys are not to be had at the moment.
    #[error("not at the moment: {0}")]
    NotNow(String),
    /// It is in the ledger: nobody reads it any more. The key is destroyed as soon as that can be written.
    #[error("it is recorded, and the key will be destroyed as soon as that can be written")]
    Recorded,
    /// The ledger did not take it, or did not say so: to be repeated.
    #[error("the erasure ledger did not take it; repeat it ({0})")]
    Ledger(#[from] LogError),
}

impl Keyring {
    /// Erases: each is in the ledger, its key is destroyed and forgotten when this returns, and so are those of all lines
    /// that this node had read. What is erased already stays so.
    ///
    /// # Errors
    /// `Recorded` if only the destruction is still to come; after any other the outcome is unknown: repeat it.
    pub async fn erase(
        &self,
        subjects: &[Subject],
        ground: Ground,
        now: Timestamp,
    ) -> Result<(), EraseError> {
        // What others recorded counts too: whoever repeats this finds the streams erased, and their keys perhaps not.
        let mut recorded = self.inner.erased.now().position;
        for subject in subjects {
            recorded = recorded.max(self.record(Says::Erased(*subject, ground), now).await?);
        }
        let mut told = self.inner.erased.told();
        let destroyed = told.wait_for(|told| told.done >= recorded);
        match tokio::time::timeout(DEADLINE, destroyed).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(EraseError::Recorded),
        }
    }

    /// Writes into the ledger that somebody looked for what the lines up to this number name, and found nothing. Where
    /// another node has written so, there is no second line.
    ///
    /// # Errors
    /// If the ledger did not take it, or did not say so: to be repeated.
    pub async fn set_verified(&self, up_to: u64, now: Timestamp) -> Result<(), EraseError> {
        self.record(Says::Verified(up_to), now).await.map(|_| ())
    }

    /// Writes the ledger's next line, and waits until this node has read it.
    async fn record(&self, says: Says, now: Timestamp) -> Result<Position, EraseError> {
        let recorded = tokio::time::timeout(DEADLINE, self.append(says, now)).await;
        let timed_out = || LogError::Unavailable("no answer within the deadline".into());
        recorded.unwrap_or_else(|_| Err(timed_out().into()))
    }

    async fn append(&self, says: Says, now: Timestamp) -> Result<Position, EraseError> {
        loop {
            if let Some(fault) = self.fault() {
                return Err(EraseError::NotNow(fault));
            }
            let told = self.inner.erased.now().clone();
            if self.is_said(says) {
                return Ok(told.position);
            }
            let (number, line) = told.chain.next(&self.inner.signer, (says, now.as_millis()));
            let commit = NewCommit {
                stream: chain::stream().ok_or(LogError::Closed)?,
                version: Version::new(number),
                attempt: AttemptId::new_v7(),
                commands: Vec::new(),
                body: Bytes::from(line),
            };
            match self.inner.ledger.append(commit).await {
                Ok(position) => {
                    self.reads(|told| told.position >= position).await?;
                    return Ok(position);
                }
                // Somebody else wrote a line: ours follows on theirs.
                Err(LogError::Void { at }) => self.reads(|told| told.position >= at).await?,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whether a line says so already.
    fn is_said(&self, says: Says) -> bool {
        match says {
            Says::Erased(Subject::Entry(kid), _) => self.is_erased(&kid),
            Says::Erased(Subject::Quarter(_), _) => false,
            Says::Verified(up_to) => self.inner.erased.verified().up_to >= up_to,
        }
    }

    async fn reads(&self, wanted: impl Fn(&Told) -> bool) -> Result<(), EraseError> {
        let mut told = self.inner.erased.told();
        let told = told
            .wait_for(|told| wanted(told) || told.fault.is_some())
            .await;
        match told.as_deref().map(|told| told.fault.clone()) {
            Ok(None) => Ok(()),
            Ok(Some(fault)) => Err(EraseError::NotNow(fault)),
            Err(_) => Err(LogError::Closed.into()),
        }
    }
}
