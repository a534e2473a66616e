use std::fs::{self, File, OpenOptions};

use eventlog::{EventLog, LogError, Position};

use super::{closed_log, copy_as_after_a_kill};
use crate::world::{World, commit, stream_id, within};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_record_is_named_with_its_position_and_never_handed_out() {
    let world = World::on_disk().await;
    let node = world.open().await;
    node.fill("a", 1..=20).await;
    node.fill("b", 1..=3).await;
    node.close();
    flip_a_bit_in(&world, b"version 13 of a");

    let node = world.open().await;
    let damaged = node.topic.read(&stream_id("a")).await;
    assert!(is_damaged_at(damaged.as_ref().err(), 13), "{damaged:?}");
    let damaged = within(node.topic.subscribe(Position::new(5)).next()).await;
    assert!(is_damaged_at(damaged.as_ref().err(), 13), "{damaged:?}");
    let report = node.topic.verify().await.expect("the rest can be read");
    assert_eq!(report.commits, 22);
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.contains("position 13")),
        "{:?}",
        report.problems
    );

    assert_eq!(
        node.versions("b").await,
        [1, 2, 3],
        "other streams are not touched"
    );
    node.append("b", 4).await.expect("in effect");
    let behind = within(node.topic.subscribe(Position::new(13)).next()).await;
    assert_eq!(behind.expect("what comes after can be read").len(), 11);
}

fn is_damaged_at(error: Option<&LogError>, wanted: u64) -> bool {
    matches!(error, Some(LogError::Damaged { position, .. }) if position.get() == wanted)
}

/// In the file itself, behind SQLite's back.
fn flip_a_bit_in(world: &World, content: &[u8]) {
    let path = world.path("one");
    let mut bytes = fs::read(&path).expect("the file");
    let at: Vec<_> = (0..bytes.len() - content.len())
        .filter(|at| bytes[*at..].starts_with(content))
        .collect();
    let [at] = at[..] else {
        panic!("{} places hold it", at.len());
    };
    bytes[at + 3] ^= 0x08;
    fs::write(&path, bytes).expect("it can be written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_was_cut_short_is_refused_and_left_as_it_is() {
    let world = World::on_disk().await;
    closed_log(&world).await;
    let path = world.path("one");
    let whole = fs::metadata(&path).expect("the file").len();
    assert!(whole > 20 * 4_096, "{whole} bytes");
    for length in [
        whole - 1,
        whole - 4_096,
        whole / 2,
        4_096,
        4_095,
        100,
        10,
        0,
    ] {
        let file = OpenOptions::new()
            .write(true)
            .open(&path)
            .expect("the file");
        file.set_len(length).expect("it can be cut");
        let refused = world.start("one").err();
        assert!(
            matches!(&refused, Some(LogError::NotALog(why)) if !why.is_empty()),
            "{length} bytes: {refused:?}"
        );
        assert_eq!(
            fs::metadata(&path).expect("the file").len(),
            length,
            "nothing was mended"
        );
    }
    fs::remove_file(&path).expect("it can be deleted");
    world
        .open()
        .await
        .append("a", 1)
        .await
        .expect("who deletes it begins anew");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_was_cut_short_after_a_kill_is_refused_and_an_uncut_one_is_not() {
    let (world, killed) = (World::on_disk().await, World::on_disk().await);
    closed_log(&world).await;
    let node = world.open_as("one").await;
    node.fill("later", 1..=20).await;
    let (from, to) = (world.path("one"), killed.path("one"));
    copy_as_after_a_kill(&from, &to);
    let names = [&*world.topic];
    let log = EventLog::open(&to, &names).expect("a kill does no harm");
    let topic = log.topic(names[0]).expect("the topic is there");
    assert_eq!(topic.end(), node.topic.end());
    log.close();
    drop((topic, log));

    copy_as_after_a_kill(&from, &to);
    let length = fs::metadata(&to).expect("the file").len();
    let file = OpenOptions::new().write(true).open(&to).expect("the file");
    file.set_len(length / 2).expect("it can be cut");
    let refused = EventLog::open(&to, &names).err();
    assert!(matches!(refused, Some(LogError::NotALog(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_elses_file_is_refused_and_left_as_it_is() {
    let world = World::on_disk().await;
    let path = world.path("one");
    fs::write(
        &path,
        "a letter to somebody, longer than the head of a file of ours would be".repeat(20),
    )
    .expect("it can be written");
    assert_refused_and_left(&world, "not a database");

    fs::remove_file(&path).expect("it can be deleted");
    let other = rusqlite::Connection::open(&path).expect("another database");
    other
        .execute_batch("CREATE TABLE addresses (name TEXT)")
        .expect("a table");
    drop(other);
    assert_refused_and_left(&world, "not a log of doorstroom");

    fs::remove_file(&path).expect("it can be deleted");
    world.open().await.close();
    let newer = rusqlite::Connection::open(&path).expect("the log");
    newer
        .pragma_update(None, "user_version", 2)
        .expect("it can be written");
    drop(newer);
    assert_refused_and_left(&world, "has format 2");
}

fn assert_refused_and_left(world: &World, why: &str) {
    let path = world.path("one");
    let before = fs::read(&path).expect("the file");
    let refused = world.start("one").err();
    assert!(
        matches!(&refused, Some(LogError::NotALog(reason)) if reason.contains(why)),
        "{refused:?}"
    );
    assert_eq!(fs::read(&path).expect("the file"), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_not_there_is_made_and_one_to_be_read_is_not() {
    let world = World::on_disk().await;
    let path = world.path("one");
    EventLog::open_read_only(&path)
        .err()
        .expect("there is nothing to read");
    File::open(&path).expect_err("nothing was made");
    let node = world.open().await;
    within(node.topic.append(commit("a", 1)))
        .await
        .expect("in effect");
}
