//! What a month ended with stays, whoever is erased since.

use proto::waitlist::v1::request_erasure_request::Subject;

use super::*;

impl World {
    async fn at_the_end_of_november(&self) -> v1::CountWaitingResponse {
        let request = v1::CountWaitingRequest {
            on: "2026-11-30".into(),
            ..Default::default()
        };
        self.count_waiting(TEAM, request).await.unwrap()
    }
}

#[tokio::test]
async fn an_erasure_takes_one_from_the_live_counts_and_none_from_the_months_that_are_over() {
    let world = World::start().await;
    for number in 1..=3 {
        world.register(ONE, number, person(number)).await;
    }
    world.register(TWO, 4, person(3)).await;
    world.region.go_to("2026-12-02");
    assert_eq!(world.at_the_end_of_november().await.frozen, None);
    let (list, books) = (world.api.0.context.clone(), world.api.0.books.clone());
    crate::react::spawn(&world.node, list, books.clone());
    let mut positions = books.positions();
    let frozen = async {
        while world.at_the_end_of_november().await.frozen.is_none() {
            positions.changed().await.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, frozen).await.unwrap();

    let before = world.at_the_end_of_november().await;
    let frozen = before.frozen.clone().unwrap();
    let total = before.total.unwrap();
    assert_eq!((total.entries, total.persons), (4, 3));
    assert_eq!(
        (frozen.month.as_str(), frozen.entries, frozen.persons),
        ("2026-11", 4, 3)
    );

    let request = v1::RequestErasureRequest {
        context: world.region.context(),
        subject: Some(Subject::Entries(v1::EntryIds {
            entry_ids: vec![id(1)],
        })),
        ground: v1::ErasureGround::ConsentWithdrawn.into(),
    };
    world.request_erasure(ONE, request).await.unwrap();
    let after = world.at_the_end_of_november().await;
    let total = after.total.unwrap();
    assert_eq!((total.entries, total.persons), (3, 2));
    assert_eq!(after.frozen, before.frozen);

    let other_day = v1::CountWaitingRequest {
        on: "2026-11-29".into(),
        ..Default::default()
    };
    let other_day = world.count_waiting(TEAM, other_day).await.unwrap();
    assert_eq!(other_day.frozen, None, "no month ended on that day");
    let own = v1::CountWaitingRequest {
        on: "2026-11-30".into(),
        ..Default::default()
    };
    let own = world.count_waiting(ONE, own).await.unwrap();
    assert_eq!(own.frozen, None, "the region's is the region's");
}
