use pseudonym::vault::Quarter;

use super::*;
use crate::ReadError;
use crate::context::tests::{refusal, snapshots::everything};
use crate::erasure::Subject;

#[tokio::test]
async fn who_is_erased_is_gone_at_once_and_takes_no_commands_and_no_timers() {
    let disk = Disk::new();
    let region = disk.opened();
    let (node, other) = (region.node("one").await, region.node("two").await);
    let until = region.live(&node, "a").await;
    region.live(&node, "b").await;
    let moment = region.now();
    region.pass_time(10_000);
    let before = within(node.context.as_of(Timestamp::from_millis(moment))).await;
    let before = before.expect("it can be folded");
    assert_eq!(
        before.get(&stream("a")).expect("it is there").state.taken,
        1
    );

    node.erase("a").await.expect("it is erased");
    node.shows_nothing_of("a").await;
    let refused = node.execute("a", &region.call(Command::Open(1))).await;
    assert_eq!(refusal(&refused), "erased");
    assert_eq!(node.history("a").await, 0, "no event is read");
    let past = within(node.context.as_of(Timestamp::from_millis(moment))).await;
    let past = past.expect("it can be folded");
    assert_eq!(past.position(), before.position());
    assert!(past.get(&stream("a")).expect("its place is kept").erased);
    assert_eq!(
        past.get(&stream("a")).expect("its place is kept").state,
        Places::default()
    );
    assert_eq!(past.view.free.get(&stream("a")), None);
    assert_eq!(
        past.get(&stream("b")).expect("it is there").state.taken,
        1,
        "b is as it was"
    );

    // On the other node as soon as it has read the ledger.
    other.folds("a", |state| *state == Places::default()).await;
    other.shows_nothing_of("a").await;

    // Its timer would have come before this one.
    let later = Timestamp::from_millis(until.as_millis() + 1);
    effect(node.execute("b", &region.call(Command::Hold(later))).await);
    region.pass_time(3_600_000 + 20_000);
    node.folds("b", |state| state.holds.is_empty()).await;
    let commits = region
        .topic()
        .read(&stream("a"))
        .await
        .expect("it can be read")
        .len();
    assert_eq!(
        commits, 3,
        "its commits keep their places, and none was added"
    );
}

#[tokio::test]
async fn who_is_erased_stays_so_after_a_restart_and_without_any_snapshot() {
    let disk = Disk::new();
    let region = disk.opened();
    let node = region.node("one").await;
    region.live(&node, "a").await;
    region.live(&node, "b").await;
    // A snapshot that still has the entry.
    node.stop().await;
    let node = region.node("one").await;
    node.erase("a").await.expect("it is erased");
    let expected = everything(&node.context.read());
    let snapshot = region.snapshots.join("one/demo.places.snapshot");
    let old_snapshot = fs::read(&snapshot).expect("it is there");
    node.stop().await;
    region.close();

    fs::write(&snapshot, old_snapshot).expect("it can be put back");
    for _ in 0..2 {
        let region = disk.opened();
        let node = region.node("one").await;
        node.shows_nothing_of("a").await;
        assert_eq!(everything(&node.context.read()), expected);
        node.stop().await;
        region.close();
        disk.delete_snapshots();
    }
}

#[tokio::test]
async fn an_older_copy_of_the_log_does_not_bring_anybody_back() {
    let disk = Disk::new();
    let region = disk.opened();
    let node = region.node("one").await;
    region.live(&node, "a").await;
    node.stop().await;
    region.close();
    let older = fs::read(disk.path("log.db")).expect("it is there");

    let region = disk.opened();
    let node = region.node("one").await;
    region.live(&node, "b").await;
    node.erase("a").await.expect("it is erased");
    node.stop().await;
    region.close();

    disk.delete_snapshots();
    fs::write(disk.path("log.db"), older).expect("it is restored");
    let region = disk.opened();
    let node = region.node("one").await;
    assert_eq!(node.state("b"), None, "the log is the older one");
    node.shows_nothing_of("a").await;
    assert_eq!(
        refusal(&node.execute("a", &region.call(Command::Take)).await),
        "erased"
    );
}

