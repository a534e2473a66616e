//! The same on Kafka, whose broker takes its time to compact.

use std::time::{Duration, Instant};

use chassis::erasure::key_topic_name;
use e2e::shared_kafka;
use eventlog::kafka::{Heard, KeyedTopic, make_quick_keyed_topic};
use parking_lot::Mutex;

use super::*;

const DEADLINE: Duration = Duration::from_secs(60);

type Pair = (Vec<u8>, Option<Vec<u8>>);

/// Runs what blocks.
async fn aside<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// A region on the broker that all cases share, whose topic of keys is compacted within seconds.
fn settings(folder: &Path) -> Settings {
    let settings = Settings {
        data: folder.to_owned(),
        services: vec![Service::Waitlist],
        region: "verified".to_owned(),
        kafka: Some(shared_kafka().bootstrap().to_owned()),
        ..Settings::default()
    };
    let kafka = storage::kafka(&settings).unwrap();
    make_quick_keyed_topic(&kafka, &key_topic_name(&settings.region)).unwrap();
    settings
}

/// What is written on the topic of keys, and the topic, to write past the vault.
fn raw(settings: &Settings) -> (KeyedTopic, Arc<Mutex<Vec<Pair>>>) {
    let heard = Arc::<Mutex<Vec<Pair>>>::default();
    let hearing = Arc::clone(&heard);
    let kafka = storage::kafka(settings).unwrap();
    let topic = KeyedTopic::follow(&kafka, &key_topic_name(&settings.region), move |record| {
        hearing.lock().push((record.key, record.value));
        Heard::Noted
    });
    (topic.unwrap(), heard)
}

/// Looks until it is so.
async fn until(node: &Verifier, wanted: impl Fn(&Seen) -> bool) {
    let end = Instant::now() + DEADLINE;
    loop {
        let now = Clock::system().now();
        let seen = node.looks(now).await.unwrap();
        if wanted(&seen) {
            return;
        }
        assert!(Instant::now() < end, "not within the deadline: {seen:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_kafka_a_key_is_verified_once_it_is_compacted_away_and_one_that_was_put_back_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_owned();
    let (settings, log, persons) = aside(move || {
        let settings = settings(&data);
        let log = storage::open(&settings).unwrap();
        let kafka = storage::kafka(&settings).unwrap();
        let persons = persons::on_kafka(&settings, &kafka, &log).unwrap();
        (settings, log, persons)
    })
    .await;
    let vault = Arc::clone(&persons.vault);
    let made = aside(move || vault.make(Quarter::of_millis(0), 1).unwrap()).await;
    let kid = made[0].0;
    let region = Region {
        ledger: log.clone(),
        settings,
        log,
        _folder: folder,
    };
    let of = region.settings.clone();
    let (topic, heard) = aside(move || raw(&of)).await;
    let node = region.node(persons.vault).await;
    let long_ago = Clock::system().now().plus_millis(-49 * HOUR_MILLIS);
    node.erase(kid, long_ago).await;
    let (topic, value) = aside(move || {
        topic.wait_for_end(DEADLINE).unwrap();
        let heard = heard.lock();
        let value = heard
            .iter()
            .find(|(key, _)| *key == kid.to_string().into_bytes());
        let value = value.cloned().unwrap();
        drop(heard);
        (topic, value)
    })
    .await;
    node.stop().await;

    // Put back while no node follows the topic: one would delete it again.
    let (key, _) = value.clone();
    let topic = aside(move || {
        topic.put(&[value]).unwrap();
        topic
    })
    .await;
    let elsewhere = tempfile::tempdir().unwrap();
    let other = Arc::new(FileVault::open(elsewhere.path()).unwrap());
    let node = region.node(other).await;
    let named = format!("line 1: key {kid}: it is not destroyed");
    let is_named = |seen: &Seen| match seen {
        Seen::Left(left) => left.iter().any(|left| left.what == named),
        Seen::Gone | Seen::NotYet(_) => false,
    };
    until(&node, is_named).await;
    assert_eq!(region.says().await.len(), 1, "nothing is verified");

    // Who follows the topic closes its segments: what is in one that is written to is never compacted.
    let _topic = aside(move || {
        topic.put(&[(key, None)]).unwrap();
        topic
    })
    .await;
    until(&node, |seen| *seen == Seen::Gone).await;
    assert_eq!(region.says().await.last(), Some(&Says::Verified(1)));
    node.stop().await;
}
