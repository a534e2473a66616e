use domain::Timestamp;
use eventlog::StreamId;

use super::Context;
use crate::erasure::{EraseError, Ground, Subject};
use crate::{Codec, View};

impl<C: Codec, V: View<C::Aggregate>> Context<C, V> {
    /// Erases streams: when this returns nobody reads them any more, here or anywhere, now or in the past. What is
    /// erased already stays so.
    ///
    /// # Errors
    /// `NothingThere` if there is no such stream, or it is not about a person: nothing was erased then. `Recorded` if
    /// only the destruction of a key is still to come. After any other the outcome is unknown: repeat it.
    pub async fn erase(
        &self,
        streams: &[StreamId],
        ground: Ground,
        now: Timestamp,
    ) -> Result<(), EraseError> {
        let Some(keyring) = self.shared.bodies.keyring() else {
            return Err(EraseError::NothingThere);
        };
        let mut subjects = Vec::with_capacity(streams.len());
        {
            let folded = self.read();
            for stream in streams {
                match folded.get(stream) {
                    Some(slot) if slot.erased => {}
                    Some(slot) => {
                        let kid = slot.kid.ok_or(EraseError::NothingThere)?;
                        subjects.push(Subject::Entry(kid));
                    }
                    None => {
                        // What is not folded yet may be there.
                        let unsure = self.readable().err();
                        return Err(unsure.map_or(EraseError::NothingThere, |error| {
                            EraseError::NotNow(error.to_string())
                        }));
                    }
                }
            }
        }
        let erased = keyring.erase(&subjects, ground, now).await;
        // Also where the key is still to be destroyed: the state is let go of at once.
        if matches!(erased, Ok(()) | Err(EraseError::Recorded)) {
            let count = keyring.erased_count();
            let mut applied = self.shared.erased.subscribe();
            // A loop that has stopped has let go of everything.
            let _ = applied.wait_for(|applied| *applied >= count).await;
        }
        erased
    }
}
