use bytes::Bytes;
use eventlog::{LogError, NewCommit, Position};

use crate::world::{World, commit, seen, within};

pub(crate) async fn only_the_version_after_the_head_takes_effect(world: World) {
    let node = world.open().await;
    let expected = [
        (0, false),
        (2, false),
        (u64::MAX, false),
        (1, true),
        (1, false),
        (3, false),
        (2, true),
        (3, true),
        (2, false),
    ];
    for (version, effective) in expected {
        let result = node.append("a", version).await;
        match result {
            Ok(_) => assert!(effective, "version {version} took effect"),
            Err(LogError::Void { .. }) => assert!(!effective, "version {version} is void"),
            Err(error) => panic!("version {version}: {error}"),
        }
    }
    assert_eq!(node.versions("a").await, [1, 2, 3]);
    let report = node.topic.verify().await.expect("it can be read");
    assert_eq!(
        (report.commits, report.problem_count),
        (3, 0),
        "{:?}",
        report.problems
    );
}

pub(crate) async fn of_two_writers_exactly_one_takes_a_version(world: World) {
    let (one, two) = world.open_two().await;
    for version in 1..=100 {
        match tokio::join!(one.append("a", version), two.append("a", version)) {
            (Ok(_), Err(LogError::Void { at })) | (Err(LogError::Void { at }), Ok(_)) => {
                assert!(
                    at > Position::START,
                    "who was slower knows from where to decide again"
                );
            }
            other => panic!("version {version}: {other:?}"),
        }
    }
    two.catches_up_with(&one).await;
    one.catches_up_with(&two).await;
    assert_eq!(one.versions("a").await, (1..=100).collect::<Vec<_>>());
    assert_eq!(seen(&one.all().await), seen(&two.all().await));
}

pub(crate) async fn a_commit_sent_twice_takes_effect_once(world: World) {
    let node = world.open().await;
    let sent = commit("a", 1);
    within(node.topic.append(sent.clone()))
        .await
        .expect("in effect");
    let again = within(node.topic.append(sent)).await;
    assert!(matches!(again, Err(LogError::Void { .. })), "{again:?}");
    assert_eq!(node.versions("a").await, [1]);
}

pub(crate) async fn void_commits_are_invisible_and_counted(world: World) {
    let node = world.open().await;
    let mut subscription = node.topic.subscribe(Position::START);
    for version in [1, 1, 7, 2, 2] {
        let result = node.append("a", version).await;
        assert!(
            matches!(result, Ok(_) | Err(LogError::Void { .. })),
            "{result:?}"
        );
    }
    let last = node.append("b", 1).await.expect("in effect");
    let taken = crate::world::take_until(&mut subscription, last).await;
    let versions: Vec<_> = taken
        .iter()
        .map(|c| (c.stream.as_str(), c.version.get()))
        .collect();
    assert_eq!(versions, [("a", 1), ("a", 2), ("b", 1)]);
    assert_eq!(node.versions("a").await, [1, 2]);
    assert_eq!(node.topic.void_count(), 3);
}

pub(crate) async fn a_commit_that_is_too_large_has_no_effect(world: World) {
    let node = world.open().await;
    let large = NewCommit {
        body: Bytes::from(vec![b'x'; 1_000_001]),
        ..commit("a", 1)
    };
    let refused = within(node.topic.append(large)).await;
    assert!(
        matches!(refused, Err(LogError::TooLarge { bytes }) if bytes > 1_000_000),
        "{refused:?}"
    );
    let fits = NewCommit {
        body: Bytes::from(vec![b'x'; 900_000]),
        ..commit("a", 1)
    };
    within(node.topic.append(fits)).await.expect("in effect");
    assert_eq!(node.versions("a").await, [1]);
    assert_eq!(node.topic.void_count(), 0);
}
