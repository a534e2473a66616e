//! The peer on Kafka: rdkafka's own threaded producer, with records of the same size.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use eventlog::kafka::{KafkaSettings, TopicKind, apply_topics, scan};
use rdkafka::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseRecord, Producer, ProducerContext, ThreadedProducer};

use crate::table::Rate;

const TOPIC: &str = "bench-peer.capacity";
const FLUSH: Duration = Duration::from_secs(60);

/// Mean size of the records of a topic, in bytes.
pub(crate) fn record_bytes(bootstrap: &str, topic: &str) -> anyhow::Result<usize> {
    let (mut records, mut bytes) = (0, 0);
    let settings = settings(bootstrap);
    let topic = topic.to_owned();
    in_thread(move || {
        scan(&settings, &topic, |record| {
            records += 1;
            bytes += record.bytes;
            true
        })?;
        Ok(bytes.checked_div(records).unwrap_or(0))
    })
}

/// Produces records one after the other, `acks=all`, idempotent, and waits for every delivery.
pub(crate) fn produce(bootstrap: &str, bytes: usize, records: usize) -> anyhow::Result<Rate> {
    let settings = settings(bootstrap);
    let bootstrap = bootstrap.to_owned();
    in_thread(move || {
        apply_topics(&settings, &[TOPIC], TopicKind::Versioned)?;
        let delivered = Arc::new(AtomicUsize::new(0));
        let producer: ThreadedProducer<Count> = ClientConfig::new()
            .set("bootstrap.servers", &bootstrap)
            .set("acks", "all")
            .set("enable.idempotence", "true")
            .set("linger.ms", "1")
            .set("queue.buffering.max.messages", "500000")
            .create_with_context(Count(Arc::clone(&delivered)))?;
        let payload = vec![b'x'; bytes];
        let started = Instant::now();
        for number in 0..records {
            let key = number.to_string();
            let mut record = BaseRecord::to(TOPIC)
                .partition(0)
                .key(&key)
                .payload(&payload);
            while let Err((error, again)) = producer.send(record) {
                let full = KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull);
                ensure!(error == full, "{error}");
                record = again;
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        producer.flush(FLUSH)?;
        let took = started.elapsed();
        let delivered = delivered.load(Ordering::Relaxed);
        ensure!(delivered == records, "only {delivered} were delivered");
        Ok(Rate::of(records, took))
    })
}

struct Count(Arc<AtomicUsize>);

impl ClientContext for Count {}

impl ProducerContext for Count {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if result.is_ok() {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn settings(bootstrap: &str) -> KafkaSettings {
    KafkaSettings {
        bootstrap: bootstrap.to_owned(),
        options: Vec::new(),
    }
}

/// These calls block, and some make a runtime of their own.
fn in_thread<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    let thread = std::thread::spawn(work);
    let joined = thread.join().ok();
    joined.context("the peer ended in a panic")?
}
