//! Requests → commands and questions → replies.

mod access;
mod commands;
mod cursor;
mod figures;
mod find;
mod hold;
mod stream;
#[cfg(test)]
mod tests;
mod watch;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chassis::access::Access;
use chassis::{Context, Node, Violations};
use futures::Stream;
use proto::capacity::v1;
use proto::capacity::v1::capacity_service_server::CapacityService;
use tonic::{Request, Response, Status, Streaming};

use crate::view::CapacityView;
use crate::wire::{self, Transport, Wire};

pub use access::CALLS;

/// The service's folded topic.
type Capacity = Context<Wire, CapacityView>;
type Folded = chassis::Folded<Wire, CapacityView>;

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// The capacity service. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Api(Arc<Shared>);

struct Shared {
    context: Capacity,
    node: Node,
    /// How long a watcher hears nothing before it hears that there is nothing to say.
    heartbeat: Duration,
}

impl Api {
    /// The service on this topic.
    pub(crate) fn new(context: Capacity, node: Node, heartbeat: Duration) -> Self {
        Self(Arc::new(Shared {
            context,
            node,
            heartbeat,
        }))
    }
}

/// Reads what the transport says about a request.
fn transport<T>(request: &Request<T>) -> Transport {
    let metadata = request.metadata();
    Transport {
        access: Access::of(request),
        retried: metadata.contains_key("grpc-previous-rpc-attempts"),
        traceparent: chassis::telemetry::traceparent_of(metadata),
    }
}

#[tonic::async_trait]
impl CapacityService for Api {
    async fn publish_offering(
        &self,
        request: Request<v1::PublishOfferingRequest>,
    ) -> Result<Response<v1::PublishOfferingResponse>, Status> {
        let transport = transport(&request);
        let order =
            wire::publish(request.into_inner(), &transport).map_err(Violations::into_status)?;
        let receipt = Some(self.execute(order).await?);
        Ok(Response::new(v1::PublishOfferingResponse { receipt }))
    }

    async fn change_offering(
        &self,
        request: Request<v1::ChangeOfferingRequest>,
    ) -> Result<Response<v1::ChangeOfferingResponse>, Status> {
        let transport = transport(&request);
        let request = request.into_inner();
        // What a change leads to is checked as a whole, so the description must be there to look at.
        if let Some(context) = &request.context {
            self.0.context.at_least(&context.at_least).await?;
        }
        let order = wire::change(request, |stream| self.details(stream), &transport)
            .map_err(Violations::into_status)?;
        let receipt = Some(self.execute(order).await?);
        Ok(Response::new(v1::ChangeOfferingResponse { receipt }))
    }

    async fn withdraw_offering(
        &self,
        request: Request<v1::WithdrawOfferingRequest>,
    ) -> Result<Response<v1::WithdrawOfferingResponse>, Status> {
        let transport = transport(&request);
        let order =
            wire::withdraw(request.into_inner(), &transport).map_err(Violations::into_status)?;
        let receipt = Some(self.execute(order).await?);
        Ok(Response::new(v1::WithdrawOfferingResponse { receipt }))
    }

    async fn report_capacity(
        &self,
        request: Request<v1::ReportCapacityRequest>,
    ) -> Result<Response<v1::ReportCapacityResponse>, Status> {
        let transport = transport(&request);
        let receipt = Some(self.report(request.into_inner(), &transport).await?);
        Ok(Response::new(v1::ReportCapacityResponse { receipt }))
    }

    type StreamReportsStream = Answers<v1::StreamReportsResponse>;

    async fn stream_reports(
        &self,
        request: Request<Streaming<v1::StreamReportsRequest>>,
    ) -> Result<Response<Self::StreamReportsStream>, Status> {
        let transport = transport(&request);
        Ok(Response::new(stream::acknowledgements(
            self.clone(),
            request.into_inner(),
            transport,
        )))
    }

