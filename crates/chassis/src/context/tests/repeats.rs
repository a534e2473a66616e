use eventlog::{LogError, Noted, Position};

use super::{Command, Event, House, effect, refusal, repeat, stream};
use crate::Effect;
use crate::context::outcomes::{NEWEST_ID_MILLIS, OLDEST_ID_MILLIS, REMEMBERED_MILLIS};

#[tokio::test]
async fn a_repeat_on_the_same_node_is_answered_from_memory() {
    let house = House::new();
    let node = house.node("one").await;
    let call = house.call(Command::Open(3));
    let first = node.execute("a", &call).await.expect("it took effect");
    assert_eq!(first.effect, Effect::Took(vec![Event::Opened(3)]));
    for again in [repeat(&call), call] {
        let receipt = node.execute("a", &again).await.expect("it took effect");
        assert_eq!(receipt.effect, Effect::Remembered);
        assert_eq!(receipt.position, first.position);
    }
    assert_eq!(house.events("a").await, [Event::Opened(3)]);
    assert_eq!(
        house.topic().end(),
        first.position,
        "nothing more was written"
    );
}

#[tokio::test]
async fn a_repeat_on_another_node_is_answered_from_memory_too() {
    let house = House::new();
    let (one, two) = (house.node("one").await, house.node("two").await);
    for round in 1..=50 {
        let call = house.call(Command::Open(1));
        let first = one.execute("a", &call).await.expect("it took effect");
        // The other node may not have folded it yet: then its own commit is void, and it looks again.
        let receipt = two
            .execute("a", &repeat(&call))
            .await
            .expect("it took effect");
        assert_eq!(
            (receipt.effect, receipt.position),
            (Effect::Remembered, first.position)
        );
        assert_eq!(house.events("a").await.len(), round);
    }
}

#[tokio::test]
async fn a_first_attempt_and_its_repeat_on_another_node_at_once_take_effect_once() {
    let house = House::new();
    let (one, two) = (house.node("one").await, house.node("two").await);
    for _ in 0..50 {
        let call = house.call(Command::Open(1));
        let again = repeat(&call);
        let (first, second) = tokio::join!(one.execute("a", &call), two.execute("a", &again));
        let effects = [effect(first), effect(second)];
        assert!(effects.contains(&Effect::Remembered), "{effects:?}");
        assert!(
            effects.contains(&Effect::Took(vec![Event::Opened(1)])),
            "{effects:?}"
        );
    }
    assert_eq!(house.events("a").await.len(), 50);
}

#[tokio::test]
async fn a_repeat_that_is_refused_leaves_a_commit_that_voids_its_first_attempt() {
    let house = House::new();
    let (node, other) = (house.node("one").await, house.node("two").await);
    let call = house.call(Command::Take);
    let refused = node.execute("a", &repeat(&call)).await;
    assert_eq!(refusal(&refused), "no-place-free");
    let written = house
        .topic()
        .read(&stream("a"))
        .await
        .expect("it can be read");
    let [commit] = &written[..] else {
        panic!("{written:?}");
    };
    assert!(commit.body.is_empty());
    assert_eq!(commit.commands[0].id, call.id);
    assert_eq!(
        commit.commands[0].noted,
        Noted::Refused("no-place-free".into())
    );

    // The first attempt, decided elsewhere before that, lands now.
    let late = house.append("a", 1, "opened 5 0 somebody\n").await;
    assert!(matches!(late, Err(LogError::Void { .. })), "{late:?}");

    // Refused once, it stays refused, whatever became possible meanwhile; on every node.
    effect(node.execute("a", &house.call(Command::Open(5))).await);
    let end = house.topic().end();
    for node in [&node, &other] {
        node.catches_up().await;
        let again = node.execute("a", &repeat(&call)).await;
        assert_eq!(refusal(&again), "no-place-free");
    }
    assert_eq!(house.topic().end(), end, "answered from memory");
}

