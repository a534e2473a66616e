//! A compacted topic: of each key the last value.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use eventlog::kafka::{Heard, KeyedReport, KeyedTopic, TopicKind, apply_topics, scan_keyed};
use parking_lot::Mutex;

use super::*;
use crate::broker::broker;

type Values = Arc<Mutex<BTreeMap<Vec<u8>, Vec<u8>>>>;

/// A node that follows the topic and knows what each key stands for.
struct Node {
    topic: KeyedTopic,
    values: Values,
}

impl Node {
    /// Keys that begin with `gone` may have no value.
    fn start(name: &str) -> Self {
        let values = Values::default();
        let known = Arc::clone(&values);
        let topic = KeyedTopic::follow(&broker().settings(), name, move |record| {
            let is_revived = record.key.starts_with(b"gone") && record.value.is_some();
            match record.value {
                Some(value) => known.lock().insert(record.key, value),
                None => known.lock().remove(&record.key),
            };
            if is_revived {
                Heard::Revived(None)
            } else {
                Heard::Noted
            }
        });
        let topic = topic.expect("it starts");
        Self { topic, values }
    }

    fn put(&self, key: &str, value: Option<&str>) {
        let value = value.map(|value| value.as_bytes().to_vec());
        let put = self.topic.put(&[(key.as_bytes().to_vec(), value)]);
        put.expect("it is durable");
    }

    fn knows(&self) -> Vec<(String, String)> {
        self.topic.wait_for_end(DEADLINE).expect("it is read");
        let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
        let values = self.values.lock();
        let known = values.iter().map(|(key, value)| (text(key), text(value)));
        known.collect()
    }
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

fn topic(world: &World) -> String {
    format!("{}-keyed", world.topic)
}

fn report(name: &str) -> Option<KeyedReport> {
    scan_keyed(&broker().settings(), name, |_| ()).expect("the broker answers")
}

/// Everything about the topic blocks.
async fn on_a_thread(work: impl FnOnce(String) + Send + 'static) {
    let world = World::on_kafka().await;
    let name = topic(&world);
    let done = tokio::task::spawn_blocking(move || work(name)).await;
    done.expect("it holds");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_puts_every_node_has_and_so_it_is_after_a_restart() {
    on_a_thread(|name| {
        let (one, two) = (Node::start(&name), Node::start(&name));
        one.put("a", Some("1"));
        one.put("b", Some("1"));
        assert_eq!(two.knows(), [pair("a", "1"), pair("b", "1")]);
        two.put("a", Some("2"));
        two.put("b", None);
        assert_eq!(one.knows(), [pair("a", "2")]);
        drop((one, two));
        assert_eq!(Node::start(&name).knows(), [pair("a", "2")]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_comes_back_is_deleted_again() {
    on_a_thread(|name| {
        let (one, two) = (Node::start(&name), Node::start(&name));
        one.put("gone", Some("late"));
        let until = Instant::now() + DEADLINE;
        while !two.knows().is_empty() {
            assert!(Instant::now() < until, "it is still there");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_made_as_it_must_be_and_a_scan_makes_nothing() {
    on_a_thread(|name| {
        assert_eq!(report(&name), None);
        let _ = Node::start(&name).knows();
        let report = report(&name).expect("it is there");
        assert_eq!(report.differences, Vec::<String>::new());
        assert_eq!(report.compacted_within, Duration::from_secs(24 * 3_600));
        let settings = broker().settings();
        let kept = apply_topics(&settings, &[&name], TopicKind::Versioned);
        let kept = &kept.expect("the broker answers")[0].differences;
        assert!(kept.contains(&"cleanup.policy is compact, not delete".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_would_keep_what_is_deleted_is_not_read() {
    let world = World::on_kafka().await;
    make_topic_with(&world, 1).await;
    let name = world.topic.clone();
    let done = tokio::task::spawn_blocking(move || {
        let node = Node::start(&name);
        let reason = node.topic.wait_for_end(DEADLINE).expect_err("it is not");
        let reason = reason.to_string();
        assert!(
            reason.contains("cleanup.policy is delete, not compact"),
            "{reason}"
        );
        assert!(
            reason.contains("max.compaction.lag.ms is 9223372036854775807, not 86400000 or less"),
            "{reason}"
        );
    });
    done.await.expect("it holds");
}

/// As it must be, and quicker.
const QUICK: [(&str, &str); 9] = [
    ("cleanup.policy", "compact"),
    ("segment.ms", "1000"),
    ("max.compaction.lag.ms", "2000"),
    ("min.compaction.lag.ms", "0"),
    ("min.cleanable.dirty.ratio", "0.0"),
    ("delete.retention.ms", "2592000000"),
    ("message.timestamp.type", "LogAppendTime"),
    ("unclean.leader.election.enable", "false"),
    ("file.delete.delay.ms", "100"),
];

/// Whether some file beneath a folder has these bytes.
fn holds(folder: &Path, wanted: &[u8]) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).any(|path| {
        if path.is_dir() {
            return holds(&path, wanted);
        }
        // The broker removes files while we look.
        contains(&fs::read(&path).unwrap_or_default(), wanted)
    })
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    // Most of an index is zeros.
    let anchor = wanted.iter().position(|byte| *byte != 0).unwrap_or(0);
    let Some(from) = bytes.get(anchor..) else {
        return false;
    };
    let mut starts = from.iter().enumerate();
    starts.any(|(at, byte)| *byte == wanted[anchor] && bytes[at..].starts_with(wanted))
}

/// Nothing is written after the deletion but what the topic writes by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_deleted_is_in_no_file_of_the_broker_when_the_time_is_over() {
    let world = World::on_kafka().await;
    let name = topic(&world);
    let mut wanted = NewTopic::new(&name, 1, TopicReplication::Fixed(1));
    for (key, value) in QUICK {
        wanted = wanted.set(key, value);
    }
    let made = admin(&world).create_topics([&wanted], &options()).await;
    made.expect("the broker answers")[0]
        .as_ref()
        .expect("it is made");
    let done = tokio::task::spawn_blocking(move || {
        let node = Node::start(&name);
        let (gone, kept) = ("what-is-to-vanish-71", "what-is-to-stay-17");
        node.put("a", Some(gone));
        node.put("b", Some(kept));
        node.put("a", None);
        let folder = broker().folder();
        assert!(holds(folder, gone.as_bytes()), "the search finds it");
        let until = Instant::now() + 2 * DEADLINE;
        while holds(folder, gone.as_bytes()) {
            assert!(Instant::now() < until, "it is still there");
            std::thread::sleep(Duration::from_millis(200));
        }
        assert!(holds(folder, kept.as_bytes()));
        assert_eq!(node.knows(), [pair("b", kept)]);
        drop(node);
        assert_eq!(Node::start(&name).knows(), [pair("b", kept)]);
    });
    done.await.expect("it holds");
}
