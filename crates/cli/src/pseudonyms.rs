//! Citizen numbers in, P1s out: blinded here, evaluated there, verified and finalised here. No number leaves this
//! process.

use std::time::Duration;

use bsn::{Answer, Batch, BlindError, Bsn, FinaliseError, MAX_BATCH};
use proto::caller::Named;
use proto::pseudonym::v1::evaluator_service_client::EvaluatorServiceClient;
use proto::pseudonym::v1::{
    EvaluateRequest, EvaluateResponse, GetKeysRequest, GrantReceipt, PublishedKey,
};
use pseudonym::{DOMAIN, Epoch, P1, key_id};
use tokio::time::{Instant, sleep};
use tonic::Status;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;

use crate::connection::Backoff;
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

/// The evaluator, as one caller asks it.
#[derive(Clone, Debug)]
pub struct Evaluator {
    client: EvaluatorServiceClient<InterceptedService<Channel, Named>>,
    trusted: Vec<String>,
}

impl Evaluator {
    /// Asks over this channel, for a caller, a provider's system. Where `trusted` names keys, no other ones are believed.
    pub fn new(channel: Channel, caller: Named, trusted: &[String]) -> Self {
        Self {
            client: EvaluatorServiceClient::with_interceptor(channel, caller),
            trusted: trusted.to_vec(),
        }
    }

    /// Returns the keys that it publishes, one for each epoch in use, the oldest first. Costs no quota.
    pub async fn keys(&mut self) -> Result<Vec<PublishedKey>, EvaluationError> {
        let answer = self.client.get_keys(GetKeysRequest {}).await?;
        let keys = answer.into_inner().keys;
        for key in &keys {
            is_trusted(key, &self.trusted)?;
        }
        if keys.is_empty() {
            return Err(EvaluationError::NoKeys);
        }
        Ok(keys)
    }

    /// Has citizen numbers evaluated under each of these keys, a thousand at a time.
    pub async fn evaluate(
        &mut self,
        keys: &[PublishedKey],
        numbers: &[Bsn],
    ) -> Result<Evaluation, EvaluationError> {
        let mut persons: Vec<Vec<P1>> = numbers.iter().map(|_| Vec::new()).collect();
        let mut receipt = None;
        for key in keys {
            let epoch = Epoch::parse(&key.epoch).ok_or(EvaluationError::Answer)?;
            let batches = numbers.chunks(MAX_BATCH).zip(persons.chunks_mut(MAX_BATCH));
            for (numbers, persons) in batches {
                let batch = Batch::blind(numbers)?;
                let answer = self.client.evaluate(request(&batch, key)).await?;
                let answer = answer.into_inner();
                for (person, p1) in persons.iter_mut().zip(finalise(batch, &answer, key)?) {
                    person.push(P1::new(epoch, &*p1.into_bytes()).ok_or(EvaluationError::Answer)?);
                }
                receipt = answer.receipt;
            }
        }
        Ok(Evaluation {
            persons,
            receipt: receipt.ok_or(EvaluationError::Answer)?,
        })
    }
}

impl Evaluator {
    /// Asks for the keys, again and again while no answer comes, for so long.
    pub(crate) async fn keys_within(
        &self,
        patience: Duration,
    ) -> Result<Vec<PublishedKey>, Failure> {
        let ask = || {
            let mut asked = self.clone();
            async move { asked.keys().await }
        };
        persist(patience, ask).await
    }

    /// Has numbers evaluated, again and again while no answer comes, for so long. What was lost has been counted.
    pub(crate) async fn evaluate_within(
        &self,
        patience: Duration,
        keys: &[PublishedKey],
        numbers: &[Bsn],
    ) -> Result<Evaluation, Failure> {
        let ask = || {
            let mut asked = self.clone();
            async move { asked.evaluate(keys, numbers).await }
        };
        persist(patience, ask).await
    }
}

async fn persist<T, F: Future<Output = Result<T, EvaluationError>>>(
    patience: Duration,
    ask: impl Fn() -> F,
) -> Result<T, Failure> {
    let deadline = Instant::now() + patience;
    let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(4));
    loop {
        let pause = backoff.next_pause();
        match ask().await {
            Ok(done) => return Ok(done),
            Err(EvaluationError::Status(status))
                if is_unknown(&status) && Instant::now() + pause < deadline =>
            {
                sleep(pause).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Has citizen numbers evaluated under every epoch in use.
pub async fn evaluate(
    channel: Channel,
    caller: Named,
    trusted: &[String],
    numbers: Vec<Bsn>,
) -> Result<Evaluation, EvaluationError> {
    let mut evaluator = Evaluator::new(channel, caller, trusted);
    let keys = evaluator.keys().await?;
    evaluator.evaluate(&keys, &numbers).await
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
