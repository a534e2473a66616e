//! A waiting list and an evaluator that keep what they hear, and fail as told.

use std::collections::{BTreeSet, HashMap};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use proto::pseudonym::v1 as pseudonyms;
use proto::pseudonym::v1::evaluator_service_server::{EvaluatorService, EvaluatorServiceServer};
use proto::waitlist::v1::acknowledgement::Result as Given;
use proto::waitlist::v1::waitlist_service_server::{WaitlistService, WaitlistServiceServer};
use proto::waitlist::v1::*;
use pseudonym::{Blinded, Epoch, Evaluator, Root, key_id};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status, Streaming};
use tonic_types::{ErrorDetails, StatusExt};

/// What goes wrong.
#[derive(Default)]
pub(crate) struct Faults {
    /// So many elements are evaluated in all; none: as many as are asked for.
    pub(crate) quota: Option<usize>,
    /// The first stream breaks after so many acknowledgements.
    pub(crate) breaks_after: Option<usize>,
    /// Every entry that is known was erased.
    pub(crate) erased: bool,
}

/// What is kept.
#[derive(Default)]
pub(crate) struct Heard {
    /// Entries as last declared or registered.
    pub(crate) entries: HashMap<String, Declaration>,
    /// Persons of entries, by their P1s.
    pub(crate) persons: HashMap<String, BTreeSet<Vec<u8>>>,
    /// Command ids, with whether the attempt was a repeat.
    pub(crate) attempts: Vec<(String, bool)>,
    /// Elements that were evaluated.
    pub(crate) evaluated: usize,
    /// Largest receipt that was brought.
    pub(crate) granted: u32,
    /// Every byte that came in, to look for what must not be there.
    pub(crate) bytes: Vec<u8>,
    pub(crate) epochs: Vec<String>,
    pub(crate) faults: Faults,
}

#[derive(Clone)]
struct Server(Arc<Mutex<Heard>>);

