//! Past states: what could be seen at a moment, folded from a checkpoint or from the beginning.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::Timestamp;
use eventlog::Position;
use proptest::prelude::*;
use tempfile::TempDir;

use super::places::Totals;
use super::snapshots::{Everything, everything};
use super::{Command, House, Places, PlacesCodec, Running, effect, stream, within};
use crate::context::Folded;
use crate::context::bodies::Bodies;
use crate::{Codec, DecodeError, Recorded, View};

type Node<C = PlacesCodec> = Running<C, Totals>;

impl<C: Codec, V: View<C::Aggregate>> Running<C, V> {
    async fn as_of(&self, millis: i64) -> Arc<Folded<C, V>> {
        let past = self.context.as_of(Timestamp::from_millis(millis));
        within(past).await.expect("it can be folded")
    }
}

impl<C: Codec<Aggregate = Places>> Running<C, Totals> {
    async fn everything_at(&self, millis: i64) -> Everything {
        everything(self.as_of(millis).await.as_ref())
    }
}

async fn start<C: Codec<Aggregate = Places>>(house: &House, folder: &TempDir) -> Node<C> {
    let node = house.start_with("one", Some(folder.path().to_owned()));
    node.serves().await;
    node
}

/// Some history; a node that stops leaves a checkpoint.
async fn live(house: &House, node: &Node, count: u64) {
    for number in 0..count {
        let name = format!("stream-{}", number % 3);
        effect(
            node.execute(&name, &house.call(Command::Open(number + 1)))
                .await,
        );
        house.pass_time(1_000);
    }
}

/// A house with two stretches of history and a checkpoint between them; the moments of the checkpoint and of the
/// end.
async fn house_with_a_checkpoint(folder: &TempDir) -> (House, i64, i64) {
    let house = House::new();
    let node = start::<PlacesCodec>(&house, folder).await;
    live(&house, &node, 12).await;
    node.stop().await;
    let checkpoint = house.now();
    let node = start::<PlacesCodec>(&house, folder).await;
    live(&house, &node, 5).await;
    node.stop().await;
    let end = house.now();
    house.pass_time(10_000);
    (house, checkpoint, end)
}

fn checkpoints(folder: &TempDir) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.path()).expect("the folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "checkpoint"))
        .collect()
}

/// What the log itself says: everything up to a moment, folded from its beginning.
async fn from_the_beginning(house: &House, millis: i64) -> Everything {
    let all = house.topic().page(Position::START, usize::MAX).await;
    let mut folded = Folded::<PlacesCodec, Totals>::default();
    for commit in all.expect("it can be read") {
        if commit.log_time_millis <= millis {
            folded
                .fold(&commit, &Bodies::Clear)
                .expect("it can be read");
        }
    }
    folded.show();
    everything(&folded)
}

#[tokio::test]
async fn a_past_state_is_what_could_be_seen_then() {
    let house = House::new();
    let node = house.node("one").await;
    let mut seen = Vec::new();
    for number in 0..20 {
        let name = format!("stream-{}", number % 3);
        let until = Timestamp::from_millis(house.now() + 3_600_000);
        effect(node.execute(&name, &house.call(Command::Open(2))).await);
        effect(node.execute(&name, &house.call(Command::Hold(until))).await);
        seen.push((house.now(), everything(&node.context.read())));
        house.pass_time(700);
    }
    house.pass_time(5_000);
    for (moment, then) in &seen {
        assert_eq!(node.everything_at(*moment).await, *then);
        assert_eq!(node.everything_at(*moment + 699).await, *then);
    }
}

#[tokio::test]
async fn before_the_log_began_there_was_nothing() {
    let house = House::new();
    let node = house.node("one").await;
    let before = house.now() - 1;
    live(&house, &node, 3).await;
    for moment in [before, 0, i64::MIN] {
        let past = node.as_of(moment).await;
        assert_eq!(past.position(), Position::START);
        assert_eq!(past.slots().count(), 0);
    }
}

#[tokio::test]
async fn a_moment_that_has_not_passed_is_waited_for() {
    let house = House::new();
    let node = house.node("one").await;
    effect(node.execute("a", &house.call(Command::Open(1))).await);
    let moment = house.now();
    let asked = {
        let context = node.context.clone();
        tokio::spawn(async move { context.as_of(Timestamp::from_millis(moment)).await })
    };
    effect(node.execute("a", &house.call(Command::Open(2))).await);
    let last = house.topic().end();
    house.pass_time(1);
    effect(node.execute("a", &house.call(Command::Open(4))).await);
    let past = within(asked).await.expect("it ends").expect("it comes");
    assert_eq!(past.position(), last);
    let then = past.get(&stream("a")).expect("it is there");
    assert_eq!(then.state.free, 3);
}

