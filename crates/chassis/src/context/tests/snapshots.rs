use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::Timestamp;
use eventlog::CommandId;

use super::places::{Totals, decoded};
use super::{Command, House, Places, PlacesCodec, Running, effect, repeat};
use crate::context::Folded;
use crate::context::outcomes::Outcome;
use crate::{Codec, DecodeError, Effect, Recorded};

/// Everything that a folded state holds, comparable.
#[derive(Debug, PartialEq)]
pub(super) struct Everything {
    position: u64,
    log_time: i64,
    slots: BTreeMap<String, (Places, String)>,
    outcomes: BTreeMap<CommandId, Outcome>,
    timers: Vec<String>,
    view: BTreeMap<String, u64>,
}

pub(super) fn everything<C: Codec<Aggregate = Places>>(folded: &Folded<C, Totals>) -> Everything {
    let slots = folded.slots().map(|(stream, slot)| {
        let changed = (slot.changed_at, slot.changed_time);
        let rest = (slot.version, changed, slot.erased, slot.skipped_at);
        (
            stream.to_string(),
            (slot.state.clone(), format!("{rest:?}")),
        )
    });
    let mut timers: Vec<String> = folded
        .slots()
        .flat_map(|(stream, slot)| slot.timers.iter().map(move |timer| (stream, timer)))
        .map(|(stream, timer)| format!("{stream} {timer:?}"))
        .collect();
    timers.sort_unstable();
    let due = folded.due.iter().map(|due| format!("{due:?}"));
    timers.extend(due);
    Everything {
        position: folded.position().get(),
        log_time: folded.log_time().as_millis(),
        slots: slots.collect(),
        outcomes: folded
            .outcomes
            .iter()
            .map(|(_, id, outcome)| (*id, outcome.clone()))
            .collect(),
        timers,
        view: folded
            .view
            .free
            .iter()
            .map(|(stream, free)| (stream.to_string(), *free))
            .collect(),
    }
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    fn snapshot(&self) -> PathBuf {
        self.0.path().join(format!("{}.snapshot", super::TOPIC))
    }
}

async fn start(house: &House, folder: &Path) -> Running<PlacesCodec, Totals> {
    let node = house.start_with("one", Some(folder.to_owned()));
    node.serves().await;
    node
}

/// A history with everything in it that a state can hold.
async fn live(house: &House, node: &Running<PlacesCodec, Totals>) {
    for number in 0..30_i64 {
        let name = format!("stream-{}", number % 5);
        let until = Timestamp::from_millis(house.now() + 3_600_000 + number);
        effect(node.execute(&name, &house.call(Command::Open(2))).await);
        effect(node.execute(&name, &house.call(Command::Take)).await);
        effect(node.execute(&name, &house.call(Command::Hold(until))).await);
        house.pass_time(1_000);
    }
    let refused = repeat(&house.call(Command::Take));
    node.execute("only refused", &refused)
        .await
        .expect_err("no place was ever opened");
    effect(
        node.execute("only unchanged", &repeat(&house.call(Command::Open(0))))
            .await,
    );
}

#[tokio::test]
async fn a_start_from_a_snapshot_and_the_tail_is_the_same_as_a_start_from_everything() {
    let (house, folder) = (House::new(), Folder::new());
    let node = start(&house, &folder.path()).await;
    live(&house, &node).await;
    let remembered = house.call(Command::Open(1));
    effect(node.execute("stream-1", &remembered).await);
    node.stop().await;
    assert!(folder.snapshot().exists(), "a node that stops leaves one");

    let elsewhere = house.node("two").await;
    live(&house, &elsewhere).await;
    elsewhere.stop().await;

    let before = decoded();
    let from_snapshot = start(&house, &folder.path()).await;
    let between = decoded();
    let from_everything = house.node("three").await;
    let read = [between - before, decoded() - between];
    assert!(read[0] < read[1], "{read:?}: the snapshot was read");
    assert_eq!(
        everything(&from_snapshot.context.read()),
        everything(&from_everything.context.read())
    );

    let again = from_snapshot
        .execute("stream-1", &repeat(&remembered))
        .await;
    assert_eq!(effect(again), Effect::Remembered, "outcomes belong to it");
    house.pass_time(2 * 3_600_000);
    from_snapshot
        .folds("stream-0", |state| state.holds.is_empty())
        .await;
}

/// The same content in a layout of another name.
struct NewerCodec;

