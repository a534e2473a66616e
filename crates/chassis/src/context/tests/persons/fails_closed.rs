use super::*;
use crate::ExecuteError;

#[tokio::test]
async fn nobody_is_read_while_it_is_not_known_how_the_ledger_ends() {
    let disk = Disk::new();
    let region = disk.opened();
    let node = region.node("one").await;
    region.live(&node, "a").await;
    region.ledger.close();
    let reason = node.stops_serving().await;
    assert!(
        reason.contains("not known how the erasure ledger ends"),
        "{reason}"
    );
    let unread = within(node.context.at_least(&[])).await;
    assert!(unread.is_err(), "no read is answered");
    let unread = within(node.context.history(&stream("a"))).await;
    assert!(unread.is_err(), "no history is read");
    let refused = node.execute("a", &region.call(Command::Take)).await;
    assert!(
        matches!(refused, Err(ExecuteError::NotServing(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_ledger_of_somebody_else_stops_every_read() {
    let disk = Disk::new();
    let region = disk.opened();
    let node = region.node("one").await;
    region.live(&node, "a").await;
    let ledger = region.ledger.topic(LEDGER).expect("the topic");
    let forged = NewCommit {
        stream: stream("erasures"),
        version: Version::new(1),
        attempt: AttemptId::new_v7(),
        commands: Vec::new(),
        body: bytes::Bytes::from_static(b"somebody's line"),
    };
    within(ledger.append(forged))
        .await
        .expect("the log takes bytes");
    let reason = node.stops_serving().await;
    assert!(
        reason.contains("does not hold together at position 1"),
        "{reason}"
    );
    // Nor does a node that starts.
    let other: Persons = region.start("two");
    assert_eq!(other.stops_serving().await, reason);
}
