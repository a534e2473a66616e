use tonic::Code;

use super::*;

impl World {
    pub(super) async fn find(
        &self,
        request: v1::FindCapacityRequest,
    ) -> Result<v1::FindCapacityResponse, Status> {
        Ok(self
            .api
            .find_capacity(Request::new(request))
            .await?
            .into_inner())
    }
}

fn ids(response: &v1::FindCapacityResponse) -> Vec<&str> {
    response
        .rows
        .iter()
        .map(|row| row.offering_id.as_str())
        .collect()
}

#[tokio::test]
async fn a_search_says_what_it_found_and_how_old_it_is() {
    let world = World::start().ready().await;
    world.publish("near", details()).await;
    world
        .publish(
            "far",
            v1::OfferingDetails {
                municipality_code: "GM0363".into(),
                ..details()
            },
        )
        .await;
    world.report("near", world.free(2)).await.unwrap();
    world.later(60_000);
    let filter = v1::CapacityFilter {
        // Haren, now Groningen.
        municipality_code: "GM0017".into(),
        max_distance_km: Some(50.0),
        ..Default::default()
    };
    let found = world
        .find(v1::FindCapacityRequest {
            filter: Some(filter),
            ..Default::default()
        })
        .await
        .unwrap();
    assert_eq!(ids(&found), ["near"]);
    assert_eq!(
        (found.total, found.available_total, found.unknown_count),
        (1, 2, 0)
    );
    let row = &found.rows[0];
    assert_eq!(row.distance_km, Some(0.0));
    let status = row.counts_status.as_ref().unwrap();
    assert_eq!(
        (status.freshness(), status.age_seconds),
        (v1::Freshness::Current, Some(60))
    );
    assert_eq!(
        row.waits_status.as_ref().unwrap().freshness(),
        v1::Freshness::None
    );
}

#[tokio::test]
async fn expired_figures_are_shown_and_counted_nowhere() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    world.report("one", world.free(2)).await.unwrap();
    world.later(48 * HOUR);
    let found = world
        .find(v1::FindCapacityRequest::default())
        .await
        .unwrap();
    assert_eq!(
        (found.total, found.available_total, found.unknown_count),
        (1, 0, 1)
    );
    let row = &found.rows[0];
    assert_eq!(
        row.counts_status.as_ref().unwrap().freshness(),
        v1::Freshness::Expired
    );
    assert_eq!(row.counts.as_ref().unwrap().available, 2);
}

#[tokio::test]
async fn pages_follow_one_another_and_belong_to_their_question() {
    let world = World::start().ready().await;
    for number in 0..7 {
        world
            .publish(&format!("offering-{number}"), details())
            .await;
    }
    let question = v1::FindCapacityRequest {
        page_size: 3,
        sort: vec![v1::SortOrder::Name.into()],
        ..Default::default()
    };
    let mut seen = Vec::new();
    let mut request = question.clone();
    loop {
        let found = world.find(request).await.unwrap();
        assert_eq!(found.total, 7);
        seen.extend(ids(&found).into_iter().map(str::to_owned));
        if found.next_page_token.is_empty() {
            break;
        }
        request = v1::FindCapacityRequest {
            page_token: found.next_page_token,
            ..question.clone()
        };
    }
    let expected: Vec<_> = (0..7).map(|number| format!("offering-{number}")).collect();
    assert_eq!(seen, expected);

    let token = world.find(question.clone()).await.unwrap().next_page_token;
    let other = v1::FindCapacityRequest {
        sort: Vec::new(),
        page_token: token,
        ..question
    };
    assert_eq!(
        world.find(other).await.unwrap_err().code(),
        Code::InvalidArgument
    );
}

#[tokio::test]
async fn a_search_names_all_that_is_wrong_with_it() {
    use tonic_types::StatusExt;
    let world = World::start().ready().await;
    let filter = v1::CapacityFilter {
        max_distance_km: Some(f64::NAN),
        region: Some(v1::Region {
            scheme: "province".into(),
            code: "ZK06".into(),
        }),
        care_types: vec![99],
        age_years: Some(131),
        diagnosis_group: "99".into(),
        language: "NL".into(),
        pause: 7,
        provider_id: "x".into(),
        ..Default::default()
    };
    let request = v1::FindCapacityRequest {
        filter: Some(filter),
        sort: vec![0],
        page_size: 501,
        page_token: "x".into(),
        ..Default::default()
    };
    let status = world.find(request).await.unwrap_err();
    let request = status.get_details_bad_request().unwrap();
    let mut wrong: Vec<_> = request
        .field_violations
        .iter()
        .map(|wrong| wrong.field.as_str())
        .collect();
    wrong.sort_unstable();
    assert_eq!(
        wrong,
        [
            "filter.age_years",
            "filter.care_types[0]",
            "filter.diagnosis_group",
            "filter.language",
            "filter.max_distance_km",
            "filter.max_distance_km",
            "filter.pause",
            "filter.provider_id",
            "filter.region.code",
            "page_size",
            "page_token",
            "sort[0]",
        ]
    );
}