    async fn correct_report(
        &self,
        request: Request<v1::CorrectReportRequest>,
    ) -> Result<Response<v1::CorrectReportResponse>, Status> {
        let transport = transport(&request);
        let order =
            wire::correct(request.into_inner(), &transport).map_err(Violations::into_status)?;
        let receipt = Some(self.execute(order).await?);
        Ok(Response::new(v1::CorrectReportResponse { receipt }))
    }

    async fn pause_admissions(
        &self,
        request: Request<v1::PauseAdmissionsRequest>,
    ) -> Result<Response<v1::PauseAdmissionsResponse>, Status> {
        let transport = transport(&request);
        let (order, pause_id) = wire::pause_admissions(request.into_inner(), &transport)
            .map_err(Violations::into_status)?;
        let receipt = Some(self.execute(order).await?);
        Ok(Response::new(v1::PauseAdmissionsResponse {
            receipt,
            pause_id,
        }))
    }

    async fn resume_admissions(
        &self,
        request: Request<v1::ResumeAdmissionsRequest>,
    ) -> Result<Response<v1::ResumeAdmissionsResponse>, Status> {
        let transport = transport(&request);
        let order =
            wire::resume(request.into_inner(), &transport).map_err(Violations::into_status)?;
        let receipt = Some(self.execute(order).await?);
        Ok(Response::new(v1::ResumeAdmissionsResponse { receipt }))
    }

    async fn record_refusal(
        &self,
        request: Request<v1::RecordRefusalRequest>,
    ) -> Result<Response<v1::RecordRefusalResponse>, Status> {
        let transport = transport(&request);
        let order =
            wire::refuse(request.into_inner(), &transport).map_err(Violations::into_status)?;
        let receipt = Some(self.execute(order).await?);
        Ok(Response::new(v1::RecordRefusalResponse { receipt }))
    }

    async fn hold_place(
        &self,
        request: Request<v1::HoldPlaceRequest>,
    ) -> Result<Response<v1::HoldPlaceResponse>, Status> {
        let transport = transport(&request);
        let response = self.hold(request.into_inner(), &transport).await?;
        Ok(Response::new(response))
    }

    async fn extend_hold(
        &self,
        request: Request<v1::ExtendHoldRequest>,
    ) -> Result<Response<v1::ExtendHoldResponse>, Status> {
        let transport = transport(&request);
        let response = self.extend(request.into_inner(), &transport).await?;
        Ok(Response::new(response))
    }

    async fn release_hold(
        &self,
        request: Request<v1::ReleaseHoldRequest>,
    ) -> Result<Response<v1::ReleaseHoldResponse>, Status> {
        let transport = transport(&request);
        let order = wire::release_hold(request.into_inner(), &transport)
            .map_err(Violations::into_status)?;
        let receipt = Some(self.execute(order).await?);
        Ok(Response::new(v1::ReleaseHoldResponse { receipt }))
    }

    async fn consume_place(
        &self,
        request: Request<v1::ConsumePlaceRequest>,
    ) -> Result<Response<v1::ConsumePlaceResponse>, Status> {
        let transport = transport(&request);
        let order = wire::consume_place(request.into_inner(), &transport)
            .map_err(Violations::into_status)?;
        let receipt = Some(self.execute(order).await?);
        Ok(Response::new(v1::ConsumePlaceResponse { receipt }))
    }

    async fn find_capacity(
        &self,
        request: Request<v1::FindCapacityRequest>,
    ) -> Result<Response<v1::FindCapacityResponse>, Status> {
        self.find(request.into_inner()).await.map(Response::new)
    }

    type WatchCapacityStream = Answers<v1::WatchCapacityResponse>;

    async fn watch_capacity(
        &self,
        request: Request<v1::WatchCapacityRequest>,
    ) -> Result<Response<Self::WatchCapacityStream>, Status> {
        watch::start(self.clone(), request.into_inner())
            .await
            .map(Response::new)
    }

    async fn get_offering(
        &self,
        request: Request<v1::GetOfferingRequest>,
    ) -> Result<Response<v1::GetOfferingResponse>, Status> {
        self.get(request.into_inner()).await.map(Response::new)
    }
}