/// Starts it on a free port; returns its address.
pub(crate) async fn start(faults: Faults) -> (String, Arc<Mutex<Heard>>) {
    let heard = Arc::new(Mutex::new(Heard {
        epochs: vec!["2026a".to_owned()],
        faults,
        ..Heard::default()
    }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = Server(Arc::clone(&heard));
    let serving = tonic::transport::Server::builder()
        .add_service(WaitlistServiceServer::new(server.clone()))
        .add_service(EvaluatorServiceServer::new(server))
        .serve_with_incoming(TcpIncoming::from(listener));
    tokio::spawn(serving);
    (address, heard)
}

/// The key of an epoch, the same in every process.
fn evaluator(epoch: &str) -> Evaluator {
    let epoch = Epoch::parse(epoch).unwrap();
    Evaluator::new(&Root::from_bytes([7; 32]), epoch).unwrap()
}

impl Heard {
    fn hear(&mut self, message: &impl prost::Message) {
        self.bytes.extend(message.encode_to_vec());
    }

    fn bring(&mut self, grant: Option<&pseudonyms::GrantReceipt>) {
        self.granted = self.granted.max(grant.map_or(0, |grant| grant.granted));
    }

    fn declare(&mut self, mut declaration: Declaration) -> Acknowledgement {
        let context = declaration.context.take().unwrap();
        self.attempts
            .push((context.command_id.clone(), context.repeat));
        let entry_id = declaration.entry_id.clone();
        let person = declaration.person.take();
        let known = self.persons.contains_key(&entry_id);
        let result = match person {
            _ if known && self.faults.erased => Given::Failure(Failure {
                code: Code::FailedPrecondition.into(),
                reason: "erased".to_owned(),
                message: "its content was erased".to_owned(),
                command_id: context.command_id,
                ..Failure::default()
            }),
            None if !known => Given::Failure(Failure {
                code: Code::FailedPrecondition.into(),
                reason: "person-unsaid".to_owned(),
                message: "the entry is new: who it is of must be said".to_owned(),
                command_id: context.command_id,
                ..Failure::default()
            }),
            person => {
                if let Some(person) = person {
                    let p1s = person.first_stages.into_iter().map(|stage| stage.p1);
                    self.persons
                        .entry(entry_id.clone())
                        .or_default()
                        .extend(p1s);
                }
                let before = self.entries.insert(entry_id.clone(), declaration.clone());
                let outcome = if before == Some(declaration) {
                    Outcome::Repeated
                } else {
                    Outcome::Taken
                };
                Given::Receipt(Receipt {
                    outcome: outcome.into(),
                    position: format!("p{}", self.attempts.len()),
                    command_id: context.command_id,
                })
            }
        };
        Acknowledgement {
            entry_id,
            result: Some(result),
        }
    }
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;
type Answer<T> = Result<Response<T>, Status>;

fn not_asked<T>() -> Answer<T> {
    Err(Status::unimplemented("nothing here asks this"))
}

#[tonic::async_trait]
impl EvaluatorService for Server {
    async fn get_keys(
        &self,
        _: Request<pseudonyms::GetKeysRequest>,
    ) -> Answer<pseudonyms::GetKeysResponse> {
        let epochs = self.0.lock().unwrap().epochs.clone();
        let key = |epoch: String| {
            let evaluator = evaluator(&epoch);
            pseudonyms::PublishedKey {
                key_id: key_id(evaluator.epoch(), evaluator.public_key()),
                domain: "nat".to_owned(),
                public_key: evaluator.public_key().to_vec(),
                epoch,
                ..pseudonyms::PublishedKey::default()
            }
        };
        let keys = epochs.into_iter().map(key).collect();
        Ok(Response::new(pseudonyms::GetKeysResponse { keys }))
    }

    async fn evaluate(
        &self,
        request: Request<pseudonyms::EvaluateRequest>,
    ) -> Answer<pseudonyms::EvaluateResponse> {
        let request = request.into_inner();
        let mut heard = self.0.lock().unwrap();
        heard.hear(&request);
        let asked = heard.evaluated + request.blinded_elements.len();
        if heard.faults.quota.is_some_and(|quota| asked > quota) {
            let details = ErrorDetails::with_error_info("quota-at-once", "doorstroom", []);
            let message = "no more can be had now";
            return Err(Status::with_error_details(
                Code::ResourceExhausted,
                message,
                details,
            ));
        }
        heard.evaluated = asked;
        let evaluator = evaluator(&request.epoch);
        let blinded = Blinded::parse(&request.blinded_elements).unwrap();
        let evaluated = evaluator.evaluate(&blinded).unwrap();
        Ok(Response::new(pseudonyms::EvaluateResponse {
            evaluation_elements: evaluated.elements,
            proof: evaluated.proof,
            key_id: key_id(evaluator.epoch(), evaluator.public_key()),
            receipt: Some(pseudonyms::GrantReceipt {
                granted: u32::try_from(asked).unwrap(),
                ..pseudonyms::GrantReceipt::default()
            }),
        }))
    }
}

#[tonic::async_trait]
impl WaitlistService for Server {
    type DeclareEntriesStream = Answers<DeclareEntriesResponse>;

    async fn register_entry(
        &self,
        request: Request<RegisterEntryRequest>,
    ) -> Answer<RegisterEntryResponse> {
        let request = request.into_inner();
        let mut heard = self.0.lock().unwrap();
        heard.hear(&request);
        heard.bring(request.grant.as_ref());
        let declared = heard.declare(Declaration {
            context: request.context,
            entry_id: request.entry_id,
            registration: request.registration,
            person: request.person,
            ..Declaration::default()
        });
        let receipt = match declared.result {
            Some(Given::Receipt(receipt)) => Some(receipt),
            Some(Given::Failure(_)) | None => None,
        };
        Ok(Response::new(RegisterEntryResponse { receipt }))
    }

    async fn declare_entries(
        &self,
        request: Request<Streaming<DeclareEntriesRequest>>,
    ) -> Answer<Self::DeclareEntriesStream> {
        let heard = Arc::clone(&self.0);
        let mut left = heard.lock().unwrap().faults.breaks_after.take();
        let (answers, stream) = mpsc::channel(1);
        let mut requests = request.into_inner();
        tokio::spawn(async move {
            while let Some(Ok(message)) = requests.next().await {
                let mut acknowledgements = Vec::new();
                {
                    let mut heard = heard.lock().unwrap();
                    heard.hear(&message);
                    heard.bring(message.grant.as_ref());
                    for declaration in message.declarations {
                        let acknowledgement = heard.declare(declaration);
                        if left != Some(0) {
                            acknowledgements.push(acknowledgement);
                            left = left.map(|left| left - 1);
                        }
                    }
                }
                let answer = DeclareEntriesResponse { acknowledgements };
                if answers.send(Ok(answer)).await.is_err() {
                    return;
                }
                if left == Some(0) {
                    let _ = answers.send(Err(Status::unavailable("stopping"))).await;
                    return;
                }
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(stream))))
    }

    async fn record_step(&self, request: Request<RecordStepRequest>) -> Answer<RecordStepResponse> {
        let request = request.into_inner();
        if request.entry_id.starts_with('0') {
            return Err(Status::not_found("no such entry"));
        }
        let receipt = Receipt {
            outcome: Outcome::Taken.into(),
            position: "p".to_owned(),
            command_id: request.context.unwrap().command_id,
        };
        Ok(Response::new(RecordStepResponse {
            receipt: Some(receipt),
        }))
    }

    async fn get_person(&self, request: Request<GetPersonRequest>) -> Answer<GetPersonResponse> {
        let heard = self.0.lock().unwrap();
        let asked = request.into_inner().person.unwrap().first_stages;
        let is_theirs = |p1s: &BTreeSet<Vec<u8>>| asked.iter().any(|stage| p1s.contains(&stage.p1));
        let theirs = heard.persons.iter().filter(|(_, p1s)| is_theirs(p1s));
        let entries = theirs.map(|(entry_id, _)| GetEntryResponse {
            entry: Some(Entry {
                entry_id: entry_id.clone(),
                ..Entry::default()
            }),
            ..GetEntryResponse::default()
        });
        Ok(Response::new(GetPersonResponse {
            entries: entries.collect(),
        }))
    }

    async fn request_screening(
        &self,
        _: Request<RequestScreeningRequest>,
    ) -> Answer<RequestScreeningResponse> {
        not_asked()
    }

    async fn approve_screening(
        &self,
        _: Request<ApproveScreeningRequest>,
    ) -> Answer<ApproveScreeningResponse> {
        not_asked()
    }

    async fn set_priority(&self, _: Request<SetPriorityRequest>) -> Answer<SetPriorityResponse> {
        not_asked()
    }

    async fn list_entries(&self, _: Request<ListEntriesRequest>) -> Answer<ListEntriesResponse> {
        let total = self.0.lock().unwrap().entries.len() as u64;
        Ok(Response::new(ListEntriesResponse {
            total,
            ..ListEntriesResponse::default()
        }))
    }

    async fn get_entry(&self, _: Request<GetEntryRequest>) -> Answer<GetEntryResponse> {
        not_asked()
    }

    async fn count_waiting(&self, _: Request<CountWaitingRequest>) -> Answer<CountWaitingResponse> {
        not_asked()
    }

    async fn count_flows(&self, _: Request<CountFlowsRequest>) -> Answer<CountFlowsResponse> {
        not_asked()
    }

    async fn get_monthly_return(
        &self,
        _: Request<GetMonthlyReturnRequest>,
    ) -> Answer<GetMonthlyReturnResponse> {
        not_asked()
    }

    async fn get_protected_table(
        &self,
        _: Request<GetProtectedTableRequest>,
    ) -> Answer<GetProtectedTableResponse> {
        not_asked()
    }

    async fn get_key_rotation(
        &self,
        _: Request<GetKeyRotationRequest>,
    ) -> Answer<GetKeyRotationResponse> {
        not_asked()
    }

    async fn request_erasure(
        &self,
        _: Request<RequestErasureRequest>,
    ) -> Answer<RequestErasureResponse> {
        not_asked()
    }

    async fn approve_erasure(
        &self,
        _: Request<ApproveErasureRequest>,
    ) -> Answer<ApproveErasureResponse> {
        not_asked()
    }

    async fn revoke_erasure(
        &self,
        _: Request<RevokeErasureRequest>,
    ) -> Answer<RevokeErasureResponse> {
        not_asked()
    }
}
