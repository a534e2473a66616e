//! Decisions about commits that were folded before: what is seen must not depend on what a node heard first.

use domain::Timestamp;
use eventlog::Position;

use super::{
    Command, Event, House, Places, PlacesCodec, Running, Totals, effect, refusal, stream, within,
};

/// The state of a stream, its version, and where it was cut off.
type Seen = (Places, u64, Option<u64>);

fn seen(node: &Running<PlacesCodec, Totals>, name: &str) -> Seen {
    let folded = node.context.read();
    let slot = folded.get(&stream(name)).expect("it is there");
    (
        slot.state.clone(),
        slot.version.get(),
        slot.skipped_at.map(Position::get),
    )
}

async fn heard(node: &Running<PlacesCodec, Totals>, name: &str) {
    let mut positions = node.context.positions();
    let heard = async {
        while seen(node, name).2.is_none() {
            positions.changed().await.expect("it runs");
        }
    };
    within(heard).await;
}

#[tokio::test]
async fn a_decision_about_what_is_folded_works_at_once_and_gives_what_every_other_node_has() {
    let house = House::new();
    let node = house.node("one").await;
    let until = Timestamp::from_millis(house.now() + 60_000);
    effect(node.execute("a", &house.call(Command::Open(3))).await);
    let taken = node.execute("a", &house.call(Command::Take)).await;
    let taken = taken.expect("in effect").position;
    effect(node.execute("a", &house.call(Command::Hold(until))).await);
    effect(node.execute("b", &house.call(Command::Open(2))).await);

    house.skip(super::TOPIC, taken).await;
    heard(&node, "a").await;
    let (state, version, skipped_at) = seen(&node, "a");
    assert_eq!((state.free, state.taken), (3, 0), "what stood before it");
    assert_eq!((version, skipped_at), (3, Some(taken.get())));
    assert!(state.holds.is_empty() && node.context.read().due.is_empty());
    assert!(!node.context.read().view.free.contains_key(&stream("a")));
    assert_eq!(
        refusal(&node.execute("a", &house.call(Command::Take)).await),
        "stream-unusable"
    );
    effect(node.execute("b", &house.call(Command::Take)).await);

    // Knew of it before it read the first commit.
    let other = house.node("two").await;
    other.catches_up().await;
    assert_eq!(seen(&other, "a"), seen(&node, "a"));

    // What comes after it counts by its envelope alone, wherever it is read.
    house
        .append("a", 4, "opened 7 0 late\n")
        .await
        .expect("in effect");
    house
        .append("a", 5, "painted 3 0 somebody\n")
        .await
        .expect("in effect");
    for node in [&node, &other] {
        node.catches_up().await;
        let (state, version, _) = seen(node, "a");
        assert_eq!((state.free, version), (3, 5));
    }
}

#[tokio::test]
async fn of_two_decisions_about_one_stream_the_earlier_commit_counts_whatever_came_first() {
    let house = House::new();
    let node = house.node("one").await;
    let mut positions = Vec::new();
    for count in [1, 2, 4] {
        let opened = node.execute("a", &house.call(Command::Open(count))).await;
        positions.push(opened.expect("in effect").position);
    }
    house.skip(super::TOPIC, positions[2]).await;
    house.skip(super::TOPIC, positions[1]).await;
    let cut_at = Some(positions[1].get());
    let mut folded = node.context.positions();
    within(async {
        while seen(&node, "a").2 != cut_at {
            folded.changed().await.expect("it runs");
        }
    })
    .await;
    let other = house.node("two").await;
    assert_eq!(seen(&other, "a"), seen(&node, "a"));
    assert_eq!(seen(&node, "a").0.free, 1);
}

#[tokio::test]
async fn a_snapshot_made_before_the_decision_is_put_right() {
    let house = House::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let start = || house.start_with::<PlacesCodec, Totals>("one", Some(folder.path().to_owned()));
    let node = start();
    node.serves().await;
    effect(node.execute("a", &house.call(Command::Open(3))).await);
    let taken = node.execute("a", &house.call(Command::Take)).await;
    let taken = taken.expect("in effect").position;
    node.stop().await;

    house.skip(super::TOPIC, taken).await;
    let node = start();
    node.serves().await;
    let known_all_along = house.node("two").await;
    assert_eq!(seen(&node, "a"), seen(&known_all_along, "a"));
    assert_eq!(seen(&node, "a").0.free, 3);
    node.stop().await;

    let node = start();
    node.serves().await;
    assert_eq!(
        seen(&node, "a"),
        seen(&known_all_along, "a"),
        "kept in the next one"
    );
}

#[tokio::test]
async fn the_history_shows_where_something_was_skipped() {
    let house = House::new();
    let node = house.node("one").await;
    effect(node.execute("a", &house.call(Command::Open(3))).await);
    let taken = node.execute("a", &house.call(Command::Take)).await;
    let taken = taken.expect("in effect").position;
    effect(node.execute("a", &house.call(Command::Take)).await);
    house
        .append("a", 4, "painted 3 0 somebody\n")
        .await
        .expect("in effect");
    node.stops_serving().await;

    house.skip(super::TOPIC, taken).await;
    heard(&node, "a").await;
    node.serves_again().await;
    let history = node.context.history(&stream("a")).await;
    let history = history.expect("it can be read");
    let events: Vec<_> = history
        .iter()
        .map(|item| {
            item.recorded
                .as_ref()
                .map(|recorded| recorded.event.clone())
        })
        .collect();
    let expected = [Some(Event::Opened(3)), None, Some(Event::Taken), None];
    assert_eq!(events, expected);
    assert_eq!(history[1].position, taken);
}