#[tokio::test]
async fn a_region_is_a_layout_and_a_code() {
    let world = World::start().ready().await;
    world
        .publish(
            "drenthe",
            v1::OfferingDetails {
                municipality_code: "GM0106".into(),
                ..details()
            },
        )
        .await;
    world.publish("groningen", details()).await;
    let found = |scheme: &str, code: &str| {
        let region = v1::Region {
            scheme: scheme.to_owned(),
            code: code.to_owned(),
        };
        let filter = v1::CapacityFilter {
            region: Some(region),
            ..Default::default()
        };
        world.find(v1::FindCapacityRequest {
            filter: Some(filter),
            ..Default::default()
        })
    };
    assert_eq!(
        ids(&found("care-office", "ZK06").await.unwrap()),
        ["drenthe"]
    );
    assert_eq!(
        ids(&found("province", "PV20").await.unwrap()),
        ["groningen"]
    );
    assert_eq!(
        ids(&found("municipality", "GM0017").await.unwrap()),
        ["groningen"]
    );
    assert_eq!(
        found("province", "PV99").await.unwrap_err().code(),
        Code::InvalidArgument
    );
}

#[tokio::test]
async fn an_offering_shows_its_history_newest_first_also_when_it_is_withdrawn() {
    let world = World::start().ready().await;
    let unknown = world.get("one").await.unwrap_err();
    assert_eq!(
        (unknown.code(), reason(&unknown)),
        (Code::NotFound, "unknown-offering".into())
    );
    world.publish("one", details()).await;
    world.report("one", world.free(2)).await.unwrap();
    let withdraw = v1::WithdrawOfferingRequest {
        offering_id: "one".into(),
        reason: v1::WithdrawalReason::RegisteredInError.into(),
        ..Default::default()
    };
    world
        .api
        .withdraw_offering(Request::new(withdraw))
        .await
        .unwrap();
    assert_eq!(
        world
            .find(v1::FindCapacityRequest::default())
            .await
            .unwrap()
            .total,
        0
    );
    let got = world.get("one").await.unwrap();
    assert!(got.row.unwrap().withdrawn);
    let kinds: Vec<_> = got
        .history
        .iter()
        .map(|entry| (entry.kind.as_str(), entry.version))
        .collect();
    assert_eq!(
        kinds,
        [
            ("offering-withdrawn", 3),
            ("capacity-reported", 2),
            ("offering-published", 1)
        ]
    );
    assert_eq!(got.history[0].reason, "registered-in-error");
    assert_eq!(
        got.history[1]
            .report
            .as_ref()
            .unwrap()
            .counts
            .as_ref()
            .unwrap()
            .available,
        2
    );
    let some = v1::GetOfferingRequest {
        offering_id: "one".into(),
        history_limit: 1,
        ..Default::default()
    };
    let some = world
        .api
        .get_offering(Request::new(some))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(some.history.len(), 1);
}

#[tokio::test]
async fn an_answer_names_the_silent_and_what_was_just_missed_when_it_is_asked() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    let other = v1::OfferingDetails {
        provider_id: "agb:06011010".into(),
        provider_name: "GGZ Zuid".into(),
        ..details()
    };
    world.publish("two", other).await;
    world.report("one", world.free(0)).await.unwrap();
    let asked = v1::FindCapacityRequest {
        filter: Some(v1::CapacityFilter {
            only_available: true,
            ..Default::default()
        }),
        explain_missed: 10,
        with_completeness: true,
        ..Default::default()
    };
    let found = world.find(asked.clone()).await.unwrap();
    assert_eq!(ids(&found), [""; 0]);
    let completeness = found.completeness.unwrap();
    assert_eq!(
        (
            completeness.expected_providers,
            completeness.reported_providers
        ),
        (2, 1)
    );
    assert_eq!(completeness.silent[0].provider_name, "GGZ Zuid");
    assert_eq!(completeness.silent[0].last_observed_at, None);
    let missed: Vec<_> = found
        .missed
        .iter()
        .map(|missed| (missed.filter.as_str(), missed.row.is_some()))
        .collect();
    assert_eq!(missed, [("available", true), ("never-reported", true)]);

    let plain = v1::FindCapacityRequest {
        explain_missed: 0,
        with_completeness: false,
        ..asked.clone()
    };
    let found = world.find(plain).await.unwrap();
    assert_eq!((found.completeness, found.missed.len()), (None, 0));
    let too_many = v1::FindCapacityRequest {
        explain_missed: 101,
        ..asked
    };
    let status = world.find(too_many).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
}
