use std::sync::mpsc;

use eventlog::{Position, PositionToken};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::{Command, Event, House, PlacesCodec, Running, Totals, effect, refusal, stream, within};
use crate::ReadError;

/// While somebody reads, a node folds nothing: this one until the answer is dropped.
fn lag(node: &Running<PlacesCodec, Totals>) -> mpsc::Sender<()> {
    let context = node.context.clone();
    let (end, ended) = mpsc::channel();
    let (begin, begun) = mpsc::channel();
    std::thread::spawn(move || {
        let _reading = context.read();
        begin.send(()).expect("somebody waits");
        // Fails when the other side is dropped, which is what is waited for.
        let _ = ended.recv();
    });
    begun.recv().expect("it reads");
    end
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn at_least_waits_until_the_position_is_folded() {
    let house = House::new();
    let (one, two) = (house.node("one").await, house.node("two").await);
    effect(one.execute("a", &house.call(Command::Open(1))).await);
    two.catches_up().await;
    let lagging = lag(&two);
    let receipt = one.execute("a", &house.call(Command::Open(2))).await;
    let next = receipt.expect("in effect").position;
    let token = one.context.token(next);
    let waiting = {
        let context = two.context.clone();
        tokio::spawn(async move {
            context.at_least(&[token]).await.expect("it comes");
            context.read().position()
        })
    };
    assert!(*two.context.positions().borrow() < next);
    drop(lagging);
    let seen = within(waiting).await.expect("it ends");
    assert!(seen >= next, "{seen}");
    within(two.context.at_least(&[]))
        .await
        .expect("nothing to wait for");
}

#[tokio::test]
async fn a_token_of_another_log_or_topic_is_refused() {
    let (house, elsewhere) = (House::new(), House::new());
    let (node, other) = (house.node("one").await, elsewhere.node("one").await);
    effect(node.execute("a", &house.call(Command::Open(1))).await);
    let good = node.context.token(house.topic().end());
    within(node.context.at_least(std::slice::from_ref(&good)))
        .await
        .expect("it is there");

    let refused = within(other.context.at_least(std::slice::from_ref(&good))).await;
    assert!(matches!(refused, Err(ReadError::OtherLog)), "{refused:?}");
    let mut token = PositionToken::parse(&good).expect("a token");
    token.topic = super::CONTROL.to_owned();
    let refused = within(node.context.at_least(&[good.clone(), token.to_string()])).await;
    assert!(
        matches!(&refused, Err(ReadError::OtherTopic { index: 1, .. })),
        "{refused:?}"
    );
    let refused = within(node.context.at_least(&["17".to_owned()])).await;
    assert!(
        matches!(refused, Err(ReadError::NotAToken { index: 0 })),
        "{refused:?}"
    );

    within(house.topic().reset()).await.expect("it is written");
    let refused = within(node.context.at_least(&[good])).await;
    assert!(
        matches!(refused, Err(ReadError::OtherLog)),
        "after a reset: {refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_position_that_is_there_and_does_not_come_is_said_not_to_be_here_yet() {
    let house = House::new();
    let (one, two) = (house.node("one").await, house.node("two").await);
    effect(one.execute("a", &house.call(Command::Open(1))).await);
    two.catches_up().await;
    let lagging = lag(&two);
    let receipt = one.execute("a", &house.call(Command::Open(2))).await;
    let token = one.context.token(receipt.expect("in effect").position);
    let refused = within(two.context.at_least(&[token])).await;
    drop(lagging);
    assert!(matches!(refused, Err(ReadError::NotThere)), "{refused:?}");
}

#[tokio::test]
async fn who_reads_before_the_log_is_read_hears_that_the_node_starts() {
    let house = House::new();
    // Its loop has had no turn yet.
    let node = house.start("one");
    let refused = node.context.at_least(&[]).await.unwrap_err();
    assert!(matches!(refused, ReadError::Starting), "{refused:?}");
    let status = Status::from(refused);
    assert_eq!(status.code(), Code::Unavailable);
    let reason = status.get_details_error_info().map(|info| info.reason);
    assert_eq!(reason.as_deref(), Some("starting"));
    node.serves().await;
    within(node.context.at_least(&[])).await.expect("it serves");
}

#[tokio::test]
async fn a_position_beyond_the_end_is_refused_at_once() {
    let house = House::new();
    let node = house.node("one").await;
    effect(node.execute("a", &house.call(Command::Open(1))).await);
    let beyond = Position::new(house.topic().end().get() + 1);
    let asked = std::time::Instant::now();
    let refused = within(node.context.at_least(&[node.context.token(beyond)])).await;
    assert!(
        matches!(refused, Err(ReadError::BeyondTheEnd)),
        "{refused:?}"
    );
    assert!(asked.elapsed() < super::super::READ_DEADLINE);
}

#[tokio::test]
async fn a_history_names_every_event_with_its_command_and_actor() {
    let house = House::new();
    let node = house.node("one").await;
    let calls = [Command::Open(2), Command::Take, Command::Take].map(|command| house.call(command));
    let mut answers = Vec::new();
    for call in &calls {
        answers.push(node.submit("a", call).await);
    }
    for answer in answers {
        effect(within(answer).await);
    }
    let history = node
        .context
        .history(&stream("a"))
        .await
        .expect("it can be read");
    let events: Vec<_> = history
        .iter()
        .filter_map(|item| Some(item.recorded.as_ref()?.event.clone()))
        .collect();
    assert_eq!(events, [Event::Opened(2), Event::Taken, Event::Taken]);
    let ids: Vec<_> = history.iter().filter_map(|item| item.command_id).collect();
    assert_eq!(ids, calls.map(|call| call.id));
    let by_somebody = |recorded: &crate::Recorded<_>| recorded.actor == "somebody";
    assert!(
        history
            .iter()
            .all(|item| item.recorded.as_ref().is_some_and(by_somebody))
    );
    assert!(
        history
            .iter()
            .all(|item| item.log_time_millis == house.now())
    );
}

#[tokio::test]
async fn a_node_that_starts_decides_nothing_on_half_of_what_happened() {
    let house = House::new();
    let filler = house.node("one").await;
    for _ in 0..40 {
        for number in 0..100 {
            let name = format!("stream-{number}");
            drop(filler.submit(&name, &house.call(Command::Open(1))).await);
        }
        filler.catches_up().await;
    }
    effect(filler.execute("last", &house.call(Command::Open(1))).await);

    // Asked at once, before it has folded anything.
    for _ in 0..20 {
        let node = house.start("two");
        let taken = node.execute("last", &house.call(Command::Take)).await;
        effect(taken);
        effect(filler.execute("last", &house.call(Command::Open(1))).await);
        node.stop().await;
    }
    filler.catches_up().await;
    assert_eq!(filler.state("last").expect("it is there").taken, 20);
    effect(filler.execute("last", &house.call(Command::Take)).await);
    assert_eq!(
        refusal(&filler.execute("last", &house.call(Command::Take)).await),
        "no-place-free"
    );
}