#[tokio::test]
async fn a_refusal_of_a_repeat_is_remembered_even_of_commands_that_are_not() {
    let house = House::new();
    let node = house.node("one").await;
    let mut call = repeat(&house.call(Command::Take));
    call.remember = false;
    assert_eq!(refusal(&node.execute("a", &call).await), "no-place-free");
    effect(node.execute("a", &house.call(Command::Open(1))).await);
    assert_eq!(refusal(&node.execute("a", &call).await), "no-place-free");
}

#[tokio::test]
async fn a_repeat_that_finds_nothing_to_do_leaves_a_commit_too() {
    let house = House::new();
    let node = house.node("one").await;
    let call = repeat(&house.call(Command::Open(0)));
    let first = node.execute("a", &call).await.expect("not refused");
    assert_eq!(first.effect, Effect::Unchanged);
    let written = house
        .topic()
        .read(&stream("a"))
        .await
        .expect("it can be read");
    assert_eq!(written.len(), 1);
    assert_eq!(written[0].commands[0].noted, Noted::Unchanged);
    assert_eq!(
        first.position, written[0].position,
        "the answer rests on it"
    );

    let again = node.execute("a", &call).await.expect("not refused");
    assert_eq!(
        (again.effect, again.position),
        (Effect::Unchanged, first.position)
    );
    assert_eq!(house.topic().end(), first.position, "answered from memory");
}

#[tokio::test]
async fn a_fresh_refusal_writes_nothing() {
    let house = House::new();
    let node = house.node("one").await;
    assert_eq!(
        refusal(&node.execute("a", &house.call(Command::Take)).await),
        "no-place-free"
    );
    let unchanged = node.execute("a", &house.call(Command::Open(0))).await;
    assert_eq!(effect(unchanged), Effect::Unchanged);
    assert_eq!(house.topic().end(), Position::START);
    assert_eq!(house.topic().void_count(), 0);
}

#[tokio::test]
async fn an_id_that_was_used_on_another_stream_is_refused() {
    let house = House::new();
    let node = house.node("one").await;
    let call = house.call(Command::Open(1));
    effect(node.execute("a", &call).await);
    for call in [repeat(&call), call] {
        assert_eq!(
            refusal(&node.execute("b", &call).await),
            "command-id-reused"
        );
    }
    assert_eq!(house.events("b").await, []);
}

#[tokio::test]
async fn a_command_older_than_what_is_remembered_is_refused_and_says_nothing_of_the_first() {
    let house = House::new();
    let node = house.node("one").await;
    let call = house.call(Command::Open(1));
    effect(node.execute("a", &call).await);
    house.pass_time(OLDEST_ID_MILLIS);
    effect(node.execute("a", &house.call(Command::Open(1))).await);
    assert_eq!(
        effect(node.execute("a", &repeat(&call)).await),
        Effect::Remembered,
        "just in time"
    );

    house.pass_time(1);
    effect(node.execute("a", &house.call(Command::Open(1))).await);
    for _ in 0..2 {
        assert_eq!(
            refusal(&node.execute("a", &repeat(&call)).await),
            "command-too-old"
        );
        // When its outcome is forgotten, an hour later, it is too old all the more.
        house.pass_time(REMEMBERED_MILLIS);
        effect(node.execute("a", &house.call(Command::Open(1))).await);
    }
    assert_eq!(
        house.events("a").await.len(),
        5,
        "the old one took effect once"
    );
}

#[tokio::test]
async fn a_command_from_the_future_is_refused() {
    let house = House::new();
    let node = house.node("one").await;
    let mut call = house.call(Command::Open(1));
    call.id = House::id_made_at(house.now() + NEWEST_ID_MILLIS + 1);
    assert_eq!(
        refusal(&node.execute("a", &call).await),
        "command-from-the-future"
    );
    call.id = House::id_made_at(house.now() + NEWEST_ID_MILLIS);
    effect(node.execute("a", &call).await);
    assert_eq!(house.events("a").await.len(), 1);
}
