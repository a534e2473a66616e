use ed25519_dalek::SigningKey;
use eventlog::{LogError, Position, Topic};
use prost::Message;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::AccessLogError;
use super::chain::Chain;
use super::record::EntryMessage;

/// What waits is written together, up to about so much: a block must fit into a record.
const BLOCK_BYTES: usize = 256 << 10;

type Reply = oneshot::Sender<Result<Position, AccessLogError>>;

/// An entry on its way.
pub(super) struct Pending {
    pub(super) entry: EntryMessage,
    pub(super) reply: Reply,
}

/// Writes one block after the other.
pub(super) struct Writer {
    topic: Topic,
    signer: SigningKey,
    incoming: mpsc::Receiver<Pending>,
    /// None: the next entry begins one.
    chain: Option<Chain>,
}

impl Writer {
    pub(super) fn new(
        (topic, signer): (Topic, SigningKey),
        incoming: mpsc::Receiver<Pending>,
    ) -> Self {
        Self {
            topic,
            signer,
            incoming,
            chain: None,
        }
    }

    /// Writes until the node stops; what waits then is still written.
    pub(super) async fn run(mut self, shutdown: CancellationToken) {
        while let Some(Some(first)) = shutdown.run_until_cancelled(self.incoming.recv()).await {
            self.write(first).await;
        }
        self.incoming.close();
        while let Some(first) = self.incoming.recv().await {
            self.write(first).await;
        }
    }

    async fn write(&mut self, first: Pending) {
        let mut bytes = first.entry.encoded_len();
        let (mut entries, mut replies) = (vec![first.entry], vec![first.reply]);
        while bytes < BLOCK_BYTES
            && let Ok(next) = self.incoming.try_recv()
        {
            bytes += next.entry.encoded_len();
            entries.push(next.entry);
            replies.push(next.reply);
        }
        let recorded = self.append(entries).await;
        for reply in replies {
            // Whoever waited may have gone; it is recorded all the same.
            let _ = reply.send(recorded.clone());
        }
    }

    async fn append(&mut self, entries: Vec<EntryMessage>) -> Result<Position, AccessLogError> {
        let unwritable = |error: LogError| AccessLogError::Unwritable(error.to_string());
        let mut chain = match self.chain.take() {
            Some(chain) => chain,
            None => Chain::begin(&self.topic).await.map_err(unwritable)?,
        };
        match chain.append((&self.topic, &self.signer), entries).await {
            Ok(position) => {
                self.chain = Some(chain);
                Ok(position)
            }
            Err(LogError::Full) => {
                self.chain = Some(chain);
                Err(AccessLogError::Full)
            }
            // Where this chain ends is not known any more: the next entry begins another one.
            Err(error) => Err(unwritable(error)),
        }
    }
}
