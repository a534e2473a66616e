//! Threats 9 and 18 as far as they reach without certificates: whose an offering is.

use chassis::access::{Access, CALLER, Gate};
use domain::access::Region;
use proto::capacity::v1::report_acknowledgement::Result as Acknowledged;
use proto::capacity::v1::{Origin, PlaceKind};
use tonic::metadata::MetadataMap;
use tonic::{Code, Response};

use super::*;
use crate::grpc::CALLS;

const OWN: &str = "his:provider-system@agb:06011009";
const OTHER: &str = "his:provider-system@agb:06011010";
const TEAM: &str = "mdk:screening-member@gm:GM0014";
const OPERATOR: &str = "ops:region-operator@demo:1";

/// A request as the gate hands it on.
fn by<T>(caller: &str, method: &str, message: T) -> Result<Request<T>, Status> {
    let mut request = Request::new(message);
    let gate = Gate::new(
        Region::parse("demo").unwrap(),
        &[(crate::SERVICE_NAME, CALLS)],
    );
    let mut said = MetadataMap::new();
    said.insert(CALLER, caller.parse().unwrap());
    let path = format!("/{}/{method}", crate::SERVICE_NAME);
    let peer = "127.0.0.1:1".parse().unwrap();
    let admitted: Option<Access> = gate.admit(&path, said.as_ref(), Some(peer))?;
    request.extensions_mut().insert(admitted.unwrap());
    Ok(request)
}

/// What came of it: `done`, or the reason of the refusal.
fn outcome<T>(answer: Result<Response<T>, Status>) -> String {
    match answer {
        Ok(_) => "done".to_owned(),
        Err(status) => reason(&status),
    }
}

fn of_origin(origin: Origin) -> v1::OfferingDetails {
    v1::OfferingDetails {
        place_kind: PlaceKind::Bed.into(),
        origin: origin.into(),
        ..details()
    }
}

impl World {
    async fn publish_by(&self, caller: &str, id: &str, origin: Origin) -> String {
        let request = v1::PublishOfferingRequest {
            offering_id: id.to_owned(),
            details: Some(of_origin(origin)),
            ..Default::default()
        };
        match by(caller, "PublishOffering", request) {
            Ok(request) => outcome(self.api.publish_offering(request).await),
            Err(status) => reason(&status),
        }
    }

    async fn report_by(&self, caller: &str, id: &str) -> String {
        let request = v1::ReportCapacityRequest {
            offering_id: id.to_owned(),
            report: Some(self.free(3)),
            ..Default::default()
        };
        match by(caller, "ReportCapacity", request) {
            Ok(request) => outcome(self.api.report_capacity(request).await),
            Err(status) => reason(&status),
        }
    }

