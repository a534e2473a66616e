mod access_log;
mod calls;
mod declare;
mod drawn;
mod erasure;
mod frozen;
mod grants;
mod hold;
mod hostile;
mod insiders;
mod made;
mod persons;
mod protected;
mod returns;
mod roles;
mod screening;
mod steps;
mod violations;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use chassis::access::{Access, CALLER, Gate};
use chassis::access_log::AccessLog;
use chassis::erasure::{Keyring, SigningKey};
use chassis::{Clock, Context, Node, ServiceStatus};
use domain::{Day, Timestamp};
use eventlog::{EventLog, Position};
use prost::Message;
use proto::access::v1::{AccessLogBlock, AccessLogContent, AccessLogEntry};
use proto::pseudonym::v1::GrantReceipt;
use proto::waitlist::v1;
use proto::waitlist::v1::waitlist_service_server::WaitlistService;
use pseudonym::receipt::{Receipt, ReceiptSigner, ReceiptVerifier};
use pseudonym::vault::FileVault;
use pseudonym::{Epoch, Recoders, Root};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tonic::metadata::MetadataMap;
use tonic::{Request, Status};
use tonic_types::StatusExt;
use uuid::Builder;

use super::{Api, CALLS};
use crate::{ErasureHold, Gateway};
use made::*;

const HOUR_MILLIS: i64 = 3_600_000;
const DAY_MILLIS: i64 = 24 * HOUR_MILLIS;
/// Nothing that a test waits for takes this long.
const PATIENCE: Duration = Duration::from_secs(20);

const ONE: &str = "his:provider-system@agb:06000001";
const TWO: &str = "his:provider-system@agb:06000002";
const THREE: &str = "his:provider-system@agb:06000003";
const TEAM: &str = "anna:screening-member@gm:GM0114";
const PRACTICE: &str = "huisarts:referrer-gp@agb:01054321";
const INSURER: &str = "zorg:insurer@uzovi:3311";
const OFFICER: &str = "fg:privacy-officer@gm:GM0114";
const CUSTODIAN: &str = "ahmed:key-custodian@demo:17";
/// Somebody who does not say who it is.
const UNNAMED: &str = "";
/// What the evaluator's key is called.
const KEY: &str = "nat.2026a.test";

/// What the nodes of a region share: logs, keys, and a clock that the test moves.
struct Region {
    log: EventLog,
    ledger: EventLog,
    clock: Arc<AtomicI64>,
    keys: Arc<FileVault>,
    _disk: TempDir,
    commands: AtomicU64,
    erasure_hold: ErasureHold,
}

impl Region {
    /// It is noon, 10 November 2026. Erasures are carried out as soon as they are agreed to.
    fn new() -> Self {
        Self::that_holds(0)
    }

    /// The same, with so many hours in which an erasure can be taken back.
    fn that_holds(hours: u32) -> Self {
        let clock = Arc::new(AtomicI64::new(noon("2026-11-10").as_millis()));
        let hand = Arc::clone(&clock);
        let log_clock = Arc::new(move || hand.load(Ordering::Relaxed));
        let topics = [
            "demo.waitlist",
            "demo.waitlist-books",
            "demo.control",
            "demo.access-log",
        ];
        let disk = TempDir::new().unwrap();
        Self {
            log: EventLog::in_memory_with_clock(&topics, log_clock).unwrap(),
            ledger: EventLog::in_memory(&["demo.erasures"]).unwrap(),
            clock,
            // One process at a time has the file; nodes beside one another share what stands behind it.
            keys: Arc::new(FileVault::open(disk.path()).unwrap()),
            _disk: disk,
            commands: AtomicU64::new(0),
            erasure_hold: ErasureHold::of_hours(hours),
        }
    }

    fn start(self: &Arc<Self>, name: &str) -> World {
        let hand = Arc::clone(&self.clock);
        let mut node = Node {
            clock: Clock::new(move || Timestamp::from_millis(hand.load(Ordering::Relaxed))),
            ..Node::new(name, self.log.clone(), "demo")
        };
        let vault = Arc::clone(&self.keys) as Arc<_>;
        let ledger = self.ledger.topic("demo.erasures").unwrap();
        let keys = (vault, SigningKey::from_bytes(&[7; 32]));
        node.keyring = Some(Keyring::start(keys, ledger, &node.tasks, &node.shutdown));
        node.access_log = AccessLog::start(&node, SigningKey::from_bytes(&[7; 32])).unwrap();
        World::of(Arc::clone(self), node)
    }

    async fn node(self: &Arc<Self>, name: &str) -> World {
        self.start(name).ready().await
    }

    /// Goes on to noon of a day.
    fn go_to(&self, day: &str) {
        self.clock.store(noon(day).as_millis(), Ordering::Relaxed);
    }

