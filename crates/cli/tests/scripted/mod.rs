//! A server that answers as it was told, and remembers what it heard.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use proto::capacity::v1::capacity_service_server::{CapacityService, CapacityServiceServer};
use proto::capacity::v1::report_acknowledgement::Result as Acknowledged;
use proto::capacity::v1::*;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status, Streaming};

/// What a watch sends next; an error ends it.
pub(crate) type Step = Result<WatchCapacityResponse, Status>;

/// What to answer, in order.
#[derive(Default)]
pub(crate) struct Script {
    /// To single reports.
    pub(crate) reports: Vec<Result<Receipt, Status>>,
    /// To streams of reports: how many to acknowledge before breaking; none: all.
    pub(crate) streams: Vec<Option<usize>>,
    /// To watches.
    pub(crate) watches: Vec<Vec<Step>>,
}

/// What was heard.
#[derive(Default)]
pub(crate) struct Heard {
    /// Offering, command id, repeat.
    pub(crate) commands: Vec<(String, String, bool)>,
    /// Of watches.
    pub(crate) cursors: Vec<String>,
}

struct Server {
    reports: Mutex<VecDeque<Result<Receipt, Status>>>,
    streams: Mutex<VecDeque<Option<usize>>>,
    watches: Mutex<VecDeque<Vec<Step>>>,
    heard: Arc<Mutex<Heard>>,
}

/// Starts it on a free port; returns its address.
pub(crate) async fn start(script: Script) -> (String, Arc<Mutex<Heard>>) {
    let heard = Arc::default();
    let server = Server {
        reports: Mutex::new(script.reports.into()),
        streams: Mutex::new(script.streams.into()),
        watches: Mutex::new(script.watches.into()),
        heard: Arc::clone(&heard),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = tonic::transport::Server::builder()
        .add_service(CapacityServiceServer::new(server))
        .serve_with_incoming(TcpIncoming::from(listener));
    tokio::spawn(serving);
    (address, heard)
}

fn hear(heard: &Mutex<Heard>, request: &ReportCapacityRequest) -> String {
    let context = request.context.clone().unwrap();
    let command = (
        request.offering_id.clone(),
        context.command_id.clone(),
        context.repeat,
    );
    heard.lock().unwrap().commands.push(command);
    context.command_id
}

/// Acknowledges the reports of a message while any are left to be acknowledged.
fn acknowledge(
    heard: &Mutex<Heard>,
    message: &StreamReportsRequest,
    left: &mut Option<usize>,
) -> StreamReportsResponse {
    let mut answer = StreamReportsResponse::default();
    for report in &message.reports {
        let command_id = hear(heard, report);
        if *left == Some(0) {
            continue;
        }
        *left = left.map(|left| left - 1);
        let receipt = Receipt {
            outcome: Outcome::Taken.into(),
            position: "p".into(),
            command_id,
        };
        answer.acknowledgements.push(ReportAcknowledgement {
            offering_id: report.offering_id.clone(),
            result: Some(Acknowledged::Receipt(receipt)),
        });
    }
    answer
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;
type Answer<T> = Result<Response<T>, Status>;

fn not_in_the_script<T>() -> Answer<T> {
    Err(Status::unimplemented("not in the script"))
}

#[tonic::async_trait]
impl CapacityService for Server {
    type StreamReportsStream = Answers<StreamReportsResponse>;
    type WatchCapacityStream = Answers<WatchCapacityResponse>;

    async fn report_capacity(
        &self,
        request: Request<ReportCapacityRequest>,
    ) -> Answer<ReportCapacityResponse> {
        hear(&self.heard, request.get_ref());
        let next = self.reports.lock().unwrap().pop_front();
        let receipt = next.unwrap_or_else(|| Err(Status::internal("the script is over")))?;
        Ok(Response::new(ReportCapacityResponse {
            receipt: Some(receipt),
        }))
    }

    async fn stream_reports(
        &self,
        request: Request<Streaming<StreamReportsRequest>>,
    ) -> Answer<Self::StreamReportsStream> {
        let next = self.streams.lock().unwrap().pop_front();
        let mut left = next.ok_or_else(|| Status::internal("the script is over"))?;
        let heard = Arc::clone(&self.heard);
        let (answers, stream) = mpsc::channel(1);
        let mut requests = request.into_inner();
        tokio::spawn(async move {
            while let Some(Ok(message)) = requests.next().await {
                let answer = acknowledge(&heard, &message, &mut left);
                answers.send(Ok(answer)).await.unwrap();
                if left == Some(0) {
                    let _ = answers.send(Err(Status::unavailable("stopping"))).await;
                    return;
                }
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(stream))))
    }

    async fn watch_capacity(
        &self,
        request: Request<WatchCapacityRequest>,
    ) -> Answer<Self::WatchCapacityStream> {
        self.heard
            .lock()
            .unwrap()
            .cursors
            .push(request.into_inner().cursor);
        let next = self.watches.lock().unwrap().pop_front();
        let steps = next.ok_or_else(|| Status::internal("the script is over"))?;
        Ok(Response::new(Box::pin(tokio_stream::iter(steps))))
    }

    async fn publish_offering(
        &self,
        _: Request<PublishOfferingRequest>,
    ) -> Answer<PublishOfferingResponse> {
        not_in_the_script()
    }

    async fn change_offering(
        &self,
        _: Request<ChangeOfferingRequest>,
    ) -> Answer<ChangeOfferingResponse> {
        not_in_the_script()
    }

    async fn withdraw_offering(
        &self,
        _: Request<WithdrawOfferingRequest>,
    ) -> Answer<WithdrawOfferingResponse> {
        not_in_the_script()
    }

    async fn correct_report(
        &self,
        _: Request<CorrectReportRequest>,
    ) -> Answer<CorrectReportResponse> {
        not_in_the_script()
    }

    async fn pause_admissions(
        &self,
        _: Request<PauseAdmissionsRequest>,
    ) -> Answer<PauseAdmissionsResponse> {
        not_in_the_script()
    }

    async fn resume_admissions(
        &self,
        _: Request<ResumeAdmissionsRequest>,
    ) -> Answer<ResumeAdmissionsResponse> {
        not_in_the_script()
    }

    async fn record_refusal(
        &self,
        _: Request<RecordRefusalRequest>,
    ) -> Answer<RecordRefusalResponse> {
        not_in_the_script()
    }

    async fn hold_place(&self, _: Request<HoldPlaceRequest>) -> Answer<HoldPlaceResponse> {
        not_in_the_script()
    }

    async fn extend_hold(&self, _: Request<ExtendHoldRequest>) -> Answer<ExtendHoldResponse> {
        not_in_the_script()
    }

    async fn release_hold(&self, _: Request<ReleaseHoldRequest>) -> Answer<ReleaseHoldResponse> {
        not_in_the_script()
    }

    async fn consume_place(&self, _: Request<ConsumePlaceRequest>) -> Answer<ConsumePlaceResponse> {
        not_in_the_script()
    }

    async fn find_capacity(&self, _: Request<FindCapacityRequest>) -> Answer<FindCapacityResponse> {
        not_in_the_script()
    }

    async fn get_offering(&self, _: Request<GetOfferingRequest>) -> Answer<GetOfferingResponse> {
        not_in_the_script()
    }
}
