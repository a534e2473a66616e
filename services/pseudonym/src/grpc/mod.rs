//! Requests → what is granted and evaluated → replies.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use chassis::access::{Access, Action};
use chassis::status::refusal;
use chassis::{Node, Violations};
use proto::pseudonym::v1;
use proto::pseudonym::v1::evaluator_service_server::EvaluatorService;
use pseudonym::receipt::Receipt;
use tonic::{Code, Request, Response, Status};

use crate::keys::Keys;
use crate::quota::{Granted, Quota, QuotaError, Shortage};
use crate::wire;

/// The evaluator. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Api(Arc<Shared>);

struct Shared {
    node: Node,
    keys: Keys,
    quota: Quota,
}

impl Api {
    /// The evaluator with these keys and quotas.
    pub(crate) fn new(node: Node, keys: Keys, quota: Quota) -> Self {
        Self(Arc::new(Shared { node, keys, quota }))
    }
}

impl Shared {
    /// Blocks: an element costs tens of microseconds, and a grant is on the disk before it is used.
    fn evaluate(
        &self,
        organisation: &str,
        request: &v1::EvaluateRequest,
    ) -> Result<v1::EvaluateResponse, Status> {
        let order = wire::order(request, &self.keys).map_err(Violations::into_status)?;
        let now = self.node.clock.now().as_millis();
        let count = order.blinded.count();
        let granted = self.quota.take(organisation, count, now).map_err(|error| {
            if let QuotaError::Short(shortage) = &error {
                tracing::warn!(
                    organisation.id = organisation,
                    elements.asked = count,
                    "{organisation} asked for {count} evaluations and its quota does not reach: {shortage}"
                );
            }
            Status::from(error)
        })?;
        if granted.passed_warning {
            tracing::warn!(
                organisation.id = organisation,
                elements.granted = granted.on_day,
                "{organisation} has used four fifths of today's quota"
            );
        }
        let evaluated = order.key.evaluator.evaluate(&order.blinded);
        let evaluated = evaluated
            .map_err(|error| refusal(Code::Internal, "not-evaluated", error.to_string()))?;
        Ok(wire::answer(
            order.key,
            evaluated,
            receipt(organisation, &granted),
        ))
    }
}

#[tonic::async_trait]
impl EvaluatorService for Api {
    async fn evaluate(
        &self,
        request: Request<v1::EvaluateRequest>,
    ) -> Result<Response<v1::EvaluateResponse>, Status> {
        let access = Access::of(&request);
        access.may(Action::EvaluatePseudonym, None)?;
        let organisation = access.caller().organisation.to_string();
        let (shared, request) = (Arc::clone(&self.0), request.into_inner());
        let working = self
            .0
            .node
            .tasks
            .spawn_blocking(move || shared.evaluate(&organisation, &request));
        let answer = working
            .await
            .map_err(|_| refusal(Code::Internal, "failed", "the evaluation failed"))?;
        answer.map(Response::new)
    }

    async fn get_keys(
        &self,
        _: Request<v1::GetKeysRequest>,
    ) -> Result<Response<v1::GetKeysResponse>, Status> {
        let keys = self.0.keys.published();
        Ok(Response::new(v1::GetKeysResponse { keys }))
    }
}

fn receipt(organisation: &str, granted: &Granted) -> Receipt {
    Receipt {
        organisation: organisation.to_owned(),
        day: granted.day.clone(),
        granted: granted.on_day,
    }
}

impl From<QuotaError> for Status {
    fn from(error: QuotaError) -> Self {
        let message = error.to_string();
        match error {
            QuotaError::Short(Shortage::Day { .. }) => {
                refusal(Code::ResourceExhausted, "quota-of-the-day", message)
            }
            QuotaError::Short(Shortage::Burst { .. }) => {
                refusal(Code::ResourceExhausted, "quota-at-once", message)
            }
            // What is not remembered must not be granted.
            QuotaError::Store(..) => refusal(Code::Unavailable, "quota-not-kept", message),
        }
    }
}