    /// Goes on by so many hours.
    fn go_on(&self, hours: i64) {
        self.clock.fetch_add(hours * HOUR_MILLIS, Ordering::Relaxed);
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.load(Ordering::Relaxed))
    }

    fn today(&self) -> String {
        Day::at(self.now()).to_string()
    }

    /// Another command each time, made now.
    fn context(&self) -> Option<v1::CommandContext> {
        let number = self.commands.fetch_add(1, Ordering::Relaxed);
        let mut chance = [0; 10];
        chance[2..].copy_from_slice(&number.to_be_bytes());
        let millis = u64::try_from(self.now().as_millis()).unwrap();
        let id = Builder::from_unix_timestamp_millis(millis, &chance).into_uuid();
        Some(v1::CommandContext {
            command_id: id.to_string(),
            ..Default::default()
        })
    }

    /// What the evaluator granted an organisation today.
    fn grant(&self, caller: &str, granted: u32) -> Option<GrantReceipt> {
        Some(granted_to(organisation(caller), &self.today(), granted))
    }

    fn register(&self, caller: &str, number: u32, person: v1::Person) -> v1::RegisterEntryRequest {
        v1::RegisterEntryRequest {
            context: self.context(),
            entry_id: id(number),
            registration: Some(registration()),
            person: Some(person),
            grant: self.grant(caller, 1_000),
        }
    }

    fn step(&self, number: u32, step: v1::record_step_request::Step) -> v1::RecordStepRequest {
        v1::RecordStepRequest {
            context: self.context(),
            entry_id: id(number),
            step: Some(step),
        }
    }

    /// Every commit of a topic, as it lies on the log.
    async fn commits(&self, topic: &str) -> Vec<Vec<u8>> {
        let topic = self.log.topic(topic).unwrap();
        let page = topic.page(Position::START, 100_000).await.unwrap();
        page.iter().map(|commit| commit.body.to_vec()).collect()
    }

    /// What the access log says, the first entry first.
    async fn accesses(&self) -> Vec<AccessLogEntry> {
        let blocks = self.commits("demo.access-log").await;
        let entries = blocks.iter().flat_map(|body| {
            let block = AccessLogBlock::decode(&body[..]).unwrap();
            AccessLogContent::decode(&block.content[..])
                .unwrap()
                .entries
        });
        entries.collect()
    }
}

/// The service on one node.
struct World {
    api: Api,
    node: Node,
    region: Arc<Region>,
}

macro_rules! rpcs {
    ($($name:ident $method:literal: $request:ident -> $response:ident;)+) => {
        $(async fn $name(
            &self,
            caller: &str,
            request: v1::$request,
        ) -> Result<v1::$response, Status> {
            let request = by(caller, $method, request)?;
            Ok(WaitlistService::$name(&self.api, request).await?.into_inner())
        })+
    };
}

impl World {
    fn of(region: Arc<Region>, node: Node) -> Self {
        let list = Context::start_about_persons(&node, "demo.waitlist", "list").unwrap();
        let books = Context::start(&node, "demo.waitlist-books", "books").unwrap();
        let rest = (gateway(), region.erasure_hold);
        let api = Api::new((list, books), node.clone(), rest);
        Self { api, node, region }
    }

    async fn start() -> Self {
        Arc::new(Region::new()).node("node-1").await
    }

    async fn ready(self) -> Self {
        let (mut list, mut books) = (self.api.0.context.status(), self.api.0.books.status());
        for status in [&mut list, &mut books] {
            let up = status.wait_for(|status| *status == ServiceStatus::Serving);
            tokio::time::timeout(PATIENCE, up).await.unwrap().unwrap();
        }
        self
    }

    /// This node again, without a way to record who had access to what.
    async fn without_access_log(&self) -> Self {
        let mut node = self.node.clone();
        node.access_log = AccessLog::default();
        Self::of(Arc::clone(&self.region), node).ready().await
    }

    /// Waits until this node has what another one wrote.
    async fn has_what(&self, other: &Self) {
        let position = *other.api.0.context.positions().borrow();
        self.api.0.context.reached(position).await.unwrap();
        let position = *other.api.0.books.positions().borrow();
        self.api.0.books.reached(position).await.unwrap();
    }

    /// Puts a person on a provider's list.
    async fn register(&self, caller: &str, number: u32, person: v1::Person) -> v1::Receipt {
        let request = self.region.register(caller, number, person);
        let response = self.register_entry(caller, request).await.unwrap();
        response.receipt.unwrap()
    }

    async fn step(
        &self,
        caller: &str,
        number: u32,
        step: v1::record_step_request::Step,
    ) -> Result<v1::Receipt, Status> {
        let request = self.region.step(number, step);
        let response = self.record_step(caller, request).await?;
        Ok(response.receipt.unwrap())
    }

