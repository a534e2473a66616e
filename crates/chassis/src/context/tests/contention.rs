use std::collections::BTreeSet;
use std::sync::Arc;

use eventlog::{CommandId, Noted};

use super::{Command, House, effect, repeat, stream};
use crate::ExecuteError;

const WRITERS: usize = 32;
const EACH: usize = 20;
const STREAMS: [&str; 3] = ["x", "y", "z"];
const PLACES: u64 = 150;

/// What became of one writer's commands: those that were granted.
async fn take_places(
    house: Arc<House>,
    nodes: Arc<[super::Running<super::PlacesCodec, super::Totals>; 2]>,
    writer: usize,
) -> Vec<(usize, CommandId)> {
    let mut granted = Vec::new();
    for round in 0..EACH {
        let which = (writer + round) % STREAMS.len();
        let mut call = house.call(Command::Take);
        let mut node = writer % 2;
        loop {
            match nodes[node].execute(STREAMS[which], &call).await {
                Ok(_) => {
                    granted.push((which, call.id));
                    break;
                }
                Err(ExecuteError::Refused { .. }) => break,
                // As a client does: the same id, on whichever node answers.
                Err(ExecuteError::Contended | ExecuteError::Unknown(_)) => {
                    call = repeat(&call);
                    node = 1 - node;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    granted
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_with_32_writers_lose_nothing_and_grant_nothing_twice() {
    let house = Arc::new(House::new());
    let nodes = Arc::new([house.node("one").await, house.node("two").await]);
    for name in STREAMS {
        effect(
            nodes[0]
                .execute(name, &house.call(Command::Open(PLACES)))
                .await,
        );
    }
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        writers.push(tokio::spawn(take_places(
            Arc::clone(&house),
            Arc::clone(&nodes),
            writer,
        )));
    }
    let mut granted = BTreeSet::new();
    for writer in writers {
        for one in writer.await.expect("it ends") {
            assert!(granted.insert(one), "granted twice");
        }
    }
    let asked = (WRITERS * EACH) as u64;
    let expected = asked.min(PLACES * STREAMS.len() as u64);
    assert_eq!(
        granted.len() as u64,
        expected,
        "exactly as many as there were places"
    );

    let mut in_the_log = BTreeSet::new();
    for (which, name) in STREAMS.iter().enumerate() {
        let history = house
            .topic()
            .read(&stream(name))
            .await
            .expect("it can be read");
        for note in history.iter().skip(1).flat_map(|commit| &commit.commands) {
            if note.noted == Noted::Taken {
                assert!(in_the_log.insert((which, note.id)), "it took effect twice");
            }
        }
    }
    assert_eq!(
        in_the_log, granted,
        "what was acknowledged is what there is"
    );
    for name in STREAMS {
        for node in &*nodes {
            node.catches_up().await;
        }
        assert_eq!(nodes[0].state(name), nodes[1].state(name));
        assert_eq!(nodes[0].state(name).expect("it is there").free, 0);
    }
    assert!(
        house.topic().void_count() > 0,
        "they were in each other's way"
    );
}
