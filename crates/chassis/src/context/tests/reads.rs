use eventlog::{Position, PositionToken};

use super::{Command, Event, House, effect, refusal, stream, within};
use crate::ReadError;

#[tokio::test]
async fn at_least_waits_until_the_position_is_folded() {
    let house = House::new();
    let (one, two) = (house.node("one").await, house.node("two").await);
    effect(one.execute("a", &house.call(Command::Open(1))).await);
    let next = Position::new(house.topic().end().get() + 1);
    let token = one.context.token(next);
    let waiting = {
        let context = two.context.clone();
        tokio::spawn(async move {
            context.at_least(&[token]).await.expect("it comes");
            context.read().position()
        })
    };
    let receipt = one
        .execute("a", &house.call(Command::Open(2)))
        .await
        .expect("in effect");
    assert_eq!(receipt.position, next);
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

#[tokio::test]
async fn a_position_that_does_not_come_is_said_not_to_be_there() {
    let house = House::new();
    let node = house.node("one").await;
    let token = node.context.token(Position::new(1_000));
    let refused = within(node.context.at_least(&[token])).await;
    assert!(matches!(refused, Err(ReadError::NotThere)), "{refused:?}");
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