    /// The entry as it is shown.
    async fn entry(&self, caller: &str, number: u32) -> v1::Entry {
        let request = v1::GetEntryRequest {
            entry_id: id(number),
            ..Default::default()
        };
        let response = self.get_entry(caller, request).await.unwrap();
        response.entry.unwrap()
    }

    /// Exact counts of today.
    async fn counts(&self, caller: &str, by: &[v1::Dimension]) -> v1::CountWaitingResponse {
        let request = v1::CountWaitingRequest {
            by: by.iter().map(|dimension| (*dimension).into()).collect(),
            ..Default::default()
        };
        self.count_waiting(caller, request).await.unwrap()
    }

    /// Entries and persons in all, today.
    async fn waiting(&self) -> (u64, u64) {
        let total = self.counts(TEAM, &[]).await.total.unwrap();
        (total.entries, total.persons)
    }

    async fn declare(
        &self,
        caller: &str,
        messages: Vec<v1::DeclareEntriesRequest>,
    ) -> Result<Vec<v1::Acknowledgement>, Status> {
        let caller = super::Caller::of(&by(caller, "DeclareEntries", ())?);
        let messages = futures::stream::iter(messages.into_iter().map(Ok));
        let answers = super::declare::acknowledgements(self.api.clone(), messages, caller);
        let answers: Vec<_> = futures::StreamExt::collect(answers).await;
        let mut acknowledgements = Vec::new();
        for answer in answers {
            acknowledgements.extend(answer?.acknowledgements);
        }
        Ok(acknowledgements)
    }

    rpcs! {
        register_entry "RegisterEntry": RegisterEntryRequest -> RegisterEntryResponse;
        record_step "RecordStep": RecordStepRequest -> RecordStepResponse;
        request_screening "RequestScreening": RequestScreeningRequest -> RequestScreeningResponse;
        approve_screening "ApproveScreening": ApproveScreeningRequest -> ApproveScreeningResponse;
        set_priority "SetPriority": SetPriorityRequest -> SetPriorityResponse;
        list_entries "ListEntries": ListEntriesRequest -> ListEntriesResponse;
        get_entry "GetEntry": GetEntryRequest -> GetEntryResponse;
        get_person "GetPerson": GetPersonRequest -> GetPersonResponse;
        count_waiting "CountWaiting": CountWaitingRequest -> CountWaitingResponse;
        count_flows "CountFlows": CountFlowsRequest -> CountFlowsResponse;
        get_monthly_return "GetMonthlyReturn": GetMonthlyReturnRequest -> GetMonthlyReturnResponse;
        get_protected_table "GetProtectedTable": GetProtectedTableRequest -> GetProtectedTableResponse;
        request_erasure "RequestErasure": RequestErasureRequest -> RequestErasureResponse;
        approve_erasure "ApproveErasure": ApproveErasureRequest -> ApproveErasureResponse;
        revoke_erasure "RevokeErasure": RevokeErasureRequest -> RevokeErasureResponse;
        get_key_rotation "GetKeyRotation": GetKeyRotationRequest -> GetKeyRotationResponse;
    }
}

/// A request as the gate hands it on.
fn by<T>(caller: &str, method: &str, message: T) -> Result<Request<T>, Status> {
    let here = domain::access::Region::parse("demo").unwrap();
    let gate = Gate::new(here, &[(crate::SERVICE_NAME, CALLS)]);
    let mut said = MetadataMap::new();
    if caller != UNNAMED {
        said.insert(CALLER, caller.parse().unwrap());
    }
    let path = format!("/{}/{method}", crate::SERVICE_NAME);
    let peer = "127.0.0.1:1".parse().unwrap();
    let admitted: Option<Access> = gate.admit(&path, said.as_ref(), Some(peer))?;
    let mut request = Request::new(message);
    request.extensions_mut().insert(admitted.unwrap());
    Ok(request)
}

/// The stable word of a status.
fn reason(status: &Status) -> String {
    let info = status.get_details_error_info();
    info.map(|info| info.reason).unwrap_or_default()
}

/// What came of it: `done`, or the reason of the refusal.
fn outcome<T>(answer: Result<T, Status>) -> String {
    match answer {
        Ok(_) => "done".to_owned(),
        Err(status) => reason(&status),
    }
}

/// The fields that a status says are wrong.
fn wrong_fields<T>(answer: Result<T, Status>) -> Vec<String> {
    let status = answer.err().unwrap();
    let request = status.get_details_bad_request().unwrap();
    let fields = request.field_violations.into_iter();
    fields.map(|wrong| wrong.field).collect()
}

/// Whether bytes hold others.
fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
