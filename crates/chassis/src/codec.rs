use domain::{Aggregate, Timestamp};
use eventlog::{Position, StreamId};

/// The command type of a codec's aggregate.
pub type CommandOf<C> = <<C as Codec>::Aggregate as Aggregate>::Command;
/// The event type of a codec's aggregate.
pub type EventOf<C> = <<C as Codec>::Aggregate as Aggregate>::Event;

/// An event with the moment and the actor of its decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded<E> {
    /// What happened.
    pub event: E,
    /// When it was decided, by the deciding node's clock.
    pub occurred_at: Timestamp,
    /// Who asked.
    pub actor: String,
}

/// Why a body is not read as events.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It holds something that this version does not know: the view must stop.
    #[error("{0}")]
    Unknown(String),
    /// Its key was destroyed: the commit counts, its content is gone.
    #[error("the content was erased")]
    Erased,
    /// Its key cannot be had at the moment: it is tried again.
    #[error("{0}")]
    NotNow(String),
}

impl DecodeError {
    /// Something that this version does not know.
    pub fn new(reason: impl Into<String>) -> Self {
        Self::Unknown(reason.into())
    }
}

/// How one context's events and states become bytes and come back.
pub trait Codec: Send + Sync + 'static {
    /// Whose events.
    type Aggregate: Aggregate;
    /// Names the layout of an encoded state; changes whenever that layout does.
    const FORMAT: &'static str;

    /// Encodes events. Two encodings put behind one another are the encoding of both.
    fn encode(events: &[Recorded<EventOf<Self>>]) -> Vec<u8>
    where
        Self: Sized;

    /// Encodes what of the events is for the nation's count, and nothing else: sealed apart, in the same commit, for
    /// that one reader. Written only by a context about persons. Two encodings put behind one another are the
    /// encoding of both; empty: nothing.
    fn encode_national(_events: &[Recorded<EventOf<Self>>]) -> Vec<u8>
    where
        Self: Sized,
    {
        Vec::new()
    }

    /// Decodes what `encode` gave, in this or any earlier version.
    ///
    /// # Errors
    /// If any of it is unknown, or was erased.
    fn decode(body: &[u8]) -> Result<Vec<Recorded<EventOf<Self>>>, DecodeError>
    where
        Self: Sized;

    /// Encodes a folded state for a snapshot.
    fn encode_state(state: &Self::Aggregate) -> Vec<u8>;

    /// Decodes what `encode_state` gave in this format.
    ///
    /// # Errors
    /// If it is anything else.
    fn decode_state(bytes: &[u8]) -> Result<Self::Aggregate, DecodeError>;
}

/// What a context keeps beside its states, so that queries are answered fast.
pub trait View<A: Aggregate>: Default + Send + Sync + 'static {
    /// The stream now stands like this: after a commit, or as loaded from a snapshot.
    fn set(&mut self, stream: &StreamId, state: &A, position: Position, log_time: Timestamp);

    /// One of the stream's commits was skipped: this is how it stood before, which is not to be believed any more.
    fn set_unusable(&mut self, stream: &StreamId, state: &A);

    /// The stream's content was erased: nothing of it is to be kept or shown. It may never have been set.
    fn on_erased(&mut self, stream: &StreamId);
}

impl<A: Aggregate> View<A> for () {
    fn set(&mut self, _: &StreamId, _: &A, _: Position, _: Timestamp) {}
    fn set_unusable(&mut self, _: &StreamId, _: &A) {}
    fn on_erased(&mut self, _: &StreamId) {}
}
