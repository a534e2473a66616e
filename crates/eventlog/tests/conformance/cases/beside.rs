use eventlog::{EventLog, LogError, Position};

use crate::child::Child;
use crate::world::{Node, World, commit, seen, within};

pub(crate) async fn a_second_process_hears_that_the_file_is_in_use(world: World) {
    let node = world.open().await;
    node.append("a", 1).await.expect("in effect");
    let other = Child::start("opener", &world);
    assert_eq!(other.line(), "in-use");
    let same_process = world.start("one").err();
    assert!(
        matches!(same_process, Some(LogError::InUse(_))),
        "{same_process:?}"
    );

    node.append("a", 2)
        .await
        .expect("the first one notices nothing");
    node.close();
    let other = Child::start("opener", &world);
    assert_eq!(other.line(), "opened", "a file that was closed is free");
}

pub(crate) async fn a_reader_beside_the_writer_sees_what_there_is_and_writes_nothing(world: World) {
    let node = world.open().await;
    node.fill("a", 1..=10).await;
    let beside = open_beside(&world);
    assert_eq!(seen(&beside.all().await), seen(&node.all().await));
    assert_eq!(beside.topic.log_id(), node.topic.log_id());
    let report = beside.topic.verify().await.expect("it can be read");
    assert_eq!(
        (report.commits, report.problem_count),
        (10, 0),
        "{:?}",
        report.problems
    );

    let refused = within(beside.topic.append(commit("a", 11))).await;
    assert!(matches!(refused, Err(LogError::Closed)), "{refused:?}");
    within(beside.topic.reset())
        .await
        .expect_err("nothing is written");

    node.fill("a", 11..=20).await;
    assert_eq!(
        open_beside(&world).versions("a").await,
        (1..=20).collect::<Vec<_>>()
    );
    drop(beside);
    // With no process to write it either.
    let end = node.topic.end();
    node.close();
    let alone = open_beside(&world);
    assert_eq!(alone.topic.end(), end);
    assert!(end > Position::START);
}

fn open_beside(world: &World) -> Node {
    let log = EventLog::open_read_only(&world.path("one")).expect("it can be read");
    let topic = log.topic(&world.topic).expect("the topic is there");
    Node { log, topic }
}