#[tokio::test]
async fn a_commit_that_comes_after_the_erasure_counts_by_its_envelope_alone() {
    let disk = Disk::new();
    let region = disk.opened();
    let (node, other) = (region.node("one").await, region.node("two").await);
    region.live(&node, "a").await;
    other.catches_up().await;
    // Decided and sealed by one node, and not in the log yet, when the other erases.
    let bodies = bodies(&node);
    let mut late = NewCommit {
        stream: stream("a"),
        version: Version::new(4),
        attempt: AttemptId::new_v7(),
        commands: Vec::new(),
        body: bytes::Bytes::new(),
    };
    let kid = kid_of(&node, "a");
    let clear = Clear::of(b"taken 0 0 somebody\n", b"");
    bodies
        .seal(&mut late, clear, (Some(kid), node.node.clock.now()))
        .expect("it is sealed");
    other.erase("a").await.expect("it is erased");
    within(region.topic().append(late))
        .await
        .expect("it is in effect");
    for node in [&node, &other] {
        node.catches_up().await;
        node.shows_nothing_of("a").await;
        let folded = node.context.read();
        let slot = folded.get(&stream("a")).expect("its place is kept");
        assert_eq!(slot.version.get(), 4, "it took its version");
    }
}

#[tokio::test]
async fn an_erasure_that_is_repeated_changes_nothing_and_of_nothing_there_is_none() {
    let disk = Disk::new();
    let region = disk.opened();
    let node = region.node("one").await;
    region.live(&node, "a").await;
    node.erase("a").await.expect("it is erased");
    node.erase("a").await.expect("it is erased already");
    let ledger = region.ledger.topic(LEDGER).expect("the topic");
    assert_eq!(ledger.end().get(), 1, "one line");
    assert!(matches!(
        node.erase("nobody").await,
        Err(EraseError::NothingThere)
    ));
}

#[tokio::test]
async fn two_nodes_that_erase_at_once_make_one_chain() {
    let disk = Disk::new();
    let region = disk.opened();
    let (one, two) = (region.node("one").await, region.node("two").await);
    let names: Vec<_> = (0..8).map(|number| format!("entry-{number}")).collect();
    for name in &names {
        region.live(&one, name).await;
    }
    two.catches_up().await;
    let (even, odd): (Vec<_>, Vec<_>) = names
        .iter()
        .partition(|name| name.ends_with(['0', '2', '4', '6']));
    let erase = async |node: &Persons, names: Vec<&String>| {
        for name in names {
            node.erase(name).await.expect("it is erased");
        }
    };
    tokio::join!(erase(&one, even), erase(&two, odd));
    one.node.shutdown.cancel();
    let third = region.node("three").await;
    for name in &names {
        third.shows_nothing_of(name).await;
    }
    let status = third.context.at_least(&[]).await;
    assert!(
        !matches!(status, Err(ReadError::NotServing(_))),
        "the chain holds together"
    );
}

#[tokio::test]
async fn the_end_of_a_retention_erases_the_quarter_and_nothing_else() {
    let disk = Disk::new();
    let region = disk.opened();
    let node = region.node("one").await;
    let quarter = Quarter::of_millis(region.now());
    region.live(&node, "old").await;
    region.pass_time(100 * 24 * 3_600_000);
    node.folds("old", |state| state.holds.is_empty()).await;
    region.live(&node, "new").await;
    let keyring = node.node.keyring.clone().expect("it has one");
    let now = node.node.clock.now();
    let subject = [Subject::Quarter(quarter)];
    let erased = within(keyring.erase(&subject, Ground::Retention, now)).await;
    erased.expect("it is erased");
    drop(keyring);
    node.folds("old", |state| *state == Places::default()).await;
    node.stop().await;
    region.close();

    disk.delete_snapshots();
    let region = disk.opened();
    region.pass_time(100 * 24 * 3_600_000);
    let node = region.node("one").await;
    node.shows_nothing_of("old").await;
    assert_eq!(node.state("new").expect("it is there").taken, 1);
    effect(node.execute("other", &region.call(Command::Open(1))).await);
}

#[tokio::test]
async fn a_node_that_has_not_read_everything_does_not_say_that_there_is_nothing_to_erase() {
    let disk = Disk::new();
    let region = disk.opened();
    let node = region.node("one").await;
    region.live(&node, "a").await;
    let starting: Persons = region.start("two");
    let answer = starting.erase("a").await;
    assert!(matches!(answer, Err(EraseError::NotNow(_))), "{answer:?}");
    starting.serves().await;
    starting.erase("a").await.expect("it is erased");
}