    async fn pause_by(&self, caller: &str, id: &str) -> String {
        let request = v1::PauseAdmissionsRequest {
            offering_id: id.to_owned(),
            pause: Some(v1::Pause {
                reason: v1::PauseReason::NotStated.into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let request = by(caller, "PauseAdmissions", request).unwrap();
        outcome(self.api.pause_admissions(request).await)
    }

    async fn withdraw_by(&self, caller: &str, id: &str) -> String {
        let request = v1::WithdrawOfferingRequest {
            offering_id: id.to_owned(),
            reason: v1::WithdrawalReason::Closed.into(),
            ..Default::default()
        };
        let request = by(caller, "WithdrawOffering", request).unwrap();
        outcome(self.api.withdraw_offering(request).await)
    }

    async fn hold_by(&self, caller: &str, id: &str) -> String {
        let request = v1::HoldPlaceRequest {
            offering_id: id.to_owned(),
            expires_at: Some(timestamp(self.now().plus_millis(HOUR))),
            ..Default::default()
        };
        match by(caller, "HoldPlace", request) {
            Ok(request) => outcome(self.api.hold_place(request).await),
            Err(status) => reason(&status),
        }
    }
}

#[tokio::test]
async fn threat_9_nobody_writes_what_is_another_organisations() {
    let world = World::start().ready().await;
    let other = "other-organisation";
    assert_eq!(
        world.publish_by(OTHER, "one", Origin::Declared).await,
        other
    );
    assert_eq!(world.publish_by(OWN, "one", Origin::Declared).await, "done");
    assert_eq!(world.report_by(OTHER, "one").await, other);
    assert_eq!(world.pause_by(OTHER, "one").await, other);
    assert_eq!(world.withdraw_by(OTHER, "one").await, other);
    assert_eq!(world.report_by(OWN, "one").await, "done");
    assert_eq!(world.pause_by(OWN, "one").await, "done");
    let row = world.get("one").await.unwrap().row.unwrap();
    assert!(!row.withdrawn);
    assert_eq!(row.pauses.len(), 1);
}

#[tokio::test]
async fn a_report_of_anothers_offering_in_a_stream_is_refused_by_itself() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    let others = v1::OfferingDetails {
        provider_id: "agb:06011010".into(),
        ..details()
    };
    world.publish("others", others).await;
    let reports = ["one", "others", "unknown"].map(|id| v1::ReportCapacityRequest {
        offering_id: id.to_owned(),
        report: Some(world.free(1)),
        ..Default::default()
    });
    let transport = crate::wire::Transport {
        access: Access::of(&by(OWN, "StreamReports", ()).unwrap()),
        ..Default::default()
    };
    let message = v1::StreamReportsRequest {
        reports: reports.into(),
    };
    let messages = futures::stream::iter([Ok(message)]);
    let answers = crate::grpc::stream::acknowledgements(world.api.clone(), messages, transport);
    let answers: Vec<_> = futures::StreamExt::collect(answers).await;
    let answer = answers[0].as_ref().unwrap();
    let said = answer.acknowledgements.iter().map(|one| match &one.result {
        Some(Acknowledged::Receipt(_)) => (0, "taken"),
        Some(Acknowledged::Failure(failure)) => (failure.code, failure.reason.as_str()),
        None => (0, "nothing"),
    });
    let expected = [
        (0, "taken"),
        (Code::PermissionDenied as i32, "other-organisation"),
        (Code::FailedPrecondition as i32, "unknown-offering"),
    ];
    assert_eq!(said.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn an_operator_relays_what_was_published_or_invented_and_never_what_is_declared() {
    let world = World::start().ready().await;
    for (id, origin) in [("read", Origin::Published), ("demo", Origin::Demonstration)] {
        assert_eq!(world.publish_by(OPERATOR, id, origin).await, "done");
        assert_eq!(world.report_by(OPERATOR, id).await, "done");
    }
    let other = "other-organisation";
    let declares = world.publish_by(OPERATOR, "one", Origin::Declared).await;
    assert_eq!(declares, "role-may-not");
    world.publish_by(OWN, "one", Origin::Declared).await;
    let overwrites = world.publish_by(OPERATOR, "one", Origin::Published).await;
    assert_eq!(overwrites, "role-may-not");
    assert_eq!(world.report_by(OPERATOR, "one").await, "role-may-not");
    // The provider itself takes over what was only read about it; another one does not.
    assert_eq!(
        world.publish_by(OTHER, "read", Origin::Declared).await,
        other
    );
    assert_eq!(
        world.publish_by(OWN, "read", Origin::Declared).await,
        "done"
    );
    assert_eq!(world.report_by(OPERATOR, "read").await, "role-may-not");
}

#[tokio::test]
async fn screening_teams_hold_any_place_of_their_region_and_providers_their_own() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    world.report("one", world.free(5)).await.unwrap();
    assert_eq!(world.hold_by(TEAM, "one").await, "done");
    assert_eq!(world.hold_by(OWN, "one").await, "done");
    assert_eq!(world.hold_by(OTHER, "one").await, "other-organisation");
    let referrer = "gp:referrer-gp@agb:01234567";
    assert_eq!(world.hold_by(referrer, "one").await, "role-may-not");
}

#[tokio::test]
async fn who_did_something_is_kept_by_role_and_organisation_without_the_person() {
    let world = World::start().ready().await;
    world.publish_by(OWN, "one", Origin::Declared).await;
    let history = world.get("one").await.unwrap().history;
    assert_eq!(history[0].actor, "provider-system@agb:06011009");
    world.publish("two", details()).await;
    assert_eq!(world.get("two").await.unwrap().history[0].actor, "unnamed");
}
