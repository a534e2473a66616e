//! A server that keeps what is published, and fails as told.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use proto::capacity::v1::capacity_service_server::{CapacityService, CapacityServiceServer};
use proto::capacity::v1::*;
use tokio_stream::Stream;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status, Streaming};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

/// What goes wrong.
#[derive(Default)]
pub(crate) struct Faults {
    /// The first attempts take effect, but the answer is lost.
    pub(crate) lost_answers: usize,
    /// Offerings of this provider are refused, for this field.
    pub(crate) refuses: Option<(&'static str, &'static str)>,
    /// After so many offerings every call is refused as if the server were stopping.
    pub(crate) stops_after: Option<usize>,
}

/// What the server keeps.
#[derive(Default)]
pub(crate) struct Shelf {
    pub(crate) offerings: HashMap<String, PublishOfferingRequest>,
    /// The command that last changed an offering.
    changed_by: HashMap<String, String>,
    /// Command ids, with whether the attempt was a repeat.
    pub(crate) attempts: Vec<(String, bool)>,
    pub(crate) faults: Faults,
}

struct Server(Arc<Mutex<Shelf>>);

/// Starts it on a free port; returns its address.
pub(crate) async fn start(faults: Faults) -> (String, Arc<Mutex<Shelf>>) {
    let shelf = Arc::new(Mutex::new(Shelf {
        faults,
        ..Shelf::default()
    }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = tonic::transport::Server::builder()
        .add_service(CapacityServiceServer::new(Server(Arc::clone(&shelf))))
        .serve_with_incoming(TcpIncoming::from(listener));
    tokio::spawn(serving);
    (address, shelf)
}

impl Shelf {
    fn publish(&mut self, mut request: PublishOfferingRequest) -> Result<Receipt, Status> {
        let context = request.context.take().unwrap();
        self.attempts
            .push((context.command_id.clone(), context.repeat));
        if self
            .faults
            .stops_after
            .is_some_and(|most| self.offerings.len() >= most)
        {
            return Err(Status::unavailable("stopping"));
        }
        let details = request.details.clone().unwrap();
        if let Some((provider, field)) = self.faults.refuses
            && details.provider_id == provider
        {
            let wrong = vec![FieldViolation::new(field, "must be otherwise")];
            let details = ErrorDetails::with_bad_request(wrong);
            return Err(Status::with_error_details(
                Code::InvalidArgument,
                "1 field is wrong",
                details,
            ));
        }
        let id = request.offering_id.clone();
        let outcome = if self.offerings.get(&id) == Some(&request) {
            Outcome::Repeated
        } else {
            Outcome::Taken
        };
        if outcome == Outcome::Taken {
            self.changed_by
                .insert(id.clone(), context.command_id.clone());
            self.offerings.insert(id, request);
        }
        if !context.repeat && self.faults.lost_answers > 0 {
            self.faults.lost_answers -= 1;
            return Err(Status::unavailable("the answer was lost"));
        }
        let position = format!("p{}", self.attempts.len());
        Ok(Receipt {
            outcome: outcome.into(),
            position,
            command_id: context.command_id,
        })
    }
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;
type Answer<T> = Result<Response<T>, Status>;

fn not_asked<T>() -> Answer<T> {
    Err(Status::unimplemented("no import asks this"))
}

#[tonic::async_trait]
impl CapacityService for Server {
    type StreamReportsStream = Answers<StreamReportsResponse>;
    type WatchCapacityStream = Answers<WatchCapacityResponse>;

    async fn publish_offering(
        &self,
        request: Request<PublishOfferingRequest>,
    ) -> Answer<PublishOfferingResponse> {
        let receipt = self.0.lock().unwrap().publish(request.into_inner())?;
        Ok(Response::new(PublishOfferingResponse {
            receipt: Some(receipt),
        }))
    }

    async fn find_capacity(
        &self,
        request: Request<FindCapacityRequest>,
    ) -> Answer<FindCapacityResponse> {
        let request = request.into_inner();
        assert!(request.at_least.len() <= 16, "a server takes no more");
        let only_paused = request.filter.unwrap_or_default().pause() == PauseFilter::Paused;
        let shelf = self.0.lock().unwrap();
        let found = shelf
            .offerings
            .values()
            .filter(|offering| !only_paused || !offering.pauses.is_empty());
        let total = u64::try_from(found.count()).unwrap();
        Ok(Response::new(FindCapacityResponse {
            total,
            ..FindCapacityResponse::default()
        }))
    }

    async fn get_offering(
        &self,
        request: Request<GetOfferingRequest>,
    ) -> Answer<GetOfferingResponse> {
        let shelf = self.0.lock().unwrap();
        let command_id = shelf
            .changed_by
            .get(&request.into_inner().offering_id)
            .cloned();
        let history = command_id.map(|command_id| HistoryEntry {
            command_id,
            ..HistoryEntry::default()
        });
        Ok(Response::new(GetOfferingResponse {
            history: history.into_iter().collect(),
            ..Default::default()
        }))
    }

    async fn report_capacity(
        &self,
        _: Request<ReportCapacityRequest>,
    ) -> Answer<ReportCapacityResponse> {
        not_asked()
    }

    async fn stream_reports(
        &self,
        _: Request<Streaming<StreamReportsRequest>>,
    ) -> Answer<Self::StreamReportsStream> {
        not_asked()
    }

    async fn watch_capacity(
        &self,
        _: Request<WatchCapacityRequest>,
    ) -> Answer<Self::WatchCapacityStream> {
        not_asked()
    }

    async fn change_offering(
        &self,
        _: Request<ChangeOfferingRequest>,
    ) -> Answer<ChangeOfferingResponse> {
        not_asked()
    }

    async fn withdraw_offering(
        &self,
        _: Request<WithdrawOfferingRequest>,
    ) -> Answer<WithdrawOfferingResponse> {
        not_asked()
    }

    async fn correct_report(
        &self,
        _: Request<CorrectReportRequest>,
    ) -> Answer<CorrectReportResponse> {
        not_asked()
    }

    async fn pause_admissions(
        &self,
        _: Request<PauseAdmissionsRequest>,
    ) -> Answer<PauseAdmissionsResponse> {
        not_asked()
    }

    async fn resume_admissions(
        &self,
        _: Request<ResumeAdmissionsRequest>,
    ) -> Answer<ResumeAdmissionsResponse> {
        not_asked()
    }

    async fn record_refusal(
        &self,
        _: Request<RecordRefusalRequest>,
    ) -> Answer<RecordRefusalResponse> {
        not_asked()
    }

    async fn hold_place(&self, _: Request<HoldPlaceRequest>) -> Answer<HoldPlaceResponse> {
        not_asked()
    }

    async fn extend_hold(&self, _: Request<ExtendHoldRequest>) -> Answer<ExtendHoldResponse> {
        not_asked()
    }

    async fn release_hold(&self, _: Request<ReleaseHoldRequest>) -> Answer<ReleaseHoldResponse> {
        not_asked()
    }

    async fn consume_place(&self, _: Request<ConsumePlaceRequest>) -> Answer<ConsumePlaceResponse> {
        not_asked()
    }
}
