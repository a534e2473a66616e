use domain::Timestamp;

use super::{Command, Event, House, effect, stream};

const MINUTE: i64 = 60_000;
/// Past the grace and every node's place in the order.
const PAST_ALL: i64 = 9_000;

#[tokio::test]
async fn a_hold_ends_once_though_two_nodes_watch_it() {
    let house = House::new();
    let (one, two) = (house.node("one").await, house.node("two").await);
    let until = Timestamp::from_millis(house.now() + MINUTE);
    let names: Vec<_> = (0..40).map(|number| format!("stream-{number}")).collect();
    for name in &names {
        effect(one.execute(name, &house.call(Command::Open(1))).await);
        effect(one.execute(name, &house.call(Command::Hold(until))).await);
    }
    house.pass_time(MINUTE + PAST_ALL);
    for name in &names {
        one.folds(name, |state| state.holds.is_empty()).await;
        two.folds(name, |state| state.holds.is_empty()).await;
        let expected = [
            Event::Opened(1),
            Event::Held(until),
            Event::HoldEnded(until),
        ];
        assert_eq!(house.events(name).await, expected);
        assert_eq!(one.state(name), two.state(name));
    }
    let history = one
        .context
        .history(&stream(&names[0]))
        .await
        .expect("it can be read");
    let ended = history.last().expect("it ended");
    assert_eq!(
        ended.recorded.as_ref().map(|recorded| &*recorded.actor),
        Some("timer")
    );
    assert_eq!(ended.command_id.expect("it has one").made_at_millis(), None);
}

#[tokio::test]
async fn until_its_timer_has_come_a_hold_counts() {
    let house = House::new();
    let node = house.node("one").await;
    let first = Timestamp::from_millis(house.now() + MINUTE);
    let second = Timestamp::from_millis(house.now() + MINUTE + PAST_ALL);
    effect(node.execute("a", &house.call(Command::Open(2))).await);
    effect(node.execute("a", &house.call(Command::Hold(first))).await);
    effect(node.execute("a", &house.call(Command::Hold(second))).await);
    // The second is due as well now, but its five seconds have not passed.
    house.pass_time(MINUTE + PAST_ALL);
    node.folds("a", |state| !state.holds.contains(&first)).await;
    let state = node.state("a").expect("it is there");
    assert!(state.holds.contains(&second));
    assert_eq!(state.free, 1);
}

#[tokio::test]
async fn a_hold_that_was_ended_by_hand_does_not_end_again() {
    let house = House::new();
    let node = house.node("one").await;
    let until = Timestamp::from_millis(house.now() + MINUTE);
    let marker = Timestamp::from_millis(house.now() + MINUTE + 1);
    effect(node.execute("a", &house.call(Command::Open(1))).await);
    effect(node.execute("a", &house.call(Command::Hold(until))).await);
    effect(
        node.execute("a", &house.call(Command::EndHold(until)))
            .await,
    );
    effect(node.execute("b", &house.call(Command::Open(1))).await);
    effect(node.execute("b", &house.call(Command::Hold(marker))).await);
    house.pass_time(MINUTE + PAST_ALL);
    // What fell due later has ended, so what fell due before would have.
    node.folds("b", |state| state.holds.is_empty()).await;
    let ends = house
        .events("a")
        .await
        .into_iter()
        .filter(|e| matches!(e, Event::HoldEnded(_)));
    assert_eq!(ends.count(), 1);

    // Set anew, it is another timer.
    let until = Timestamp::from_millis(house.now() + MINUTE);
    effect(node.execute("a", &house.call(Command::Hold(until))).await);
    house.pass_time(MINUTE + PAST_ALL);
    node.folds("a", |state| state.holds.is_empty()).await;
}

#[tokio::test]
async fn what_fell_due_while_no_node_ran_ends_at_the_next_start() {
    let house = House::new();
    let node = house.node("one").await;
    let until = Timestamp::from_millis(house.now() + MINUTE);
    effect(node.execute("a", &house.call(Command::Open(1))).await);
    effect(node.execute("a", &house.call(Command::Hold(until))).await);
    node.stop().await;
    house.pass_time(60 * MINUTE);
    let node = house.node("one").await;
    node.folds("a", |state| state.holds.is_empty() && state.free == 1)
        .await;
}

#[tokio::test]
async fn a_timer_that_goes_on_keeps_what_set_it_and_one_that_ended_is_not_due() {
    let house = House::new();
    let node = house.node("one").await;
    let until = Timestamp::from_millis(house.now() + MINUTE);
    let later = Timestamp::from_millis(house.now() + 2 * MINUTE);
    let timers = || {
        let folded = node.context.read();
        let slot = folded.get(&stream("a")).expect("it is there");
        (slot.timers.clone(), folded.due.len())
    };
    effect(node.execute("a", &house.call(Command::Open(2))).await);
    effect(node.execute("a", &house.call(Command::Hold(until))).await);
    let (first, _) = timers();
    effect(node.execute("a", &house.call(Command::Hold(later))).await);
    let (both, due) = timers();
    assert!(both.contains(&first[0]) && due == 2);
    effect(
        node.execute("a", &house.call(Command::EndHold(until)))
            .await,
    );
    let (last, due) = timers();
    assert!(!last.contains(&first[0]) && both.contains(&last[0]));
    assert_eq!((last.len(), due), (1, 1));
}
