use std::collections::BTreeMap;

use eventlog::{LogError, Position};

use crate::child::{Acknowledged, Child};
use crate::world::{World, commit, stream_id, within};

pub(crate) async fn what_was_acknowledged_is_there_after_a_kill(world: World) {
    // Three times over one file: a kill may hit the taking in of what the kill before it left behind.
    let mut acknowledged = Vec::new();
    for _ in 0..3 {
        let child = Child::start("writer", &world);
        let mut said = child.acknowledged(200);
        said.extend(child.kill());
        acknowledged.extend(said.iter().filter_map(|line| Acknowledged::parse(line)));
    }
    assert!(acknowledged.len() >= 600);

    let node = world.open().await;
    let there: BTreeMap<Position, _> = node
        .all()
        .await
        .into_iter()
        .map(|commit| (commit.position, commit))
        .collect();
    for said in &acknowledged {
        let found = there
            .get(&said.position)
            .unwrap_or_else(|| panic!("{said:?} is lost"));
        assert_eq!(
            (found.stream.as_str(), found.version.get()),
            (&*said.stream, said.version)
        );
    }
    let report = node.topic.verify().await.expect("it can be read");
    assert_eq!(report.problem_count, 0, "{:?}", report.problems);
    let next = node.versions("writer-1").await.len() as u64 + 1;
    node.append("writer-1", next).await.expect("it goes on");
}

pub(crate) async fn ten_thousand_appends_at_once_are_all_durable(world: World) {
    let node = world.open().await;
    let names: Vec<_> = (0..10_000)
        .map(|number| format!("stream-{number}"))
        .collect();
    let commits = names.iter().map(|name| commit(name, 1)).collect();
    let results = node.append_all(commits).await;
    let positions: BTreeMap<Position, &String> = results
        .into_iter()
        .zip(&names)
        .map(|(result, name)| (result.expect("in effect"), name))
        .collect();
    assert_eq!(positions.len(), 10_000, "no two have the same position");

    let node = world.reopen(node).await;
    let all = node.all().await;
    assert!(
        all.iter()
            .map(|c| (c.position, c.stream.as_str()))
            .eq(positions
                .iter()
                .map(|(position, name)| (*position, name.as_str())))
    );
}

pub(crate) async fn after_a_restart_streams_go_on_from_their_heads(world: World) {
    let node = world.open().await;
    node.fill("a", 1..=3).await;
    node.fill("b", 1..=5).await;
    let end = node.topic.end();

    let node = world.reopen(node).await;
    assert_eq!(node.topic.end(), end);
    for (stream, version) in [("a", 3), ("a", 5), ("b", 1), ("b", 5), ("c", 2)] {
        let result = node.append(stream, version).await;
        assert!(
            matches!(result, Err(LogError::Void { .. })),
            "{stream} {version}: {result:?}"
        );
    }
    for (stream, version) in [("a", 4), ("b", 6), ("c", 1)] {
        let position = node.append(stream, version).await.expect("in effect");
        assert!(position > end, "{stream} {version} at {position}");
    }
    assert_eq!(node.versions("a").await, [1, 2, 3, 4]);
    assert_eq!(
        node.topic
            .read(&stream_id("b"))
            .await
            .expect("it can be read")
            .len(),
        6
    );
}

pub(crate) async fn who_cancels_an_append_changes_nothing(world: World) {
    let node = world.open().await;
    for version in 1..=20 {
        // Polled once, so that it is under way, then dropped.
        tokio::select! {
            biased;
            _ = node.topic.append(commit("cancelled", version)) => {}
            () = std::future::ready(()) => {}
        }
        node.append("other", version)
            .await
            .expect("others notice nothing");
    }
    node.fill("cancelled", 21..=21).await;
    assert_eq!(
        node.versions("cancelled").await,
        (1..=21).collect::<Vec<_>>()
    );
    assert_eq!(node.topic.void_count(), 0);
}

pub(crate) async fn a_closed_log_refuses_and_answers_everybody(world: World) {
    let node = world.open().await;
    let (mine, closing) = (node.clone(), node.log.clone());
    let commits = (0..500)
        .map(|number| commit(&format!("stream-{number}"), 1))
        .collect();
    let results = tokio::spawn(async move { mine.append_all(commits).await });
    tokio::task::spawn_blocking(move || closing.close())
        .await
        .expect("it closes");
    for result in results.await.expect("everybody is answered") {
        let answered = matches!(
            &result,
            Ok(_) | Err(LogError::Closed | LogError::Unavailable(_))
        );
        assert!(answered, "{result:?}");
    }
    let late = within(node.topic.append(commit("late", 1))).await;
    assert!(matches!(late, Err(LogError::Closed)), "{late:?}");
}
