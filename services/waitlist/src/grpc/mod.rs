//! Requests → who may → commands and questions → replies.

mod access;
mod alarm;
mod commands;
mod counts;
mod declare;
mod erasure;
mod grants;
mod published;
mod reads;
mod rotation;
#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use chassis::access::Access;
use chassis::{Context, Node, Violations};
use domain::Day;
use futures::Stream;
use proto::waitlist::v1;
use proto::waitlist::v1::waitlist_service_server::WaitlistService;
use tonic::{Request, Response, Status, Streaming};

use crate::books::{BooksView, BooksWire};
use crate::gateway::Gateway;
use crate::hold::ErasureHold;
use crate::view::WaitlistView;
use crate::wire::{self, Asking, Wire};

pub use access::CALLS;

/// The service's folded topic.
type Waitlist = Context<Wire, WaitlistView>;
/// What is kept beside it that is about nobody.
type Books = Context<BooksWire, BooksView>;

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// The waiting list's service. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Api(Arc<Shared>);

struct Shared {
    context: Waitlist,
    books: Books,
    node: Node,
    gateway: Gateway,
    erasure_hold: ErasureHold,
    /// Set once it is known that the gateway's keys are the region's.
    keys_hold: OnceLock<()>,
}

/// Who makes a request, and what its transport says about it.
#[derive(Clone)]
struct Caller {
    access: Access,
    retried: bool,
    traceparent: Option<String>,
}

impl Caller {
    fn of<T>(request: &Request<T>) -> Self {
        let metadata = request.metadata();
        Self {
            access: Access::of(request),
            retried: metadata.contains_key("grpc-previous-rpc-attempts"),
            traceparent: chassis::telemetry::traceparent_of(metadata),
        }
    }
}

impl Api {
    /// The service on these topics.
    pub(crate) fn new(
        (context, books): (Waitlist, Books),
        node: Node,
        (gateway, erasure_hold): (Gateway, ErasureHold),
    ) -> Self {
        alarm::show();
        Self(Arc::new(Shared {
            context,
            books,
            node,
            gateway,
            erasure_hold,
            keys_hold: OnceLock::new(),
        }))
    }

    fn asking<'a>(&'a self, caller: &'a Caller) -> Asking<'a> {
        Asking {
            access: &caller.access,
            retried: caller.retried,
            traceparent: caller.traceparent.clone(),
            gateway: &self.0.gateway,
            now: self.0.node.clock.now(),
        }
    }

    fn today(&self) -> Day {
        Day::at(self.0.node.clock.now())
    }
}

#[tonic::async_trait]
impl WaitlistService for Api {
    async fn register_entry(
        &self,
        request: Request<v1::RegisterEntryRequest>,
    ) -> Result<Response<v1::RegisterEntryResponse>, Status> {
        let caller = Caller::of(&request);
        let order = wire::register(request.get_ref(), &self.asking(&caller));
        let order = order.map_err(Violations::into_status)?;
        let receipt = Some(self.publish(&caller, order).await?);
        Ok(Response::new(v1::RegisterEntryResponse { receipt }))
    }

    async fn record_step(
        &self,
        request: Request<v1::RecordStepRequest>,
    ) -> Result<Response<v1::RecordStepResponse>, Status> {
        let caller = Caller::of(&request);
        let order = wire::step(request.get_ref(), &self.asking(&caller));
        let order = order.map_err(Violations::into_status)?;
        let receipt = Some(self.publish(&caller, order).await?);
        Ok(Response::new(v1::RecordStepResponse { receipt }))
    }

    type DeclareEntriesStream = Answers<v1::DeclareEntriesResponse>;

    async fn declare_entries(
        &self,
        request: Request<Streaming<v1::DeclareEntriesRequest>>,
    ) -> Result<Response<Self::DeclareEntriesStream>, Status> {
        let caller = Caller::of(&request);
        let answers = declare::acknowledgements(self.clone(), request.into_inner(), caller);
        Ok(Response::new(answers))
    }

    async fn request_screening(
        &self,
        request: Request<v1::RequestScreeningRequest>,
    ) -> Result<Response<v1::RequestScreeningResponse>, Status> {
        let caller = Caller::of(&request);
        let order = wire::request_screening(request.get_ref(), &self.asking(&caller));
        let order = order.map_err(Violations::into_status)?;
        let receipt = Some(self.publish(&caller, order).await?);
        Ok(Response::new(v1::RequestScreeningResponse { receipt }))
    }

