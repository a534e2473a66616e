use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::KafkaError;

/// librdkafka's own words are for who debugs: what they mean for the topic is said by its status.
#[derive(Clone, Copy)]
pub(super) struct Quiet;

impl ClientContext for Quiet {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(?level, facility, message, "librdkafka: {message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "librdkafka: {reason}");
    }
}

impl ConsumerContext for Quiet {}

/// A consumer that keeps its words to itself.
pub(super) type Consumer = rdkafka::consumer::BaseConsumer<Quiet>;
