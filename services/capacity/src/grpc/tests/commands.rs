use eventlog::CommandId;
use tonic::Code;

use super::*;

#[tokio::test]
async fn an_identical_publication_is_a_repeat_and_another_is_taken() {
    let world = World::start().ready().await;
    assert_eq!(
        world.publish("one", details()).await.outcome(),
        v1::Outcome::Taken
    );
    assert_eq!(
        world.publish("one", details()).await.outcome(),
        v1::Outcome::Repeated
    );
    let renamed = v1::OfferingDetails {
        provider_name: "GGZ Zuid".into(),
        ..details()
    };
    assert_eq!(
        world.publish("one", renamed).await.outcome(),
        v1::Outcome::Taken
    );
}

#[tokio::test]
async fn a_publication_decides_its_report_and_its_pauses_in_the_same_breath() {
    let world = World::start().ready().await;
    let pause = v1::Pause {
        pause_id: "a".into(),
        reason: v1::PauseReason::NotStated.into(),
        ..Default::default()
    };
    let request = v1::PublishOfferingRequest {
        offering_id: "one".into(),
        details: Some(details()),
        report: Some(world.free(2)),
        pauses: vec![pause],
        replace_pauses: true,
        ..Default::default()
    };
    let publish = || async {
        let response = world
            .api
            .publish_offering(Request::new(request.clone()))
            .await
            .unwrap();
        response.into_inner().receipt.unwrap().outcome()
    };
    assert_eq!(publish().await, v1::Outcome::Taken);
    assert_eq!(publish().await, v1::Outcome::Repeated);
    let got = world.get("one").await.unwrap();
    assert_eq!(got.row.unwrap().pauses.len(), 1);
    let first = &got.history[0];
    assert!(
        got.history
            .iter()
            .all(|entry| entry.position == first.position && entry.version == 1)
    );
}

#[tokio::test]
async fn a_report_is_taken_once_and_an_older_one_is_history() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    let report = world.free(2);
    assert_eq!(
        world.report("one", report.clone()).await.unwrap().outcome(),
        v1::Outcome::Taken
    );
    assert_eq!(
        world.report("one", report).await.unwrap().outcome(),
        v1::Outcome::Repeated
    );
    let older = world.free_at(9, world.now().plus_millis(-HOUR));
    assert_eq!(
        world.report("one", older).await.unwrap().outcome(),
        v1::Outcome::Older
    );
    let row = world.get("one").await.unwrap().row.unwrap();
    assert_eq!(row.counts.unwrap().available, 2);
}

#[tokio::test]
async fn a_no_says_why() {
    let world = World::start().ready().await;
    let unknown = world.report("one", world.free(2)).await.unwrap_err();
    assert_eq!(
        (unknown.code(), reason(&unknown)),
        (Code::FailedPrecondition, "unknown-offering".into())
    );
    world.publish("one", details()).await;
    let ahead = world.free_at(2, world.now().plus_millis(HOUR));
    let ahead = world.report("one", ahead).await.unwrap_err();
    assert_eq!(reason(&ahead), "observed-in-the-future");
}

#[tokio::test]
async fn a_remembered_command_is_answered_as_a_repeat() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    let request = v1::PauseAdmissionsRequest {
        context: Some(v1::CommandContext {
            command_id: CommandId::new_v7().to_string(),
            ..Default::default()
        }),
        offering_id: "one".into(),
        pause: Some(v1::Pause {
            reason: v1::PauseReason::Holiday.into(),
            ..Default::default()
        }),
    };
    let pause = |repeat: bool| {
        let mut request = request.clone();
        request.context.as_mut().unwrap().repeat = repeat;
        world.api.pause_admissions(Request::new(request))
    };
    let first = pause(false).await.unwrap().into_inner();
    assert_eq!(first.pause_id, request.context.as_ref().unwrap().command_id);
    let resume = v1::ResumeAdmissionsRequest {
        offering_id: "one".into(),
        ..Default::default()
    };
    world
        .api
        .resume_admissions(Request::new(resume))
        .await
        .unwrap();
    // The pause is over: done again it would begin anew.
    let again = pause(true).await.unwrap().into_inner();
    assert_eq!(again.receipt.unwrap().outcome(), v1::Outcome::Repeated);
    assert!(
        world
            .get("one")
            .await
            .unwrap()
            .row
            .unwrap()
            .pauses
            .is_empty()
    );
}

