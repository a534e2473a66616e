use std::time::Duration;

use bytes::Bytes;
use domain::Timestamp;
use eventlog::{AttemptId, LogError, NewCommit, Position, Version};

use super::chain;
use super::keyring::Keyring;
use super::record::{Ground, Subject};
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
    /// Erases: each is in the ledger, its key is destroyed and forgotten when this returns. What is erased already
    /// stays so.
    ///
    /// # Errors
    /// `Recorded` if only the destruction is still to come; after any other the outcome is unknown: repeat it.
    pub async fn erase(
        &self,
        subjects: &[Subject],
        ground: Ground,
        now: Timestamp,
    ) -> Result<(), EraseError> {
        let mut recorded = Position::START;
        for subject in subjects {
            let at = tokio::time::timeout(DEADLINE, self.record(*subject, ground, now)).await;
            let timed_out = || LogError::Unavailable("no answer within the deadline".into());
            recorded = recorded.max(at.unwrap_or_else(|_| Err(timed_out().into()))?);
        }
        let mut told = self.inner.erased.told();
        let destroyed = told.wait_for(|told| told.done >= recorded);
        match tokio::time::timeout(DEADLINE, destroyed).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(EraseError::Recorded),
        }
    }

    /// Writes the ledger's next line, and waits until this node has read it.
    async fn record(
        &self,
        subject: Subject,
        ground: Ground,
        now: Timestamp,
    ) -> Result<Position, EraseError> {
        loop {
            if let Some(fault) = self.fault() {
                return Err(EraseError::NotNow(fault));
            }
            let told = self.inner.erased.now().clone();
            if let Subject::Entry(kid) = subject
                && self.is_erased(&kid)
            {
                return Ok(told.position);
            }
            let line = (subject, ground, now.as_millis());
            let (number, line) = told.chain.next(&self.inner.signer, line);
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
