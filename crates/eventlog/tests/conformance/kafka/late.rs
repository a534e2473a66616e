use std::collections::BTreeSet;
use std::time::Instant;

use eventlog::kafka::scan;
use eventlog::{AttemptId, Found, LogError};

use super::DEADLINE;
use crate::child::{Acknowledged, CONTENDED_STREAMS, CONTENDED_VERSIONS, Child};
use crate::world::{World, commit, seen, within};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_processes_exactly_one_takes_a_version() {
    let world = World::on_kafka().await;
    let node = world.open_as("looks-on").await;
    let mut children: Vec<_> = ["first", "second"]
        .map(|name| Child::start_with("contender", &world, &world.path(name)))
        .into_iter()
        .collect();
    for child in &children {
        assert_eq!(child.line(), "ready");
    }
    children.iter_mut().for_each(Child::tell);

    let mut taken = BTreeSet::new();
    let mut voids = 0;
    for child in children {
        let said = child.until_its_end();
        let own: BTreeSet<_> = said
            .iter()
            .filter_map(|line| Acknowledged::parse(line))
            .collect();
        assert!(!own.is_empty(), "both take some");
        assert!(own.is_disjoint(&taken), "no version is taken twice");
        taken.extend(own);
        voids += said
            .iter()
            .filter(|line| line.starts_with("voids ") && *line != "voids 0")
            .count();
    }
    assert!(voids > 0, "they were in each other's way");

    let end = taken.iter().map(|one| one.position).max().expect("some");
    within(node.topic.reached(end))
        .await
        .expect("the log is open");
    let all: BTreeSet<_> = node
        .all()
        .await
        .iter()
        .map(|commit| Acknowledged {
            stream: commit.stream.to_string(),
            version: commit.version.get(),
            position: commit.position,
        })
        .collect();
    assert_eq!(all, taken, "what was acknowledged is what there is");
    for stream in CONTENDED_STREAMS {
        assert_eq!(
            node.versions(stream).await,
            (1..=CONTENDED_VERSIONS).collect::<Vec<_>>()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_send_that_timed_out_and_lands_later_counts_once() {
    let world = World::alone_on_kafka().await;
    let (one, two) = world.open_two().await;
    let broker = world.broker().expect("a case on Kafka");
    one.append("a", 1).await.expect("in effect");
    two.catches_up_with(&one).await;

    let paused = broker.pause();
    let late = commit("a", 2);
    let attempt = late.attempt;
    let timed_out = within(one.topic.append(late)).await;
    assert!(
        matches!(timed_out, Err(LogError::Unavailable(_))),
        "unknown: {timed_out:?}"
    );
    drop(paused);

    // The caller asks again, here and there, until somebody knows.
    let mut answers = Vec::new();
    for node in [&one, &two] {
        let asked = async {
            loop {
                match node.append("a", 2).await {
                    Err(LogError::Unavailable(_)) => {}
                    known => break known,
                }
            }
        };
        answers.push(within(asked).await);
    }
    let won = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!(won <= 1, "{answers:?}");
    one.append("b", 1).await.expect("it goes on");
    two.catches_up_with(&one).await;
    one.catches_up_with(&two).await;

    assert_eq!(one.versions("a").await, [1, 2]);
    assert_eq!(seen(&one.all().await), seen(&two.all().await));
    let (effective, void) = attempts(&world, "a");
    assert!(
        effective.contains(&attempt) || void.contains(&attempt),
        "it did land, after it had been given up"
    );
    let in_effect: BTreeSet<_> = one
        .all()
        .await
        .iter()
        .map(|commit| commit.attempt)
        .collect();
    assert_eq!(in_effect.contains(&attempt), effective.contains(&attempt));
    assert_eq!(effective.len(), 2);
}

/// The attempts on a stream, as the topic itself has them: in effect, and void.
fn attempts(world: &World, stream: &str) -> (BTreeSet<AttemptId>, BTreeSet<AttemptId>) {
    let settings = world.broker().expect("a case on Kafka").settings();
    let until = Instant::now() + DEADLINE;
    loop {
        let (mut effective, mut void) = (BTreeSet::new(), BTreeSet::new());
        let scanned = scan(&settings, &world.topic, |record| {
            match record.found {
                Found::Effective(commit) if commit.stream.as_str() == stream => {
                    effective.insert(commit.attempt);
                }
                Found::Void(commit) if commit.stream.as_str() == stream => {
                    void.insert(commit.attempt);
                }
                _ => {}
            }
            true
        });
        match scanned {
            Ok(()) => return (effective, void),
            // A broker that has just come back does not know its own partitions for a moment.
            Err(error) => assert!(Instant::now() < until, "{error}"),
        }
    }
}