#[tokio::test]
async fn who_asks_for_the_same_moment_shares_one_state() {
    let house = House::new();
    let node = house.node("one").await;
    live(&house, &node, 40).await;
    let moment = house.now() - 1;
    house.pass_time(5_000);
    let (one, two) = tokio::join!(node.as_of(moment), node.as_of(moment));
    assert!(Arc::ptr_eq(&one, &two));
    // Nothing happened in between: it is the same state.
    assert!(Arc::ptr_eq(&one, &node.as_of(moment + 1).await));
    assert!(!Arc::ptr_eq(&one, &node.as_of(moment - 5_000).await));
}

static DECODED: AtomicUsize = AtomicUsize::new(0);

/// Counts the commits that are folded, on whatever thread.
struct CountingCodec;

impl Codec for CountingCodec {
    type Aggregate = Places;
    const FORMAT: &'static str = PlacesCodec::FORMAT;

    fn encode(events: &[Recorded<super::Event>]) -> Vec<u8> {
        PlacesCodec::encode(events)
    }

    fn decode(body: &[u8]) -> Result<Vec<Recorded<super::Event>>, DecodeError> {
        DECODED.fetch_add(1, Ordering::Relaxed);
        PlacesCodec::decode(body)
    }

    fn encode_state(state: &Places) -> Vec<u8> {
        PlacesCodec::encode_state(state)
    }

    fn decode_state(bytes: &[u8]) -> Result<Places, DecodeError> {
        PlacesCodec::decode_state(bytes)
    }
}

#[tokio::test]
async fn a_past_state_is_folded_from_the_nearest_checkpoint() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (house, checkpoint, end) = house_with_a_checkpoint(&folder).await;
    assert_eq!(checkpoints(&folder).len(), 1);
    let node = start::<CountingCodec>(&house, &folder).await;
    let decoded = async |moment| {
        let before = DECODED.load(Ordering::Relaxed);
        let past = node.everything_at(moment).await;
        assert_eq!(past, from_the_beginning(&house, moment).await);
        DECODED.load(Ordering::Relaxed) - before
    };
    assert_eq!(decoded(end - 1_001).await, 4, "those behind the checkpoint");
    assert_eq!(decoded(checkpoint - 1).await, 0);
    assert_eq!(decoded(checkpoint - 1_001).await, 11, "it is later");
}

#[tokio::test]
async fn a_long_way_is_shorter_the_next_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let house = House::new();
    let filler = house.node("filler").await;
    // More than a page of the store, so that there is a stop on the way.
    for _ in 0..50 {
        let answers = (0..100).map(|number| {
            let call = house.call(Command::Open(1));
            let name = format!("stream-{number}");
            let filler = &filler;
            async move { filler.submit(&name, &call).await.await }
        });
        for answer in futures::future::join_all(answers).await {
            effect(answer);
        }
    }
    let moment = house.now();
    house.pass_time(5_000);
    let node = start::<PlacesCodec>(&house, &folder).await;
    let then = node.everything_at(moment).await;
    assert_eq!(then, from_the_beginning(&house, moment).await);
    // What is being written is written before the node is gone.
    node.stop().await;
    let end = house.topic().end().get();
    let names = checkpoints(&folder);
    let position = |path: &PathBuf| -> Option<u64> {
        let name = path.file_stem()?.to_str()?;
        name.rsplit('.').next()?.parse().ok()
    };
    let positions: Vec<_> = names.iter().filter_map(position).collect();
    assert!(
        positions.iter().any(|position| *position < end),
        "{positions:?}"
    );
    let node = start::<PlacesCodec>(&house, &folder).await;
    assert_eq!(node.everything_at(moment).await, then);
}

