use domain::Timestamp;
use eventlog::{LogError, Noted};

use super::places::PlacesCodec;
use super::{Answer, Command, Event, House, effect, refusal, repeat, settle, stream, within};
use crate::context::Folded;
use crate::context::decide::decide_all;
use crate::{Effect, ExecuteError};

#[tokio::test]
async fn what_waits_is_decided_together_and_a_rejected_command_does_not_touch_the_others() {
    let house = House::new();
    let node = house.node("one").await;
    effect(node.execute("a", &house.call(Command::Open(2))).await);
    let mut answers = Vec::new();
    for command in [
        Command::Take,
        Command::Take,
        Command::Take,
        Command::Open(1),
        Command::Take,
    ] {
        answers.push(node.submit("a", &house.call(command)).await);
    }
    let mut results: Vec<Answer> = Vec::new();
    for answer in answers {
        results.push(within(answer).await);
    }
    assert_eq!(refusal(&results[2]), "no-place-free");
    for index in [0, 1, 3, 4] {
        assert!(
            matches!(&results[index], Ok(receipt) if matches!(receipt.effect, Effect::Took(_)))
        );
    }
    let history = house
        .topic()
        .read(&stream("a"))
        .await
        .expect("it can be read");
    assert_eq!(history.len(), 2, "one commit for all of them");
    let notes = &history[1].commands;
    assert_eq!(notes.len(), 4, "a fresh refusal leaves no word");
    assert!(
        notes
            .iter()
            .all(|note| note.noted == Noted::Taken && note.event_count == 1)
    );
    let expected = [
        Event::Opened(2),
        Event::Taken,
        Event::Taken,
        Event::Opened(1),
        Event::Taken,
    ];
    assert_eq!(house.events("a").await, expected);
}

#[tokio::test]
async fn a_refusal_that_rests_on_a_commit_waits_for_it() {
    let house = House::new();
    let node = house.node("one").await;
    effect(node.execute("a", &house.call(Command::Open(1))).await);
    house.gate.shut();
    let taken = node.submit("a", &house.call(Command::Take)).await;
    let refused = node.submit("a", &house.call(Command::Take)).await;
    let (mut taken, mut refused) = (Box::pin(taken), Box::pin(refused));
    settle().await;
    tokio::select! {
        biased;
        answer = &mut taken => panic!("answered before it was durable: {answer:?}"),
        answer = &mut refused => panic!("refused on what may be void: {answer:?}"),
        () = std::future::ready(()) => {}
    }
    house.gate.open();
    effect(within(taken).await);
    assert_eq!(refusal(&within(refused).await), "no-place-free");
}

#[tokio::test]
async fn a_refusal_that_rested_on_a_void_commit_is_decided_again() {
    let house = House::new();
    let node = house.node("one").await;
    effect(node.execute("a", &house.call(Command::Open(1))).await);
    node.catches_up().await;
    house.gate.shut();
    // Another node is faster, with a place more.
    let topic = house.topic();
    let faster = topic.append(super::commit("a", 2, "opened 1 0 other\n"));
    let mut faster = Box::pin(faster);
    tokio::select! {
        biased;
        _ = &mut faster => panic!("nothing passes the gate"),
        () = std::future::ready(()) => {}
    }
    let one = node.submit("a", &house.call(Command::Take)).await;
    let two = node.submit("a", &house.call(Command::Take)).await;
    settle().await;
    house.gate.open();
    within(faster).await.expect("in effect");
    effect(within(one).await);
    effect(within(two).await);
    assert_eq!(node.state("a").expect("it is there").taken, 2);
}

#[tokio::test]
async fn a_command_id_that_is_already_in_the_batch_joins_it() {
    let house = House::new();
    let node = house.node("one").await;
    let call = house.call(Command::Open(1));
    let mut answers = Vec::new();
    for call in [call.clone(), repeat(&call), call] {
        answers.push(node.submit("a", &call).await);
    }
    for answer in answers {
        assert_eq!(
            effect(within(answer).await),
            Effect::Took(vec![Event::Opened(1)])
        );
    }
    assert_eq!(house.events("a").await, [Event::Opened(1)]);

    // One that is under way is joined just so.
    house.gate.shut();
    let call = house.call(Command::Open(7));
    let first = node.submit("a", &call).await;
    settle().await;
    let second = node.submit("a", &repeat(&call)).await;
    settle().await;
    house.gate.open();
    for answer in [within(first).await, within(second).await] {
        assert_eq!(effect(answer), Effect::Took(vec![Event::Opened(7)]));
    }
    assert_eq!(
        house.events("a").await,
        [Event::Opened(1), Event::Opened(7)]
    );
}

#[tokio::test]
async fn a_fresh_command_that_a_repeat_joins_is_refused_by_a_commit() {
    let house = House::new();
    let node = house.node("one").await;
    let call = house.call(Command::Take);
    let fresh = node.submit("a", &call).await;
    let repeated = node.submit("a", &repeat(&call)).await;
    assert_eq!(refusal(&within(fresh).await), "no-place-free");
    assert_eq!(refusal(&within(repeated).await), "no-place-free");
    assert_refusal_is_written(&house, &call.id).await;
}

#[tokio::test]
async fn a_repeat_of_a_fresh_refusal_that_is_under_way_gets_a_commit_of_its_own() {
    let house = House::new();
    let node = house.node("one").await;
    effect(node.execute("a", &house.call(Command::Open(1))).await);
    house.gate.shut();
    let taken = node.submit("a", &house.call(Command::Take)).await;
    let call = house.call(Command::Take);
    let fresh = node.submit("a", &call).await;
    settle().await;
    let repeated = node.submit("a", &repeat(&call)).await;
    settle().await;
    house.gate.open();
    effect(within(taken).await);
    assert_eq!(refusal(&within(fresh).await), "no-place-free");
    assert_eq!(refusal(&within(repeated).await), "no-place-free");
    assert_refusal_is_written(&house, &call.id).await;
}

