//! Carries out what was agreed to, once its hold is over: whichever node comes first.

use std::time::Duration;

use chassis::Call;
use domain::waitlist::books::{Book, Command, Erasure};
use eventlog::StreamId;
use tonic::Status;
use uuid::Uuid;

use super::because;
use crate::books::erasure_of;
use crate::grpc::Api;

/// How often a node looks for what is due, or was cut short.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Who carries it out.
const TIMER: &str = "timer:erasure";

impl Api {
    /// Erases what was agreed to, also who came onto a list since it was asked, and says so. Another node that does the same
    /// at the same time changes nothing.
    pub(super) async fn carry_out(
        &self,
        (stream, erasure_id): (&StreamId, Uuid),
        asked: &Erasure,
    ) -> Result<u32, Status> {
        let subject = self.subject_of(erasure_id, asked)?;
        self.at_the_end().await?;
        let count = |ids: &[_]| u32::try_from(ids.len()).unwrap_or(u32::MAX);
        // Before anything is erased: who takes it back from here on hears that it is too late.
        let entries = count(&self.found(&subject));
        let begin = Call::by_itself(Command::BeginErasure { entries }, TIMER);
        self.0.books.execute(stream.clone(), begin).await?;
        let ids = self.found(&subject);
        self.erase(&ids, because(asked.request.ground)).await?;
        let entries = count(&ids);
        let done = Call::by_itself(Command::CarryOut { entries }, TIMER);
        self.0.books.execute(stream.clone(), done).await?;
        let carried_out = self.erasure(stream).and_then(|asked| asked.carried_out);
        Ok(carried_out.unwrap_or(entries))
    }

    /// Carries out what is due, as a task of the node.
    pub(crate) async fn finish_erasures(self) {
        while self.0.node.goes_on_after(LOOK_EVERY).await {
            if self.seen(&[]).await.is_ok() {
                self.carry_out_what_is_due().await;
            }
        }
    }

    /// Carries out every erasure whose hold is over, and what was cut short. What fails is tried again.
    pub(in crate::grpc) async fn carry_out_what_is_due(&self) {
        for (stream, erasure_id, asked) in self.due() {
            match self.carry_out((&stream, erasure_id), &asked).await {
                Ok(_) => tracing::info!(
                    erasure.id = %erasure_id,
                    "erasure {erasure_id} was agreed to and is carried out"
                ),
                Err(status) => {
                    let reason = status.message();
                    tracing::warn!(
                        erasure.id = %erasure_id, reason,
                        "erasure {erasure_id} was agreed to and is not carried out yet: {reason}"
                    );
                }
            }
        }
    }

    fn due(&self) -> Vec<(StreamId, Uuid, Erasure)> {
        let now = self.0.node.clock.now();
        let folded = self.0.books.read();
        let erasures = folded.slots().filter_map(|(stream, slot)| {
            let Book::Erasure(erasure) = &slot.state else {
                return None;
            };
            let erasure_id = erasure_of(stream).filter(|_| erasure.is_due(now))?;
            Some((stream.clone(), erasure_id, (**erasure).clone()))
        });
        erasures.collect()
    }
}