#[tokio::test]
async fn a_change_changes_what_it_names() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    let request = v1::ChangeOfferingRequest {
        offering_id: "one".into(),
        details: Some(v1::OfferingDetails {
            programme_name: "Dagkliniek".into(),
            provider_name: "not named in the mask".into(),
            ..Default::default()
        }),
        update_mask: Some(prost_types::FieldMask {
            paths: vec!["programme_name".into()],
        }),
        ..Default::default()
    };
    world
        .api
        .change_offering(Request::new(request.clone()))
        .await
        .unwrap();
    let now = world
        .get("one")
        .await
        .unwrap()
        .row
        .unwrap()
        .details
        .unwrap();
    assert_eq!(
        (&*now.provider_name, &*now.programme_name),
        ("GGZ Noord", "Dagkliniek")
    );
    let other = v1::OfferingDetails {
        provider_id: "agb:00000001".into(),
        ..request.details.clone().unwrap()
    };
    let request = v1::ChangeOfferingRequest {
        details: Some(other),
        ..request
    };
    let refused = world
        .api
        .change_offering(Request::new(request))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "other-provider");
}

#[tokio::test]
async fn a_correction_changes_the_present_that_it_names() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    let wrong = world.free(20);
    world.report("one", wrong.clone()).await.unwrap();
    let request = v1::CorrectReportRequest {
        offering_id: "one".into(),
        supersedes_observed_at: wrong.observed_at,
        report: Some(world.free_at(2, world.now())),
        reason: v1::CorrectionReason::TypingError.into(),
        ..Default::default()
    };
    let answer = world
        .api
        .correct_report(Request::new(request))
        .await
        .unwrap();
    assert_eq!(
        answer.into_inner().receipt.unwrap().outcome(),
        v1::Outcome::Taken
    );
    let got = world.get("one").await.unwrap();
    assert_eq!(got.row.unwrap().counts.unwrap().available, 2);
    assert_eq!(
        (&*got.history[0].kind, &*got.history[0].reason),
        ("report-corrected", "typing-error")
    );
}

#[tokio::test]
async fn a_token_of_another_log_is_refused() {
    let (world, other) = (World::start().ready().await, World::start().ready().await);
    let receipt = other.publish("one", details()).await;
    let request = v1::PublishOfferingRequest {
        context: Some(v1::CommandContext {
            at_least: vec![receipt.position],
            ..Default::default()
        }),
        offering_id: "one".into(),
        details: Some(details()),
        ..Default::default()
    };
    let refused = world
        .api
        .publish_offering(Request::new(request))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "position-of-another-log");
}

impl World {
    pub(super) async fn get(&self, id: &str) -> Result<v1::GetOfferingResponse, Status> {
        let request = v1::GetOfferingRequest {
            offering_id: id.to_owned(),
            history_limit: 100,
            ..Default::default()
        };
        Ok(self
            .api
            .get_offering(Request::new(request))
            .await?
            .into_inner())
    }
}

#[tokio::test]
async fn a_refusal_counts_once_however_often_it_is_sent_and_shows_with_its_numbers() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    world.report("one", world.free(2)).await.unwrap();
    let request = v1::RecordRefusalRequest {
        context: Some(v1::CommandContext {
            command_id: CommandId::new_v7().to_string(),
            repeat: true,
            ..Default::default()
        }),
        offering_id: "one".into(),
        refusal: Some(v1::Refusal {
            reason: v1::RefusalReason::NoPlaceAfterAll.into(),
            ..Default::default()
        }),
    };
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        let response = world
            .api
            .record_refusal(Request::new(request.clone()))
            .await
            .unwrap();
        outcomes.push(response.into_inner().receipt.unwrap().outcome());
    }
    assert_eq!(outcomes, [v1::Outcome::Taken, v1::Outcome::Repeated]);
    let got = world.get("one").await.unwrap();
    let practised = got.row.unwrap().practised.unwrap();
    assert_eq!((practised.refusals, practised.contradicting), (1, 1));
    assert_eq!(
        practised.by_reason[0].reason(),
        v1::RefusalReason::NoPlaceAfterAll
    );
    assert_eq!(got.history[0].kind, "refusal-recorded");
    assert_eq!(got.history[0].reason, "no-place-after-all");
}