async fn assert_refusal_is_written(house: &House, id: &eventlog::CommandId) {
    let history = house
        .topic()
        .read(&stream("a"))
        .await
        .expect("it can be read");
    let notes = history.iter().flat_map(|commit| &commit.commands);
    let refused = notes.filter(|note| note.id == *id && matches!(note.noted, Noted::Refused(_)));
    assert_eq!(
        refused.count(),
        1,
        "a first attempt may be under way on another node"
    );
}

#[tokio::test]
async fn a_command_and_its_repeat_that_are_decided_again_take_effect_once() {
    let house = House::new();
    let node = house.node("one").await;
    effect(node.execute("a", &house.call(Command::Open(1))).await);
    node.catches_up().await;
    house.gate.shut();
    let topic = house.topic();
    let mut faster = Box::pin(topic.append(super::commit("a", 2, "opened 5 0 other\n")));
    tokio::select! {
        biased;
        _ = &mut faster => panic!("nothing passes the gate"),
        () = std::future::ready(()) => {}
    }
    // Refused on what is folded; taken on what the faster one leaves behind.
    let taken = node.submit("a", &house.call(Command::Take)).await;
    let call = house.call(Command::Take);
    let fresh = node.submit("a", &call).await;
    settle().await;
    let repeated = node.submit("a", &repeat(&call)).await;
    settle().await;
    house.gate.open();
    within(faster).await.expect("in effect");
    for answer in [
        within(taken).await,
        within(fresh).await,
        within(repeated).await,
    ] {
        assert!(matches!(
            effect(answer),
            Effect::Took(_) | Effect::Remembered
        ));
    }
    assert_eq!(node.state("a").expect("it is there").taken, 2);
}

#[tokio::test]
async fn a_panic_in_a_decision_fails_one_command() {
    let house = House::new();
    let node = house.node("one").await;
    let before = node.submit("a", &house.call(Command::Open(1))).await;
    let panics = node.submit("a", &house.call(Command::Panic)).await;
    let after = node.submit("a", &house.call(Command::Take)).await;
    effect(within(before).await);
    let failed = within(panics).await;
    assert!(matches!(failed, Err(ExecuteError::Failed)), "{failed:?}");
    effect(within(after).await);
    assert_eq!(house.events("a").await, [Event::Opened(1), Event::Taken]);
    effect(node.execute("b", &house.call(Command::Open(1))).await);
}

#[tokio::test]
async fn a_caller_that_cancels_in_mid_command_changes_nothing() {
    let house = House::new();
    let node = house.node("one").await;
    house.gate.shut();
    let cancelled = house.call(Command::Open(5));
    drop(node.submit("a", &cancelled).await);
    settle().await;
    // Given up in the queue, before its turn came.
    let waiting = house.call(Command::Open(7));
    drop(node.submit("a", &waiting).await);
    let patient = node.submit("a", &house.call(Command::Take)).await;
    settle().await;
    house.gate.open();

    effect(within(patient).await);
    let expected = [Event::Opened(5), Event::Opened(7), Event::Taken];
    assert_eq!(house.events("a").await, expected);
    for call in [cancelled, waiting] {
        let again = node.execute("a", &repeat(&call)).await;
        assert_eq!(
            effect(again),
            Effect::Remembered,
            "who asks again hears of it"
        );
    }
}

#[tokio::test]
async fn more_commands_than_a_commit_takes_go_into_several() {
    let house = House::new();
    let node = house.node("one").await;
    let mut answers = Vec::new();
    for _ in 0..200 {
        answers.push(node.submit("a", &house.call(Command::Open(1))).await);
    }
    for answer in answers {
        effect(within(answer).await);
    }
    let history = house
        .topic()
        .read(&stream("a"))
        .await
        .expect("it can be read");
    assert!(history.len() >= 4, "{} commits", history.len());
    assert!(history.iter().all(|commit| commit.commands.len() <= 64));
    assert_eq!(node.state("a").expect("it is there").free, 200);
}

#[tokio::test]
async fn a_node_that_stops_answers_everybody_and_loses_nothing_that_it_acknowledged() {
    let house = House::new();
    let node = house.node("one").await;
    let mut answers = Vec::new();
    for number in 0..100 {
        let name = format!("stream-{}", number % 7);
        answers.push(node.submit(&name, &house.call(Command::Open(1))).await);
    }
    let context = node.context.clone();
    node.stop().await;
    let mut taken = 0;
    for answer in answers {
        match within(answer).await {
            Ok(_) => taken += 1,
            Err(ExecuteError::Stopping | ExecuteError::Unknown(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    let late = within(context.execute(stream("a"), house.call(Command::Open(1)))).await;
    assert!(matches!(late, Err(ExecuteError::Stopping)), "{late:?}");

    let again = house.node("two").await;
    let folded = again.context.read().view.free.values().sum::<u64>();
    assert!(folded >= taken, "{folded} of {taken}");
    let void = house.append("stream-0", 1, "").await;
    assert!(
        matches!(void, Err(LogError::Void { .. })) || taken == 0,
        "{void:?}"
    );
}

#[tokio::test]
async fn a_command_is_decided_once_per_commit() {
    let house = House::new();
    let call = house.call(Command::Open(1));
    let folded = Folded::<PlacesCodec, ()>::default();
    let now = Timestamp::from_millis(house.now());
    let plan = decide_all(&folded, &stream("a"), [&call, &call].into_iter(), now);
    assert_eq!(
        plan.planned.len(),
        1,
        "the second waits for what the first comes to"
    );
    assert_eq!(plan.notes.len(), 1);
}
