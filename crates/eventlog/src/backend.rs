use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::tail::TopicState;
use crate::{LogError, LogId, NewCommit, Position};

/// Tells the time, in milliseconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The machine's own clock.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
    })
}

/// Told once what became of an append.
pub(crate) type Reply = Box<dyn FnOnce(Result<Position, LogError>) + Send>;

/// Where order is made. There are two: a SQLite file, and Kafka.
pub(crate) trait Backend: Send + Sync {
    /// Takes a commit; `reply` hears whether it is effective, void, or unknown.
    fn submit(&self, topic: &Arc<TopicState>, commit: NewCommit, reply: Reply);

    /// Brings up to the present until when the topic is settled, as soon as may be.
    fn settle(&self, topic: &Arc<TopicState>);

    /// The last position that there is, as whoever makes the order says: this node may not have come so far. Blocks.
    fn last_position(&self, topic: &TopicState) -> Result<Position, LogError>;

    /// Gives the topic's log a new id: everything that was handed out before belongs to another log.
    fn reset(&self, topic: &Arc<TopicState>) -> Result<LogId, LogError>;

    /// Finishes what was taken and stops.
    fn close(&self);
}