impl Codec for NewerCodec {
    type Aggregate = Places;
    const FORMAT: &'static str = "places-2";

    fn encode(events: &[Recorded<super::Event>]) -> Vec<u8> {
        PlacesCodec::encode(events)
    }

    fn decode(body: &[u8]) -> Result<Vec<Recorded<super::Event>>, DecodeError> {
        PlacesCodec::decode(body)
    }

    fn encode_state(state: &Places) -> Vec<u8> {
        PlacesCodec::encode_state(state)
    }

    fn decode_state(bytes: &[u8]) -> Result<Places, DecodeError> {
        PlacesCodec::decode_state(bytes)
    }
}

/// The node starts without the snapshot, and knows everything all the same.
async fn assert_dropped<C: Codec<Aggregate = Places>>(house: &House, folder: &Folder) {
    let before = decoded();
    let node: Running<C, Totals> = house.start_with("one", Some(folder.path()));
    node.serves().await;
    let between = decoded();
    let whole = house.node("two").await;
    let read = [between - before, decoded() - between];
    assert_eq!(read[0], read[1], "everything was folded again");
    assert_eq!(
        everything(&node.context.read()),
        everything(&whole.context.read())
    );
    assert!(!folder.snapshot().exists(), "it was dropped");
    whole.stop().await;
    node.stop().await;
    assert!(
        folder.snapshot().exists() || house.topic().end().get() == 0,
        "and made anew"
    );
}

async fn house_with_a_snapshot(folder: &Folder) -> House {
    let house = House::new();
    let node = start(&house, &folder.path()).await;
    live(&house, &node).await;
    node.stop().await;
    house
}

#[tokio::test]
async fn a_snapshot_of_another_format_is_dropped() {
    let folder = Folder::new();
    let house = house_with_a_snapshot(&folder).await;
    assert_dropped::<NewerCodec>(&house, &folder).await;
    assert_dropped::<PlacesCodec>(&house, &folder).await;
}

#[tokio::test]
async fn a_snapshot_of_another_log_is_dropped() {
    let folder = Folder::new();
    house_with_a_snapshot(&folder).await;
    let other = House::new();
    let node = other.node("filler").await;
    live(&other, &node).await;
    assert_dropped::<PlacesCodec>(&other, &folder).await;

    super::within(other.topic().reset())
        .await
        .expect("it is written");
    assert_dropped::<PlacesCodec>(&other, &folder).await;
}

/// Opens places on a node, then stops it and closes the log.
async fn open_places(house: &House, node: Running<PlacesCodec, Totals>, count: u64) {
    effect(node.execute("a", &house.call(Command::Open(count))).await);
    node.stop().await;
    house.log.close();
}

#[tokio::test]
async fn a_snapshot_that_the_log_does_not_confirm_is_dropped() {
    let folder = Folder::new();
    let [log, backup] = ["log.db", "backup.db"].map(|name| folder.path().join(name));
    let house = House::on_file(&log);
    open_places(&house, house.node("filler").await, 1).await;
    drop(house);
    std::fs::copy(&log, &backup).expect("it can be copied");

    let house = House::on_file(&log);
    open_places(&house, start(&house, &folder.path()).await, 2).await;
    drop(house);
    std::fs::copy(&backup, &log).expect("it can be copied");

    let house = House::on_file(&log);
    assert_dropped::<PlacesCodec>(&house, &folder).await;
    // Nor does it when it has grown past it with another history.
    open_places(&house, start(&house, &folder.path()).await, 3).await;
    drop(house);
    std::fs::copy(&backup, &log).expect("it can be copied");
    let house = House::on_file(&log);
    let filler = house.node("filler").await;
    effect(filler.execute("a", &house.call(Command::Open(4))).await);
    assert_dropped::<PlacesCodec>(&house, &folder).await;
}

#[tokio::test]
async fn a_damaged_snapshot_is_dropped() {
    let folder = Folder::new();
    let house = house_with_a_snapshot(&folder).await;
    let whole = std::fs::read(folder.snapshot()).expect("the snapshot");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 0x20;
    for damaged in [
        &flipped[..],
        &whole[..whole.len() / 2],
        &whole[..5],
        b"",
        b"a letter to somebody",
    ] {
        std::fs::write(folder.snapshot(), damaged).expect("it can be written");
        assert_dropped::<PlacesCodec>(&house, &folder).await;
    }
}