#[tokio::test]
async fn a_checkpoint_that_does_not_fit_is_dropped_and_the_past_stays_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let (house, _, end) = house_with_a_checkpoint(&folder).await;
    let moment = end - 2_001;
    let then = from_the_beginning(&house, moment).await;
    let path = checkpoints(&folder).pop().expect("a checkpoint");
    let whole = std::fs::read(&path).expect("it can be read");
    house_with_a_checkpoint(&elsewhere).await;
    let other = checkpoints(&elsewhere).pop().expect("a checkpoint");
    let other = std::fs::read(other).expect("it can be read");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 0x20;
    for wrong in [&flipped[..], &whole[..whole.len() / 2], b"", &other] {
        // Beside the old name, which the snapshot may share.
        std::fs::remove_file(&path).expect("it is there");
        std::fs::write(&path, wrong).expect("it can be written");
        let node = start::<PlacesCodec>(&house, &folder).await;
        assert_eq!(node.everything_at(moment).await, then);
        assert!(!path.exists(), "it was dropped");
        node.stop().await;
        std::fs::write(&path, &whole).expect("it can be written");
    }

    // After a reset it is of another log.
    let node = start::<PlacesCodec>(&house, &folder).await;
    within(house.topic().reset()).await.expect("it is written");
    assert_eq!(node.everything_at(moment).await, then);
    assert!(!path.exists(), "it was dropped");
}

#[tokio::test]
async fn when_the_log_is_folded_again_its_checkpoints_are_made_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (house, ..) = house_with_a_checkpoint(&folder).await;
    let before = checkpoints(&folder);
    std::fs::remove_file(folder.path().join(format!("{}.snapshot", super::TOPIC)))
        .expect("it is there");
    let node = start::<PlacesCodec>(&house, &folder).await;
    assert_eq!(checkpoints(&folder), Vec::<PathBuf>::new());
    node.stop().await;
    assert_eq!(checkpoints(&folder).len(), 1);
    assert_ne!(checkpoints(&folder), before, "it is where the node stopped");
}

#[tokio::test]
async fn a_skipped_commit_is_passed_over_in_the_past_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (house, checkpoint, end) = house_with_a_checkpoint(&folder).await;
    let node = start::<PlacesCodec>(&house, &folder).await;
    let readable = node.as_of(checkpoint - 11_500).await;
    assert_eq!(readable.position(), Position::new(1));

    // Readable, and skipped all the same: the checkpoint was made before that.
    house.skip(super::TOPIC, Position::new(1)).await;
    let heard = async {
        while node
            .as_of(end)
            .await
            .slots()
            .all(|(_, slot)| slot.is_usable())
        {
            tokio::task::yield_now().await;
        }
    };
    within(heard).await;
    assert_eq!(
        checkpoints(&folder).len(),
        1,
        "it is put right as it is read"
    );
    let past = node.as_of(checkpoint - 11_500).await;
    let slot = past.get(&stream("stream-0")).expect("its version counts");
    assert_eq!((slot.version.get(), slot.state.free), (1, 0));
}

#[derive(Clone, Debug)]
enum Step {
    Give(u8, Command),
    Pass(i64),
    /// The node stops and starts again: it leaves a snapshot, and perhaps a checkpoint.
    Restart,
    /// And its caches are deleted.
    RestartFromNothing,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..4_u8, 0..3_u64).prop_map(|(name, count)| Step::Give(name, Command::Open(count))),
        4 => (0..4_u8).prop_map(|name| Step::Give(name, Command::Take)),
        4 => (0..4_000_i64).prop_map(Step::Pass),
        1 => Just(Step::Restart),
        1 => Just(Step::RestartFromNothing),
    ]
}

async fn every_past_state_is_that_of_the_log(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let house = House::new();
    let mut moments = vec![house.now() - 1];
    let mut node = start::<PlacesCodec>(&house, &folder).await;
    for step in steps {
        match step {
            // Also what is refused.
            Step::Give(name, command) => {
                let call = house.call(command);
                drop(node.execute(&format!("stream-{name}"), &call).await);
            }
            Step::Pass(millis) => {
                moments.push(house.now());
                house.pass_time(millis);
            }
            Step::Restart => {
                node.stop().await;
                node = start(&house, &folder).await;
            }
            Step::RestartFromNothing => {
                node.stop().await;
                for entry in std::fs::read_dir(folder.path()).expect("the folder") {
                    std::fs::remove_file(entry.expect("an entry").path()).expect("it goes");
                }
                node = start(&house, &folder).await;
            }
        }
    }
    moments.push(house.now());
    house.pass_time(5_001);
    let other = house.node("two").await;
    for moment in moments {
        let then = from_the_beginning(&house, moment).await;
        prop_assert_eq!(&node.everything_at(moment).await, &then);
        prop_assert_eq!(&other.everything_at(moment).await, &then);
    }
    node.stop().await;
    other.stop().await;
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_past_state_is_the_same_from_a_checkpoint_and_from_the_beginning(
        steps in prop::collection::vec(any_step(), 0..80)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        runtime.block_on(every_past_state_is_that_of_the_log(steps))?;
    }
}
