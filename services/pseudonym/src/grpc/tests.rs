use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bsn::{Answer, Batch, Bsn, FinaliseError, P1};
use chassis::Clock;
use chassis::access::{CALLER, Gate};
use domain::Timestamp;
use domain::access::Region;
use eventlog::EventLog;
use pseudonym::receipt::ReceiptVerifier;
use pseudonym::ring::{Ring, Stage};
use pseudonym::{Custodians, Epoch};
use tempfile::TempDir;
use tonic::metadata::MetadataMap;
use tonic_types::StatusExt;

use super::*;
use crate::{CALLS, SERVICE_NAME};

const PROVIDER: &str = "epd:provider-system@agb:06011009";
/// 25 November 2026, noon in UTC.
const NOON: i64 = 1_795_608_000_000;

struct World {
    folder: TempDir,
    now: Arc<AtomicI64>,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let epoch = Epoch::parse("2026a").unwrap();
        Ring::init(
            &folder.path().join("keys"),
            Stage::Evaluator,
            (epoch, "2026-11-25"),
        )
        .unwrap();
        Self {
            folder,
            now: Arc::new(AtomicI64::new(NOON)),
        }
    }

    fn ring(&self) -> Ring {
        Ring::open(&self.folder.path().join("keys"), Stage::Evaluator).unwrap()
    }

    fn rotate(&self) {
        let by = Custodians::parse(&["a@x", "b@y"]).unwrap();
        self.ring().rotate((2026, "2026-11-25"), &by).unwrap();
    }

    /// As after a restart.
    fn start(&self) -> Api {
        let quota = Quota::open(&self.folder.path().join("quota.db")).unwrap();
        Api::new(self.node(), Keys::derive(&self.ring()).unwrap(), quota)
    }

    fn node(&self) -> Node {
        let now = Arc::clone(&self.now);
        Node {
            clock: Clock::new(move || Timestamp::from_millis(now.load(Ordering::SeqCst))),
            ..Node::new("one", log(self.folder.path()), "demo")
        }
    }
}

fn log(folder: &Path) -> EventLog {
    let name = format!("{}.db", CommandNumber::next());
    EventLog::open(&folder.join(name), &["demo.control"]).unwrap()
}

/// A log of its own for each start: two in one process do not share one.
struct CommandNumber;

impl CommandNumber {
    fn next() -> i64 {
        static NEXT: AtomicI64 = AtomicI64::new(0);
        NEXT.fetch_add(1, Ordering::SeqCst)
    }
}

/// Citizen numbers of nobody: the first that pass the eleven-test from 900000000 on.
fn numbers(count: usize) -> Vec<Bsn> {
    let texts = (900_000_000_u32..).map(|number| number.to_string());
    texts
        .filter_map(|text| Bsn::parse(&text).ok())
        .take(count)
        .collect()
}

fn request(batch: &Batch, epoch: &str) -> v1::EvaluateRequest {
    v1::EvaluateRequest {
        domain: "nat".to_owned(),
        epoch: epoch.to_owned(),
        blinded_elements: batch
            .blinded_elements()
            .iter()
            .map(|element| element.to_vec())
            .collect(),
    }
}

/// A request as the gate hands it on.
fn called<T>(message: T, caller: &str) -> Result<Request<T>, Status> {
    let gate = Gate::new(Region::parse("demo").unwrap(), &[(SERVICE_NAME, CALLS)]);
    let mut said = MetadataMap::new();
    said.insert(CALLER, caller.parse().unwrap());
    let peer = "127.0.0.1:1".parse().unwrap();
    let access = gate.admit(
        &format!("/{SERVICE_NAME}/Evaluate"),
        said.as_ref(),
        Some(peer),
    )?;
    let mut request = Request::new(message);
    request.extensions_mut().insert(access.unwrap());
    Ok(request)
}

async fn keys(api: &Api) -> Vec<v1::PublishedKey> {
    let answer = api.get_keys(Request::new(v1::GetKeysRequest {})).await;
    answer.unwrap().into_inner().keys
}

async fn answered(api: &Api, request: v1::EvaluateRequest) -> Result<v1::EvaluateResponse, Status> {
    let answer = api.evaluate(called(request, PROVIDER)?).await;
    answer.map(Response::into_inner)
}

fn finalised(
    batch: Batch,
    answer: &v1::EvaluateResponse,
    key: &[u8],
) -> Result<Vec<P1>, FinaliseError> {
    let answer = Answer {
        elements: &answer.evaluation_elements,
        proof: &answer.proof,
    };
    batch.finalise(answer, key)
}

fn bytes(p1: Vec<P1>) -> Vec<Vec<u8>> {
    p1.into_iter().map(|p1| p1.into_bytes().to_vec()).collect()
}

fn reason(status: &Status) -> String {
    status.get_details_error_info().unwrap().reason
}

#[tokio::test]
async fn the_same_persons_get_the_same_p1_whatever_is_sent() {
    let world = World::new();
    let api = world.start();
    let key = keys(&api).await.remove(0);
    let mut found = Vec::new();
    let mut sent = Vec::new();
    for _ in 0..2 {
        let batch = Batch::blind(&numbers(20)).unwrap();
        let request = request(&batch, "2026a");
        sent.push(request.blinded_elements.clone());
        let answer = answered(&api, request).await.unwrap();
        assert_eq!(answer.key_id, key.key_id);
        found.push(bytes(finalised(batch, &answer, &key.public_key).unwrap()));
    }
    assert_eq!(found[0], found[1]);
    assert_ne!(sent[0], sent[1]);
}

