use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;

use super::quiet::Consumer;

/// After this long without a record the broker is asked how long the log is.
const SILENCE: Duration = Duration::from_secs(2);
const ANSWER: Duration = Duration::from_secs(1);
/// So many questions in a row without the right answer mean that the consumer is of no use.
const UNANSWERED: u32 = 3;

/// Tells a log in which nothing happens from a consumer that hears nothing any more.
///
/// A broker that comes back names no brokers at first; librdkafka then forgets the ones it had, and may never
/// look for others (confluentinc/librdkafka#5301). It says nothing of that: a new consumer is all that helps.
pub(super) struct Silence {
    since: Instant,
    unanswered: u32,
}

impl Silence {
    pub(super) fn begin() -> Self {
        Self {
            since: Instant::now(),
            unanswered: 0,
        }
    }

    /// Whether the consumer, which should have everything before the offset `next`, is to be given up.
    pub(super) fn is_for_good(&mut self, consumer: &Consumer, topic: &str, next: u64) -> bool {
        if self.since.elapsed() < SILENCE {
            return false;
        }
        let length = consumer.fetch_watermarks(topic, 0, ANSWER);
        self.since = Instant::now();
        match length {
            Ok((_, high)) if high.unsigned_abs() <= next => self.unanswered = 0,
            Ok(_) | Err(_) => self.unanswered += 1,
        }
        self.unanswered >= UNANSWERED
    }
}
