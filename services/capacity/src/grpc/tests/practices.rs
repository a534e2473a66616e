//! A practice of one person is that person: no row of it reaches anybody who did not ask for it by its id.

use futures::StreamExt;
use proto::capacity::v1::watch_capacity_response::Event;

use super::*;

fn practice(number: u32) -> v1::OfferingDetails {
    v1::OfferingDetails {
        provider_id: format!("nza:{number}"),
        provider_name: String::new(),
        provider_kind: v1::ProviderKind::IndependentPractice.into(),
        circuits: vec![v1::Circuit::Adults.into()],
        diagnosis_groups: vec!["05".into()],
        care_type: v1::CareType::Basic.into(),
        ..details()
    }
}

impl World {
    fn waiting(&self, intake_wait_days: u32) -> v1::Report {
        v1::Report {
            waits: vec![v1::Wait {
                intake_wait_days: Some(intake_wait_days),
                ..Default::default()
            }],
            ..self.free(1)
        }
    }

    /// A ward, and practices: three in Groningen, two in Assen, and one in Amsterdam.
    async fn with_practices() -> Self {
        let world = Self::start().ready().await;
        world.publish("ward", details()).await;
        for (number, place) in
            (1..).zip(["GM0014", "GM0014", "GM0014", "GM0106", "GM0106", "GM0363"])
        {
            let id = format!("practice-{number}");
            let details = v1::OfferingDetails {
                municipality_code: place.into(),
                ..practice(number)
            };
            world.publish(&id, details).await;
            world.report(&id, world.waiting(number * 7)).await.unwrap();
        }
        world
    }

    async fn answered(&self, filter: v1::CapacityFilter) -> v1::FindCapacityResponse {
        let request = v1::FindCapacityRequest {
            filter: Some(filter),
            ..Default::default()
        };
        let found = self.api.find_capacity(Request::new(request)).await;
        found.unwrap().into_inner()
    }
}

fn ids(found: &v1::FindCapacityResponse) -> Vec<&str> {
    found
        .rows
        .iter()
        .map(|row| row.offering_id.as_str())
        .collect()
}

#[tokio::test]
async fn practices_are_shown_per_municipality_with_their_shortest_and_median_wait() {
    let world = World::with_practices().await;
    let found = world.answered(v1::CapacityFilter::default()).await;
    assert_eq!(ids(&found), ["ward"]);
    assert_eq!(
        (found.total, found.grouped_total, found.groups_total),
        (1, 6, 3)
    );
    let groningen = found
        .groups
        .iter()
        .find(|group| group.municipality_code == "GM0014");
    let groningen = groningen.unwrap();
    assert_eq!(groningen.practice_count, 3);
    assert_eq!(groningen.shortest_wait_days, Some(7));
    assert_eq!(groningen.median_wait_days, Some(14));
    assert_eq!(groningen.available, Some(3));
    assert_eq!(groningen.diagnosis_group, "05");
    assert_eq!(groningen.circuit(), v1::Circuit::Adults);
}

#[tokio::test]
async fn too_few_practices_are_shown_per_region_and_without_figures() {
    let world = World::with_practices().await;
    let found = world.answered(v1::CapacityFilter::default()).await;
    let few: Vec<_> = found
        .groups
        .iter()
        .filter(|group| group.municipality_code.is_empty())
        .map(|group| {
            let region = group.care_office_region_code.as_str();
            (
                region,
                group.practice_count,
                group.shortest_wait_days,
                group.available,
            )
        })
        .collect();
    assert_eq!(few, [("ZK02", 1, None, None), ("ZK06", 2, None, None)]);
}

#[tokio::test]
async fn a_question_about_figures_tells_nothing_of_one_practice() {
    let world = World::with_practices().await;
    for max_wait_days in [7, 14] {
        let found = world
            .answered(v1::CapacityFilter {
                max_wait_days: Some(max_wait_days),
                ..Default::default()
            })
            .await;
        assert_eq!((found.groups.len(), found.grouped_total), (0, 0));
    }
    let found = world
        .answered(v1::CapacityFilter {
            provider_id: "nza:1".into(),
            ..Default::default()
        })
        .await;
    assert_eq!(
        (found.rows.len(), found.groups.len(), found.grouped_total),
        (0, 0, 0)
    );
}

#[tokio::test]
async fn who_has_its_id_gets_a_practice() {
    let world = World::with_practices().await;
    let request = v1::GetOfferingRequest {
        offering_id: "practice-1".into(),
        ..Default::default()
    };
    let got = world.api.get_offering(Request::new(request)).await.unwrap();
    assert!(got.into_inner().row.is_some());
}

#[tokio::test]
async fn a_watcher_hears_of_practices_together_and_of_one_only_if_it_was_shown() {
    let world = World::with_practices().await;
    let shown = v1::OfferingDetails {
        shown_by_itself: true,
        ..practice(7)
    };
    world.publish("shown", shown).await;
    let watch = world.api.watch_capacity(Request::new(Default::default()));
    let mut messages = watch.await.unwrap().into_inner();
    let mut next = async || loop {
        let message = tokio::time::timeout(PATIENCE, messages.next()).await;
        match message.unwrap().unwrap().unwrap().event.unwrap() {
            Event::Heartbeat(_) => {}
            event => return event,
        }
    };
    let mut rows = Vec::new();
    let mut practices = 0;
    loop {
        match next().await {
            Event::Offering(row) => rows.push(row.offering_id),
            Event::Practices(groups) => practices += groups.grouped_total,
            Event::Live(_) => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        (rows, practices),
        (vec!["ward".to_owned(), "shown".to_owned()], 6)
    );

    world.later(1_000);
    world.report("practice-1", world.waiting(70)).await.unwrap();
    let Event::Practices(groups) = next().await else {
        panic!("not the practices");
    };
    let shortest: Vec<_> = groups
        .groups
        .iter()
        .filter_map(|group| group.shortest_wait_days)
        .collect();
    assert_eq!(shortest, [14]);

    world.publish("shown", practice(7)).await;
    let Event::Removed(removed) = next().await else {
        panic!("it is still shown");
    };
    assert_eq!(removed.offering_id, "shown");
}