    async fn approve_screening(
        &self,
        request: Request<v1::ApproveScreeningRequest>,
    ) -> Result<Response<v1::ApproveScreeningResponse>, Status> {
        let caller = Caller::of(&request);
        let order = wire::approve_screening(request.get_ref(), &self.asking(&caller));
        let order = order.map_err(Violations::into_status)?;
        let response = self.approve(&caller, order).await?;
        Ok(Response::new(response))
    }

    async fn set_priority(
        &self,
        request: Request<v1::SetPriorityRequest>,
    ) -> Result<Response<v1::SetPriorityResponse>, Status> {
        let caller = Caller::of(&request);
        let order = wire::set_priority(request.get_ref(), &self.asking(&caller));
        let order = order.map_err(Violations::into_status)?;
        let receipt = Some(self.prioritise(&caller, order).await?);
        Ok(Response::new(v1::SetPriorityResponse { receipt }))
    }

    async fn list_entries(
        &self,
        request: Request<v1::ListEntriesRequest>,
    ) -> Result<Response<v1::ListEntriesResponse>, Status> {
        let caller = Caller::of(&request);
        let response = self.list(&caller, request.get_ref()).await?;
        Ok(Response::new(response))
    }

    async fn get_entry(
        &self,
        request: Request<v1::GetEntryRequest>,
    ) -> Result<Response<v1::GetEntryResponse>, Status> {
        let caller = Caller::of(&request);
        let response = self.get(&caller, request.get_ref()).await?;
        Ok(Response::new(response))
    }

    async fn get_person(
        &self,
        request: Request<v1::GetPersonRequest>,
    ) -> Result<Response<v1::GetPersonResponse>, Status> {
        let caller = Caller::of(&request);
        let response = self.person(&caller, request.get_ref()).await?;
        Ok(Response::new(response))
    }

    async fn count_waiting(
        &self,
        request: Request<v1::CountWaitingRequest>,
    ) -> Result<Response<v1::CountWaitingResponse>, Status> {
        let caller = Caller::of(&request);
        let response = self.count(&caller, request.get_ref()).await?;
        Ok(Response::new(response))
    }

    async fn count_flows(
        &self,
        request: Request<v1::CountFlowsRequest>,
    ) -> Result<Response<v1::CountFlowsResponse>, Status> {
        let caller = Caller::of(&request);
        let response = self.flows(&caller, request.get_ref()).await?;
        Ok(Response::new(response))
    }

    async fn get_monthly_return(
        &self,
        request: Request<v1::GetMonthlyReturnRequest>,
    ) -> Result<Response<v1::GetMonthlyReturnResponse>, Status> {
        let caller = Caller::of(&request);
        let response = self.monthly_return(&caller, request.get_ref()).await?;
        Ok(Response::new(response))
    }

    async fn get_protected_table(
        &self,
        request: Request<v1::GetProtectedTableRequest>,
    ) -> Result<Response<v1::GetProtectedTableResponse>, Status> {
        let caller = Caller::of(&request);
        let response = self.protected(&caller, request.get_ref()).await?;
        Ok(Response::new(response))
    }

    async fn request_erasure(
        &self,
        request: Request<v1::RequestErasureRequest>,
    ) -> Result<Response<v1::RequestErasureResponse>, Status> {
        let caller = Caller::of(&request);
        let response = self.ask_to_erase(&caller, request.get_ref()).await?;
        Ok(Response::new(response))
    }

    async fn approve_erasure(
        &self,
        request: Request<v1::ApproveErasureRequest>,
    ) -> Result<Response<v1::ApproveErasureResponse>, Status> {
        let caller = Caller::of(&request);
        let response = self.agree_to_erase(&caller, request.get_ref()).await?;
        Ok(Response::new(response))
    }

    async fn revoke_erasure(
        &self,
        request: Request<v1::RevokeErasureRequest>,
    ) -> Result<Response<v1::RevokeErasureResponse>, Status> {
        let caller = Caller::of(&request);
        let response = self.take_back(&caller, request.get_ref()).await?;
        Ok(Response::new(response))
    }

    async fn get_key_rotation(
        &self,
        request: Request<v1::GetKeyRotationRequest>,
    ) -> Result<Response<v1::GetKeyRotationResponse>, Status> {
        let caller = Caller::of(&request);
        let response = self.key_rotation(&caller, request.get_ref()).await?;
        Ok(Response::new(response))
    }
}
