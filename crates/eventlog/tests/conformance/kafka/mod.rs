//! What only a topic on Kafka has: other processes, other people's records, a replica, an operator's hand.

mod keyed;
mod late;
mod log;
mod records;
mod replica;
mod settings;
mod time;

use std::time::{Duration, Instant};

use eventlog::LogError;
use eventlog::kafka::{TopicKind, TopicReport, apply_topics};
use rdkafka::ClientConfig;
use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{FutureProducer, FutureRecord};

use crate::world::World;

const DEADLINE: Duration = Duration::from_secs(30);
/// What a topic of ours must say.
const WANTED: [(&str, &str); 5] = [
    ("cleanup.policy", "delete"),
    ("retention.ms", "-1"),
    ("retention.bytes", "-1"),
    ("message.timestamp.type", "LogAppendTime"),
    ("unclean.leader.election.enable", "false"),
];

fn client(world: &World) -> ClientConfig {
    let broker = world.broker().expect("a case on Kafka");
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", broker.bootstrap());
    config
}

fn admin(world: &World) -> AdminClient<DefaultClientContext> {
    client(world).create().expect("a client")
}

fn options() -> AdminOptions {
    AdminOptions::new()
        .request_timeout(Some(DEADLINE))
        .operation_timeout(Some(DEADLINE))
}

async fn delete_topic(world: &World) {
    let deleted = admin(world)
        .delete_topics(&[&world.topic], &options())
        .await;
    deleted.expect("the broker answers")[0]
        .as_ref()
        .expect("it is deleted");
}

/// Makes the topic again, empty; the broker may still be busy with the deletion.
async fn make_topic(world: &World) {
    let until = Instant::now() + DEADLINE;
    loop {
        match apply(world).await {
            Ok(report) if report.created => return,
            other => assert!(Instant::now() < until, "{other:?}"),
        }
    }
}

async fn apply(world: &World) -> Result<TopicReport, LogError> {
    let settings = world.broker().expect("a case on Kafka").settings();
    let name = world.topic.clone();
    let applied = tokio::task::spawn_blocking(move || {
        apply_topics(&settings, &[&name], TopicKind::Versioned)
    })
    .await;
    applied
        .expect("it ends")
        .map(|mut reports| reports.remove(0))
}

/// Makes the topic with these partitions and the settings that are wanted.
async fn make_topic_with(world: &World, partitions: i32) {
    let mut topic = NewTopic::new(&world.topic, partitions, TopicReplication::Fixed(1));
    for (key, value) in WANTED {
        topic = topic.set(key, value);
    }
    let made = admin(world).create_topics([&topic], &options()).await;
    made.expect("the broker answers")[0]
        .as_ref()
        .expect("it is made");
}

/// Sets all of the topic's settings as they must be, but this one.
async fn set(world: &World, key: &str, value: &str) {
    let mut change = AlterConfig::new(ResourceSpecifier::Topic(&world.topic));
    for (wanted, right) in WANTED {
        change = change.set(wanted, if wanted == key { value } else { right });
    }
    let changed = admin(world).alter_configs([&change], &options()).await;
    changed.expect("the broker answers")[0]
        .as_ref()
        .expect("it is set");
}

/// Puts records on the topic past the log; each with an append time of its own, where the topic takes it.
async fn produce(world: &World, records: &[(&[u8], Option<i64>)]) {
    let producer: FutureProducer = client(world).create().expect("a producer");
    for (payload, timestamp) in records {
        let mut record = FutureRecord::<str, [u8]>::to(&world.topic)
            .partition(0)
            .payload(payload);
        record.timestamp = *timestamp;
        producer.send(record, DEADLINE).await.expect("it is there");
    }
}
