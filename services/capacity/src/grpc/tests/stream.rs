use futures::{StreamExt, stream};
use proto::capacity::v1::report_acknowledgement::Result as Acknowledged;
use tonic::Code;

use super::*;
use crate::grpc::stream::acknowledgements;
use crate::wire::Transport;

fn reporting(id: &str, report: v1::Report) -> v1::ReportCapacityRequest {
    v1::ReportCapacityRequest {
        offering_id: id.to_owned(),
        report: Some(report),
        ..Default::default()
    }
}

impl World {
    async fn stream(
        &self,
        messages: Vec<Vec<v1::ReportCapacityRequest>>,
    ) -> Vec<Result<v1::StreamReportsResponse, Status>> {
        let messages = messages
            .into_iter()
            .map(|reports| Ok(v1::StreamReportsRequest { reports }));
        let messages = stream::iter(messages.collect::<Vec<_>>());
        acknowledgements(self.api.clone(), messages, Transport::default())
            .collect()
            .await
    }
}

fn said(acknowledgement: &v1::ReportAcknowledgement) -> (&str, String) {
    let said = match acknowledgement.result.as_ref().unwrap() {
        Acknowledged::Receipt(receipt) => receipt.outcome().as_str_name().to_owned(),
        Acknowledged::Failure(failure) => failure.reason.clone(),
    };
    (&acknowledgement.offering_id, said)
}

#[tokio::test]
async fn every_report_is_acknowledged_in_the_order_sent_and_a_bad_one_disturbs_nobody() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    world.publish("two", details()).await;
    let bad = v1::Report {
        source_class: 0,
        counts: None,
        ..world.free(0)
    };
    let messages = vec![
        vec![
            reporting("one", world.free(1)),
            reporting("no such", world.free(1)),
            reporting("two", bad),
            reporting("unknown", world.free(1)),
            reporting("two", world.free(2)),
        ],
        vec![reporting("one", world.free(1))],
        vec![],
    ];
    let answers = world.stream(messages).await;
    let answers: Vec<_> = answers
        .into_iter()
        .map(|answer| answer.unwrap().acknowledgements)
        .collect();
    let said: Vec<Vec<_>> = answers
        .iter()
        .map(|answer| answer.iter().map(said).collect())
        .collect();
    let expect = |id: &'static str, what: &str| (id, what.to_owned());
    assert_eq!(
        said,
        [
            vec![
                expect("one", "OUTCOME_TAKEN"),
                expect("no such", "invalid"),
                expect("two", "invalid"),
                expect("unknown", "unknown-offering"),
                expect("two", "OUTCOME_TAKEN"),
            ],
            vec![expect("one", "OUTCOME_REPEATED")],
            vec![],
        ]
    );
    let Some(Acknowledged::Failure(failure)) = &answers[0][2].result else {
        panic!("not a failure")
    };
    assert_eq!(failure.code, Code::InvalidArgument as i32);
    let fields: Vec<_> = failure
        .violations
        .iter()
        .map(|violation| violation.field.as_str())
        .collect();
    assert_eq!(fields, ["report.source_class", "report"]);
}

#[tokio::test]
async fn a_message_of_too_many_reports_ends_the_stream() {
    let world = World::start().ready().await;
    world.publish("one", details()).await;
    let messages = vec![
        vec![reporting("one", world.free(1))],
        vec![reporting("one", world.free(2)); 501],
    ];
    let answers = world.stream(messages).await;
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0].as_ref().unwrap().acknowledgements.len(), 1);
    let status = answers[1].as_ref().unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().contains("501"), "{}", status.message());
}

#[tokio::test]
async fn thousands_of_reports_are_acknowledged_each() {
    let world = World::start().ready().await;
    for number in 0..50 {
        world.publish(&format!("{number}"), details()).await;
    }
    let messages = (0..20_i64).map(|round| {
        let at = world.now().plus_millis(round - 10_000);
        let report = |number: u32| reporting(&format!("{number}"), world.free_at(number, at));
        (0..50).map(report).collect()
    });
    let answers = world.stream(messages.collect()).await;
    let taken = answers
        .iter()
        .flat_map(|answer| &answer.as_ref().unwrap().acknowledgements)
        .filter(|acknowledgement| said(acknowledgement).1 == "OUTCOME_TAKEN")
        .count();
    assert_eq!(taken, 1_000);
}
