use super::*;

impl World {
    /// Counts these places one after another, eight hours apart; the last one just now.
    async fn counts(&self, id: &str, available: impl IntoIterator<Item = u32>) {
        for available in available {
            self.later(8 * HOUR);
            self.report(id, self.free(available)).await.unwrap();
        }
    }

    async fn row(&self, id: &str) -> v1::OfferingRow {
        let request = v1::GetOfferingRequest {
            offering_id: id.to_owned(),
            ..Default::default()
        };
        let response = self.api.get_offering(Request::new(request)).await.unwrap();
        response.into_inner().row.unwrap()
    }

    async fn found(&self, request: v1::FindCapacityRequest) -> Vec<v1::OfferingRow> {
        let response = self.api.find_capacity(Request::new(request)).await.unwrap();
        response.into_inner().rows
    }
}

/// Two places, one, none, and so on; at the end some are free.
fn often_free() -> impl Iterator<Item = u32> {
    [2, 1, 0].into_iter().cycle().take(61)
}

#[tokio::test]
async fn a_row_says_how_likely_its_place_still_exists_and_what_that_rests_on() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    world.publish("other", details()).await;
    world.counts("one", often_free()).await;
    world.report("other", world.free(1)).await.unwrap();

    let one = world.row("one").await;
    let chance = one.confidence.unwrap();
    assert!(chance > 0.5 && chance < 1.0, "{chance}");
    assert_eq!(one.confidence_basis(), v1::ConfidenceBasis::Unit);
    assert_eq!(one.confidence_cases, Some(40));
    assert_eq!(
        world.row("other").await.confidence_basis(),
        v1::ConfidenceBasis::Provider
    );
    let found = world.found(v1::FindCapacityRequest::default()).await;
    assert_eq!(found, [one, world.row("other").await]);
}

#[tokio::test]
async fn with_silence_the_confidence_falls_and_then_it_is_unknown() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    world.counts("one", often_free()).await;
    let mut chances = Vec::new();
    for _ in 0..6 {
        chances.push(world.row("one").await.confidence.unwrap());
        world.later(8 * HOUR);
    }
    assert!(chances.is_sorted_by(|one, next| one > next), "{chances:?}");
    let row = world.row("one").await;
    assert_eq!(
        row.counts_status.unwrap().freshness(),
        v1::Freshness::Expired
    );
    assert_eq!((row.confidence, row.confidence_cases), (None, None));
    assert_eq!(row.confidence_basis, 0);
}

#[tokio::test]
async fn what_was_learnt_is_the_same_after_a_start_from_the_log() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    world.counts("one", often_free()).await;
    let before = world.row("one").await;
    let again = World::on(world.node.log.clone(), Arc::clone(&world.clock));
    assert_eq!(again.ready().await.row("one").await, before);
}

#[tokio::test]
async fn places_are_found_and_sorted_by_how_likely_they_still_exist() {
    let world = World::start().ready().await;
    for id in ["loses", "keeps", "full", "silent"] {
        world.publish(id, details()).await;
    }
    for round in 0..40 {
        world.later(8 * HOUR);
        world.report("loses", world.free(round % 2)).await.unwrap();
        world.report("keeps", world.free(1)).await.unwrap();
        world.report("full", world.free(0)).await.unwrap();
    }
    world.later(HOUR);
    let ids = |rows: Vec<v1::OfferingRow>| {
        let ids = rows.into_iter().map(|row| row.offering_id);
        ids.collect::<Vec<_>>()
    };
    let sorted = v1::FindCapacityRequest {
        sort: vec![v1::SortOrder::Confidence.into()],
        ..Default::default()
    };
    // Those that nothing is known of go last, by their ids.
    let expected = ["keeps", "loses", "full", "silent"];
    assert_eq!(ids(world.found(sorted).await), expected);

    let at_least = |chance| v1::FindCapacityRequest {
        filter: Some(v1::CapacityFilter {
            min_confidence: Some(chance),
            ..Default::default()
        }),
        ..Default::default()
    };
    assert_eq!(ids(world.found(at_least(0.0)).await), ["keeps", "loses"]);
    assert_eq!(ids(world.found(at_least(0.9)).await), ["keeps"]);
    let wrong = Request::new(at_least(f64::NAN));
    let refused = world.api.find_capacity(wrong).await.unwrap_err();
    assert!(refused.message().contains("min_confidence"), "{refused:?}");
}
