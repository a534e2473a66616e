use eventlog::PositionToken;

use crate::world::{World, seen, take_until, within};

pub(crate) async fn a_token_names_its_log_and_outlives_a_restart(world: World) {
    let node = world.open().await;
    let position = node.append("a", 1).await.expect("in effect");
    let text = node
        .topic
        .token(position)
        .expect("the log's id is known")
        .to_string();

    let node = world.reopen(node).await;
    let token = PositionToken::parse(&text).expect("a token");
    assert_eq!(Some(token.log_id), node.topic.log_id());
    assert_eq!((&*token.topic, token.position), (&*world.topic, position));
    within(node.topic.reached(token.position))
        .await
        .expect("it is there");
}

pub(crate) async fn a_reset_gives_the_log_another_id_and_keeps_what_it_holds(world: World) {
    let (one, two) = world.open_two().await;
    one.fill("a", 1..=3).await;
    let mut subscription = one.topic.subscribe(one.topic.end());
    let token = one
        .topic
        .token(one.topic.end())
        .expect("the log's id is known");
    let before = seen(&one.all().await);

    let new = within(one.topic.reset()).await.expect("it is written");
    assert_ne!(
        new, token.log_id,
        "what was handed out before is of another log"
    );
    assert_eq!(one.topic.log_id(), Some(new));
    assert_eq!(seen(&one.all().await), before);
    one.append("a", 4)
        .await
        .expect("streams go on from their heads");
    let next = take_until(&mut subscription, one.topic.end()).await;
    assert_eq!(next.len(), 1, "who subscribed reads on");
    two.catches_up_with(&one).await;
    assert_eq!(two.topic.log_id(), Some(new), "every node hears of it");

    drop((subscription, two));
    let one = world.reopen(one).await;
    assert_eq!(one.topic.log_id(), Some(new));
    assert_eq!(one.versions("a").await, [1, 2, 3, 4]);
}

pub(crate) async fn another_log_has_another_id(world: World) {
    let other_world = world.another().await;
    let (node, other) = (world.open().await, other_world.open().await);
    let position = node.append("a", 1).await.expect("in effect");
    let token = node.topic.token(position).expect("the log's id is known");
    assert_ne!(Some(token.log_id), other.topic.log_id());
}
