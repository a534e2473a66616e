use eventlog::{LogError, Position};

use crate::world::{World, seen, stream_id};

pub(crate) async fn commits_come_in_the_order_of_their_positions(world: World) {
    let node = world.open().await;
    let mut acknowledged = Vec::new();
    for version in 1..=20 {
        for stream in ["a", "b", "c"] {
            let position = node.append(stream, version).await.expect("in effect");
            acknowledged.push((position, stream.to_owned(), version));
        }
    }
    assert!(acknowledged.is_sorted_by(|one, next| one.0 < next.0));

    let all = seen(&node.all().await);
    let read: Vec<_> = all
        .into_iter()
        .map(|(at, stream, version, _)| (at, stream, version))
        .collect();
    assert_eq!(read, acknowledged);
    assert_eq!(
        Some(node.topic.end()),
        acknowledged.last().map(|(position, ..)| *position)
    );

    let last = node.topic.last_position().await.expect("it is known");
    assert!(last >= node.topic.end(), "{last}");

    let middle = acknowledged[30].0;
    let found = node
        .topic
        .commit(middle)
        .await
        .expect("it can be read")
        .expect("it is there");
    assert_eq!(
        (found.position, found.stream.as_str()),
        (middle, acknowledged[30].1.as_str())
    );
    let page = node.topic.page(middle, 5).await.expect("it can be read");
    assert!(
        page.iter()
            .map(|commit| commit.position)
            .eq(acknowledged[31..36].iter().map(|c| c.0))
    );
    let beyond = Position::new(node.topic.end().get() + 1);
    assert!(
        node.topic
            .commit(beyond)
            .await
            .expect("it can be read")
            .is_none()
    );
}

pub(crate) async fn two_readers_see_the_same_order(world: World) {
    let (one, two) = world.open_two().await;
    let (mine, theirs) = (one.clone(), two.clone());
    let first = tokio::spawn(async move { mine.fill("a", 1..=100).await });
    let second = tokio::spawn(async move { theirs.fill("b", 1..=100).await });
    first.await.expect("all in effect");
    second.await.expect("all in effect");
    one.catches_up_with(&two).await;
    two.catches_up_with(&one).await;
    let order = seen(&one.all().await);
    assert_eq!(order.len(), 200);
    assert_eq!(order, seen(&two.all().await));
}

pub(crate) async fn a_stream_reads_oldest_first(world: World) {
    let node = world.open().await;
    for version in 1..=10 {
        node.append("a", version).await.expect("in effect");
        node.append("b", version).await.expect("in effect");
    }
    let history = node
        .topic
        .read(&stream_id("a"))
        .await
        .expect("it can be read");
    let versions: Vec<_> = history.iter().map(|commit| commit.version.get()).collect();
    assert_eq!(versions, (1..=10).collect::<Vec<_>>());
    for commit in &history {
        assert_eq!(commit.body, format!("version {} of a", commit.version));
    }
    let none = node
        .topic
        .read(&stream_id("never written"))
        .await
        .expect("it can be read");
    assert!(none.is_empty());
}

pub(crate) async fn a_topic_that_was_not_opened_is_unknown(world: World) {
    let node = world.open().await;
    assert_eq!(node.log.topic_names(), std::slice::from_ref(&world.topic));
    let unknown = node.log.topic("somebody.elses").err();
    assert!(matches!(unknown, Some(LogError::UnknownTopic(name)) if name == "somebody.elses"));
}
