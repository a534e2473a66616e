use tonic::Code;
use tonic_types::StatusExt;

use super::*;

const MINUTE: i64 = 60_000;

impl World {
    /// The log goes by the clock that the test moves.
    async fn with_one_clock() -> Self {
        let clock = Arc::new(AtomicI64::new(Clock::system().now().as_millis()));
        let hand = Arc::clone(&clock);
        let log_clock: eventlog::Clock = Arc::new(move || hand.load(Ordering::Relaxed));
        let topics = ["demo.capacity", "demo.control"];
        let log = EventLog::in_memory_with_clock(&topics, log_clock).unwrap();
        Self::on(log, clock).ready().await
    }

    async fn find_as_of(&self, moment: Timestamp) -> v1::FindCapacityResponse {
        let request = v1::FindCapacityRequest {
            as_of: Some(timestamp(moment)),
            ..Default::default()
        };
        self.find(request).await.unwrap()
    }

    async fn get_as_of(
        &self,
        id: &str,
        moment: Timestamp,
    ) -> Result<v1::GetOfferingResponse, Status> {
        let request = v1::GetOfferingRequest {
            offering_id: id.to_owned(),
            history_limit: 100,
            as_of: Some(timestamp(moment)),
            ..Default::default()
        };
        let response = self.api.get_offering(Request::new(request)).await?;
        Ok(response.into_inner())
    }
}

fn wrong_fields(status: &Status) -> Vec<String> {
    let request = status.get_details_bad_request().unwrap();
    let fields = request.field_violations.into_iter();
    fields.map(|wrong| wrong.field).collect()
}

#[tokio::test]
async fn a_search_of_the_past_answers_as_it_would_have_then() {
    let world = World::with_one_clock().await;
    world.publish("one", details()).await;
    world.report("one", world.free(2)).await.unwrap();
    world.later(MINUTE);
    let moment = world.now();
    let then = world
        .find(v1::FindCapacityRequest::default())
        .await
        .unwrap();
    assert_eq!(then.answered_at, Some(timestamp(moment)));
    assert_eq!(then.available_total, 2);

    world.later(1);
    world.report("one", world.free(0)).await.unwrap();
    world.publish("two", details()).await;
    // By now the first figures are too old to be believed.
    world.later(100 * HOUR);
    assert_eq!(world.find_as_of(moment).await, then);

    let before = Timestamp::from_millis(moment.as_millis() - MINUTE - 1);
    let nothing = world.find_as_of(before).await;
    assert_eq!((nothing.total, nothing.rows.len()), (0, 0));
    assert!(!nothing.position.is_empty());
}

#[tokio::test]
async fn the_pages_of_a_past_answer_belong_to_its_moment() {
    let world = World::with_one_clock().await;
    for number in 0..5 {
        world
            .publish(&format!("offering-{number}"), details())
            .await;
    }
    let moment = world.now();
    world.later(1);
    world.publish("offering-2b", details()).await;
    world.later(MINUTE);
    let page = |as_of: Option<Timestamp>, page_token: String| v1::FindCapacityRequest {
        page_size: 3,
        as_of: as_of.map(timestamp),
        page_token,
        ..Default::default()
    };
    let first = world.find(page(Some(moment), String::new())).await.unwrap();
    let token = first.next_page_token.clone();
    let second = world.find(page(Some(moment), token.clone())).await.unwrap();
    let rows = first.rows.iter().chain(&second.rows);
    let ids: Vec<_> = rows.map(|row| row.offering_id.as_str()).collect();
    let expected: Vec<_> = (0..5).map(|number| format!("offering-{number}")).collect();
    assert_eq!(ids, expected);
    assert_eq!(second.next_page_token, "");

    let later = Timestamp::from_millis(moment.as_millis() + 1);
    for other in [None, Some(later)] {
        let refused = world.find(page(other, token.clone())).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["page_token"]);
    }
}

#[tokio::test]
async fn an_offering_shows_its_history_as_far_as_it_had_come() {
    let world = World::with_one_clock().await;
    let before = world.now();
    world.later(1);
    world.publish("one", details()).await;
    world.report("one", world.free(2)).await.unwrap();
    let moment = world.now();
    let then = world.get("one").await.unwrap();
    world.later(1);
    let withdraw = v1::WithdrawOfferingRequest {
        offering_id: "one".into(),
        reason: v1::WithdrawalReason::Closed.into(),
        ..Default::default()
    };
    world
        .api
        .withdraw_offering(Request::new(withdraw))
        .await
        .unwrap();
    world.later(MINUTE);
    let past = world.get_as_of("one", moment).await.unwrap();
    assert_eq!(past, then);
    assert!(!past.row.unwrap().withdrawn);
    assert_eq!(past.history.len(), 2);
    assert!(world.get("one").await.unwrap().row.unwrap().withdrawn);

    let unknown = world.get_as_of("one", before).await.unwrap_err();
    assert_eq!(
        (unknown.code(), reason(&unknown)),
        (Code::NotFound, "unknown-offering".into())
    );
}

#[tokio::test]
async fn a_moment_that_is_not_past_or_is_none_is_named_with_all_that_is_wrong() {
    let world = World::with_one_clock().await;
    let moments = [
        timestamp(Timestamp::from_millis(world.now().as_millis() - 4_999)),
        timestamp(Timestamp::from_millis(world.now().as_millis() + HOUR)),
        prost_types::Timestamp {
            seconds: i64::MAX,
            nanos: 0,
        },
        prost_types::Timestamp {
            seconds: 0,
            nanos: -1,
        },
    ];
    for moment in moments {
        let find = v1::FindCapacityRequest {
            as_of: Some(moment),
            page_size: 501,
            ..Default::default()
        };
        let refused = world.find(find).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["page_size", "as_of"]);
        let get = v1::GetOfferingRequest {
            offering_id: "?".into(),
            as_of: Some(moment),
            ..Default::default()
        };
        let refused = world.api.get_offering(Request::new(get)).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["offering_id", "as_of"]);
    }
    let long_ago = prost_types::Timestamp {
        seconds: i64::MIN,
        nanos: 0,
    };
    let find = v1::FindCapacityRequest {
        as_of: Some(long_ago),
        ..Default::default()
    };
    assert_eq!(world.find(find).await.unwrap().total, 0);
}