/// Threat 4: an evaluator that uses another key than its published one, to tag a provider or by mistake.
#[tokio::test]
async fn threat_4_an_answer_of_another_key_or_epoch_is_refused_by_the_client() {
    let (world, other) = (World::new(), World::new());
    world.rotate();
    let api = world.start();
    let published = keys(&api).await;
    let [older, newer] = published.as_slice() else {
        panic!("two epochs are in use: {published:?}");
    };

    let batch = Batch::blind(&numbers(3)).unwrap();
    let tagged = answered(&other.start(), request(&batch, "2026a"))
        .await
        .unwrap();
    let refused = finalised(batch, &tagged, &older.public_key);
    assert_eq!(refused.unwrap_err(), FinaliseError::Proof);

    let batch = Batch::blind(&numbers(3)).unwrap();
    let mixed_up = answered(&api, request(&batch, "2026b")).await.unwrap();
    let refused = finalised(batch, &mixed_up, &older.public_key);
    assert_eq!(refused.unwrap_err(), FinaliseError::Proof);

    let batch = Batch::blind(&numbers(3)).unwrap();
    let right = answered(&api, request(&batch, "2026b")).await.unwrap();
    assert!(finalised(batch, &right, &newer.public_key).is_ok());
}

#[tokio::test]
async fn threat_2_what_the_quota_does_not_cover_is_not_granted_at_all_also_after_a_restart() {
    let world = World::new();
    let api = world.start();
    let batch = Batch::blind(&numbers(1000)).unwrap();
    for granted in [1000, 2000] {
        let answer = answered(&api, request(&batch, "2026a")).await.unwrap();
        assert_eq!(answer.receipt.unwrap().granted, granted);
    }
    let one = Batch::blind(&numbers(1)).unwrap();
    for api in [api, world.start()] {
        let refused = answered(&api, request(&one, "2026a")).await.unwrap_err();
        assert_eq!(refused.code(), Code::ResourceExhausted);
        assert_eq!(reason(&refused), "quota-at-once");
    }
    // An hour later there is room for 208.
    world.now.fetch_add(60 * 60 * 1000, Ordering::SeqCst);
    let answer = answered(&world.start(), request(&one, "2026a"))
        .await
        .unwrap();
    assert_eq!(answer.receipt.unwrap().granted, 2001);
}

#[tokio::test]
async fn threat_26_a_grant_comes_with_a_receipt_that_the_gateway_can_verify() {
    let world = World::new();
    let api = world.start();
    let key = keys(&api).await.remove(0);
    let batch = Batch::blind(&numbers(7)).unwrap();
    let answer = answered(&api, request(&batch, "2026a")).await.unwrap();
    let brought = answer.receipt.unwrap();
    assert_eq!(brought.key_id, key.key_id);
    let receipt = Receipt {
        organisation: "agb:06011009".to_owned(),
        day: "2026-11-25".to_owned(),
        granted: 7,
    };
    let verifier = ReceiptVerifier::new(&key.receipt_key).unwrap();
    assert_eq!(verifier.verify(&receipt, &brought.signature), Ok(()));
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_and_costs_nothing() {
    let world = World::new();
    let api = world.start();
    let mut wrong = request(&Batch::blind(&numbers(3)).unwrap(), "2025a");
    wrong.domain = "reg".to_owned();
    wrong.blinded_elements[1] = vec![0xff; 32];
    let refused = answered(&api, wrong).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let named = refused.get_details_bad_request().unwrap().field_violations;
    let fields: Vec<&str> = named.iter().map(|wrong| wrong.field.as_str()).collect();
    assert_eq!(fields, ["domain", "epoch", "blinded_elements[1]"]);

    let one = Batch::blind(&numbers(1)).unwrap();
    let answer = answered(&api, request(&one, "2026a")).await.unwrap();
    assert_eq!(answer.receipt.unwrap().granted, 1);
}

#[tokio::test]
async fn a_call_of_nobody_or_of_another_role_is_not_evaluated() {
    let world = World::new();
    let api = world.start();
    let batch = Batch::blind(&numbers(1)).unwrap();
    let nobody = api.evaluate(Request::new(request(&batch, "2026a"))).await;
    assert_eq!(nobody.unwrap_err().code(), Code::Unauthenticated);
    let insurer = called(request(&batch, "2026a"), "x:insurer@uzovi:3311");
    assert_eq!(insurer.unwrap_err().code(), Code::PermissionDenied);
}

#[test]
fn auditors_and_custodians_read_the_published_keys_and_insurers_do_not() {
    let gate = Gate::new(Region::parse("demo").unwrap(), &[(SERVICE_NAME, CALLS)]);
    let admits = |caller: &str| {
        let mut said = MetadataMap::new();
        said.insert(CALLER, caller.parse().unwrap());
        let peer = Some("127.0.0.1:1".parse().unwrap());
        gate.admit(&format!("/{SERVICE_NAME}/GetKeys"), said.as_ref(), peer)
            .is_ok()
    };
    assert!(admits(PROVIDER));
    assert!(admits("a1:auditor@demo:7"));
    assert!(admits("c1:key-custodian@demo:8"));
    assert!(!admits("i1:insurer@uzovi:3311"));
}
