use domain::Timestamp;
use eventlog::LogError;

use super::{Command, House, effect, refusal, repeat, stream, within};
use crate::{ExecuteError, ReadError};

const UNKNOWN: &str = "painted 3 0 somebody\n";

#[tokio::test]
async fn an_unknown_body_stops_the_view_at_its_position() {
    let house = House::new();
    let node = house.node("one").await;
    let good = node
        .execute("a", &house.call(Command::Open(1)))
        .await
        .expect("in effect");
    let bad = house
        .append("a", 2, UNKNOWN)
        .await
        .expect("its envelope is good");
    house
        .append("b", 1, "opened 1 0 other\n")
        .await
        .expect("in effect");

    let reason = node.stops_serving().await;
    assert!(
        reason.contains(&format!("position {bad} of stream a")),
        "{reason}"
    );
    assert_eq!(
        node.context.read().position(),
        good.position,
        "nothing behind it is folded"
    );
    let health = node.node.health.watch().borrow().get("places").cloned();
    assert_eq!(
        health,
        Some(crate::ServiceStatus::NotServing(reason.clone()))
    );
    let refused = node.execute("b", &house.call(Command::Open(1))).await;
    assert!(
        matches!(&refused, Err(ExecuteError::NotServing(why)) if *why == reason),
        "{refused:?}"
    );
    let unread = within(node.context.at_least(&[])).await;
    assert!(
        matches!(unread, Err(ReadError::NotServing(_))),
        "{unread:?}"
    );
    let unread = node.context.history(&stream("a")).await.err();
    assert!(
        matches!(unread, Some(ReadError::Unreadable(at)) if at == bad),
        "{unread:?}"
    );

    // A node that starts stops there as well.
    let other = house.start("two");
    assert_eq!(other.stops_serving().await, reason);
}

#[tokio::test]
async fn after_an_operators_skip_the_view_goes_on_without_that_stream() {
    let house = House::new();
    let node = house.node("one").await;
    effect(node.execute("a", &house.call(Command::Open(1))).await);
    let bad = house
        .append("a", 2, UNKNOWN)
        .await
        .expect("its envelope is good");
    house
        .append("b", 1, "opened 4 0 other\n")
        .await
        .expect("in effect");
    node.stops_serving().await;

    house.skip(super::TOPIC, bad).await;
    node.serves_again().await;
    node.catches_up().await;
    assert_eq!(node.state("b").expect("it is there").free, 4);
    let version = node
        .context
        .read()
        .get(&stream("a"))
        .map(|slot| slot.version.get());
    assert_eq!(version, Some(2), "the version stays");

    let fresh = node.execute("a", &house.call(Command::Open(1))).await;
    assert_eq!(refusal(&fresh), "stream-unusable");
    let repeated = repeat(&house.call(Command::Open(1)));
    assert_eq!(
        refusal(&node.execute("a", &repeated).await),
        "stream-unusable"
    );
    let late = house.append("a", 3, "opened 9 0 late\n").await;
    assert!(
        matches!(late, Err(LogError::Void { .. })),
        "a refused repeat is a commit: {late:?}"
    );
    effect(node.execute("b", &house.call(Command::Take)).await);

    // Decisions are read first: a node that starts passes over it at once.
    let other = house.node("two").await;
    assert_eq!(other.state("b"), node.state("b"));
    assert_eq!(
        refusal(&other.execute("a", &house.call(Command::Take)).await),
        "stream-unusable"
    );
}

#[tokio::test]
async fn a_stream_stays_unusable_across_snapshots() {
    let house = House::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bad = house
        .append("a", 1, UNKNOWN)
        .await
        .expect("its envelope is good");
    house.skip(super::TOPIC, bad).await;
    for _ in 0..2 {
        let node = house
            .start_with::<super::PlacesCodec, super::Totals>("one", Some(folder.path().to_owned()));
        node.serves().await;
        assert_eq!(
            refusal(&node.execute("a", &house.call(Command::Take)).await),
            "stream-unusable"
        );
        node.stop().await;
        assert!(
            std::fs::read_dir(folder.path())
                .expect("the folder")
                .next()
                .is_some()
        );
    }
}

#[tokio::test]
async fn a_skip_of_another_topic_or_position_changes_nothing() {
    let house = House::new();
    let node = house.node("one").await;
    let bad = house
        .append("a", 1, UNKNOWN)
        .await
        .expect("its envelope is good");
    let reason = node.stops_serving().await;
    let elsewhere = eventlog::Position::new(bad.get() + 5);
    for (topic, position) in [("demo.other", bad), (super::TOPIC, elsewhere)] {
        house.skip(topic, position).await;
    }
    house.skip(super::TOPIC, bad).await;
    node.serves_again().await;
    assert!(reason.contains("position 1"), "{reason}");
    let other = house
        .append("b", 1, UNKNOWN)
        .await
        .expect("its envelope is good");
    let reason = node.stops_serving().await;
    assert!(reason.contains(&format!("position {other} ")), "{reason}");
}

#[tokio::test]
async fn an_erased_body_counts_and_its_stream_takes_no_commands_and_no_timers() {
    let house = House::new();
    let (node, other) = (house.node("one").await, house.node("two").await);
    let until = Timestamp::from_millis(house.now() + 60_000);
    for name in ["a", "b"] {
        effect(node.execute(name, &house.call(Command::Open(1))).await);
        effect(node.execute(name, &house.call(Command::Hold(until))).await);
    }
    house.append("a", 3, "erased\n").await.expect("in effect");
    node.catches_up().await;
    let slot = node
        .context
        .read()
        .get(&stream("a"))
        .cloned()
        .expect("it is there");
    assert_eq!((slot.version.get(), slot.erased), (3, true));

    assert_eq!(
        refusal(&node.execute("a", &house.call(Command::Take)).await),
        "erased"
    );
    house.pass_time(60_000 + 9_000);
    node.folds("b", |state| state.holds.is_empty()).await;
    other.catches_up().await;
    let ends = house
        .topic()
        .read(&stream("a"))
        .await
        .expect("it can be read")
        .len();
    assert_eq!(ends, 3, "its timer is gone with it");
    let history = other
        .context
        .history(&stream("a"))
        .await
        .expect("the rest can be read");
    assert_eq!(history.len(), 2);
}
