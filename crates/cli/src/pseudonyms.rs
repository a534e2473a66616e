//! Citizen numbers in, P1s out: blinded here, evaluated there, verified and finalised here. No number leaves this
//! process.

use bsn::{Answer, Batch, BlindError, Bsn, FinaliseError, MAX_BATCH};
use proto::caller::Named;
use proto::pseudonym::v1::evaluator_service_client::EvaluatorServiceClient;
use proto::pseudonym::v1::{
    EvaluateRequest, EvaluateResponse, GetKeysRequest, GrantReceipt, PublishedKey,
};
use pseudonym::{DOMAIN, Epoch, P1, key_id};
use tonic::Status;
use tonic::transport::Channel;

use crate::failure::{Failure, Refusal, is_unknown, what_failed};

/// What the evaluator made of many persons.
#[derive(Debug)]
pub struct Evaluation {
    /// For each citizen number, in their order: its P1 under each epoch in use, the oldest first.
    pub persons: Vec<Vec<P1>>,
    /// What the organisation was granted today, all of this included: goes to the gateway with the P1s.
    pub receipt: GrantReceipt,
}

/// Why there are no P1s. None of what came may be used.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// The evaluator said no, or nothing. Asking again costs quota again, and does no other harm.
    #[error("the evaluator does not answer: {}", .0.message())]
    Status(#[from] Status),
    /// It publishes a key that its name does not belong to, or that nobody was told about.
    #[error("the evaluator publishes {0}, which is not a key that this client was told to trust")]
    Untrusted(String),
    /// It publishes none.
    #[error("the evaluator publishes no keys")]
    NoKeys,
    /// It answered under another key than the one that was asked for, without a receipt, or not at all as it should.
    #[error("the evaluator's answer is not one to this question")]
    Answer,
    /// A number could not be blinded.
    #[error(transparent)]
    Blind(#[from] BlindError),
    /// The answer does not hold.
    #[error(transparent)]
    Finalise(#[from] FinaliseError),
}

/// Has citizen numbers evaluated for a caller, a provider's system, under every epoch in use, a thousand at a time. Where `trusted` names keys, no other ones are believed.
pub async fn evaluate(
    channel: Channel,
    caller: Named,
    trusted: &[String],
    numbers: Vec<Bsn>,
) -> Result<Evaluation, EvaluationError> {
    let mut client = EvaluatorServiceClient::with_interceptor(channel, caller);
    let answer = client.get_keys(GetKeysRequest {}).await?;
    let keys = answer.into_inner().keys;
    for key in &keys {
        is_trusted(key, trusted)?;
    }
    let mut persons: Vec<Vec<P1>> = numbers.iter().map(|_| Vec::new()).collect();
    let mut receipt = None;
    for key in &keys {
        let epoch = Epoch::parse(&key.epoch).ok_or(EvaluationError::Answer)?;
        let batches = numbers.chunks(MAX_BATCH).zip(persons.chunks_mut(MAX_BATCH));
        for (numbers, persons) in batches {
            let batch = Batch::blind(numbers)?;
            let answer = client.evaluate(request(&batch, key)).await?.into_inner();
            for (person, p1) in persons.iter_mut().zip(finalise(batch, &answer, key)?) {
                person.push(P1::new(epoch, &*p1.into_bytes()).ok_or(EvaluationError::Answer)?);
            }
            receipt = answer.receipt;
        }
    }
    Ok(Evaluation {
        persons,
        receipt: receipt.ok_or(EvaluationError::NoKeys)?,
    })
}

/// The name of a key is its digest: who trusts the name trusts the key.
fn is_trusted(key: &PublishedKey, trusted: &[String]) -> Result<(), EvaluationError> {
    let epoch = Epoch::parse(&key.epoch);
    let is_named = epoch.is_some_and(|epoch| key_id(epoch, &key.public_key) == key.key_id);
    if is_named && (trusted.is_empty() || trusted.contains(&key.key_id)) {
        return Ok(());
    }
    Err(EvaluationError::Untrusted(key.key_id.clone()))
}

fn request(batch: &Batch, key: &PublishedKey) -> EvaluateRequest {
    let elements = batch.blinded_elements().iter();
    EvaluateRequest {
        domain: DOMAIN.to_owned(),
        epoch: key.epoch.clone(),
        blinded_elements: elements.map(|element| element.to_vec()).collect(),
    }
}

fn finalise(
    batch: Batch,
    answer: &EvaluateResponse,
    key: &PublishedKey,
) -> Result<Vec<bsn::P1>, EvaluationError> {
    if answer.key_id != key.key_id {
        return Err(EvaluationError::Answer);
    }
    let evaluated = Answer {
        elements: &answer.evaluation_elements,
        proof: &answer.proof,
    };
    Ok(batch.finalise(evaluated, &key.public_key)?)
}

impl From<EvaluationError> for Failure {
    fn from(error: EvaluationError) -> Self {
        let reason = match &error {
            EvaluationError::Status(status) if is_unknown(status) => {
                let cause = what_failed(status);
                return Self::Unreachable(format!("the evaluator gives no answer: {cause}"));
            }
            EvaluationError::Status(status) => return Self::Refused(Refusal::from(status)),
            EvaluationError::Untrusted(_) => "evaluator-untrusted",
            EvaluationError::NoKeys | EvaluationError::Answer => "evaluator-answer",
            EvaluationError::Blind(_) => "not-blinded",
            EvaluationError::Finalise(_) => "evaluator-proof",
        };
        Self::Refused(Refusal {
            reason: reason.to_owned(),
            message: error.to_string(),
            violations: Vec::new(),
        })
    }
}
