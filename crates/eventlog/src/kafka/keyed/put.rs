use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _, ProducerContext};

use super::super::{KafkaSettings, refused};
use crate::LogError;

/// Below the deadline of a request.
const MESSAGE_TIMEOUT_MS: &str = "5000";
const FLUSH: Duration = Duration::from_secs(8);
const POLL: Duration = Duration::from_millis(1);
/// Records on their way at once.
const CHUNK: usize = 10_000;

/// Notes what failed.
#[derive(Default)]
pub(super) struct Deliveries(Mutex<Option<KafkaError>>);

impl ClientContext for Deliveries {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(?level, facility, message, "librdkafka: {message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "librdkafka: {reason}");
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            *self.0.lock() = Some(error.clone());
        }
    }
}

/// Writes one batch after the other.
#[derive(Default)]
pub(super) struct Writer(Mutex<Option<BaseProducer<Deliveries>>>);

impl Writer {
    /// Writes, and waits until all of it is on all replicas.
    pub(super) fn put(
        &self,
        settings: &KafkaSettings,
        topic: &str,
        values: &[(Vec<u8>, Option<Vec<u8>>)],
    ) -> Result<(), LogError> {
        if values.is_empty() {
            return Ok(());
        }
        let mut kept = self.0.lock();
        let producer = match kept.take() {
            Some(producer) => producer,
            None => producer(settings)?,
        };
        write(&producer, topic, values)
            .map_err(|error| LogError::Unavailable(error.to_string()))?;
        // One that failed is not kept: one that lost its brokers does not find them again by itself, as `Silence` says
        // of consumers.
        *kept = Some(producer);
        Ok(())
    }
}

fn producer(settings: &KafkaSettings) -> Result<BaseProducer<Deliveries>, LogError> {
    settings
        .client()
        .set("acks", "all")
        .set("enable.idempotence", "true")
        .set("linger.ms", "0")
        .set("message.timeout.ms", MESSAGE_TIMEOUT_MS)
        .create_with_context(Deliveries::default())
        .map_err(|error| refused(&error))
}

fn write(
    producer: &BaseProducer<Deliveries>,
    topic: &str,
    values: &[(Vec<u8>, Option<Vec<u8>>)],
) -> Result<(), KafkaError> {
    for chunk in values.chunks(CHUNK) {
        for (key, value) in chunk {
            send(producer, topic, key, value.as_deref())?;
        }
        // Not `flush`: that looks every tenth of a second, and whoever makes a key waits.
        let until = Instant::now() + FLUSH;
        while producer.in_flight_count() > 0 && Instant::now() < until {
            producer.poll(POLL);
        }
        if producer.in_flight_count() > 0 {
            return Err(KafkaError::Flush(RDKafkaErrorCode::OperationTimedOut));
        }
        if let Some(error) = producer.context().0.lock().take() {
            return Err(error);
        }
    }
    Ok(())
}

fn send(
    producer: &BaseProducer<Deliveries>,
    topic: &str,
    key: &[u8],
    value: Option<&[u8]>,
) -> Result<(), KafkaError> {
    loop {
        let mut record = BaseRecord::<[u8], [u8]>::to(topic).partition(0).key(key);
        record.payload = value;
        match producer.send(record) {
            Ok(()) => return Ok(()),
            Err((error, _)) if error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull) => {
                producer.poll(POLL);
            }
            Err((error, _)) => return Err(error),
        }
    }
}
