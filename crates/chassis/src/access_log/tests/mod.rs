//! Threats 15 and 22: what is recorded stays one record each, and what was changed in it is found, with its place.

mod signatures;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::access::{Action, Region};
use eventlog::{Commit, EventLog, NewCommit, Position, Topic};
use http::{HeaderMap, HeaderValue};
use prost::Message;
use sha2::{Digest, Sha256};
use tonic::{Code, Status};
use uuid::Uuid;

use super::block::{self, Content};
use super::record::{BlockMessage, ContentMessage, EntryMessage};
use super::signature::{self, Place};
use super::{
    AccessLog, AccessLogError, Anchor, Entry, Problem, Signer, SigningKey, Verb, Verified,
};
use crate::Node;
use crate::access::{Access, CALLER, Calls, Gate};

const TOPIC: &str = "demo.access-log";
const CALLS: Calls = &[("List", &[Action::ReadOwnEntries])];
const DEADLINE: Duration = Duration::from_secs(20);

/// What the nodes of this region sign with.
fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn signer() -> Signer {
    Signer::of(&key(), Position::new(1))
}

fn node(log: &EventLog) -> Node {
    let mut node = Node::new("node", log.clone(), "demo");
    node.access_log = AccessLog::start(&node, key()).unwrap();
    node
}

fn access() -> Access {
    let here = Region::parse("demo").unwrap();
    let gate = Gate::new(here, &[("doorstroom.test.v1.Test", CALLS)]);
    let mut headers = HeaderMap::new();
    let caller = "his:provider-system@agb:06011009";
    headers.insert(CALLER, HeaderValue::from_static(caller));
    let peer: SocketAddr = "127.0.0.1:4711".parse().unwrap();
    let path = "/doorstroom.test.v1.Test/List";
    gate.admit(path, &headers, Some(peer)).unwrap().unwrap()
}

fn entry(of: u128) -> Entry {
    let access = access();
    let own = Some("agb:06011009");
    let allowed = access.may(Action::ReadOwnEntries, own).unwrap();
    Entry::of(&access, allowed.rule, Verb::Read).about("waiting-entry", [Uuid::from_u128(of)])
}

/// Two starts of a node, with so many entries each, one by one.
async fn written(each: u128) -> EventLog {
    let log = EventLog::in_memory(&[TOPIC]).unwrap();
    for start in 0..2 {
        let node = node(&log);
        for number in 0..each {
            let recorded = node.access_log.record(entry(start * each + number));
            tokio::time::timeout(DEADLINE, recorded)
                .await
                .unwrap()
                .unwrap();
        }
        node.shutdown.cancel();
    }
    log
}

fn topic(log: &EventLog) -> Topic {
    log.topic(TOPIC).unwrap()
}

async fn commits(log: &EventLog) -> Vec<Arc<Commit>> {
    topic(log).page(Position::START, 100).await.unwrap()
}

/// What an intruder leaves who can write the log anew: the versions of what is there are right again.
async fn rewritten(commits: Vec<Commit>) -> EventLog {
    let log = EventLog::in_memory(&[TOPIC]).unwrap();
    let mut heads = std::collections::HashMap::new();
    for commit in commits {
        let head = heads
            .entry(commit.stream.clone())
            .or_insert(eventlog::Version::NONE);
        *head = head.next();
        let commit = NewCommit {
            version: *head,
            stream: commit.stream,
            attempt: commit.attempt,
            commands: commit.commands,
            body: commit.body,
        };
        topic(&log).append(commit).await.unwrap();
    }
    log
}

async fn verify(log: &EventLog, kept: Option<Anchor>) -> Verified {
    let verified = super::verify(&topic(log), kept, &[signer()]).await;
    verified.unwrap()
}

async fn problems(log: &EventLog) -> Vec<Problem> {
    verify(log, None).await.problems
}

/// Positions of what is wrong after somebody changed the log.
async fn found(change: impl FnOnce(&mut Vec<Commit>)) -> Vec<u64> {
    let log = written(5).await;
    let mut all: Vec<_> = commits(&log)
        .await
        .iter()
        .map(|one| (**one).clone())
        .collect();
    change(&mut all);
    let problems = problems(&rewritten(all).await).await;
    problems
        .iter()
        .map(|problem| problem.position.get())
        .collect()
}

fn content(commit: &Commit) -> ContentMessage {
    let block = BlockMessage::decode(commit.body.clone()).unwrap();
    ContentMessage::decode(&block.content[..]).unwrap()
}

#[tokio::test]
async fn what_was_recorded_holds_together_over_every_start() {
    let log = written(5).await;
    let verified = verify(&log, None).await;
    assert_eq!(verified.problems, []);
    assert_eq!(
        (verified.chains, verified.blocks, verified.entries),
        (2, 10, 10)
    );
    assert_eq!((verified.signed, verified.unsigned), (10, 0));
}

#[tokio::test]
async fn an_entry_says_who_what_which_why_and_where() {
    let log = written(1).await;
    let recorded = content(&commits(&log).await[0]).entries.remove(0);
    let expected = EntryMessage {
        event_id: recorded.event_id.clone(),
        event_code: "/doorstroom.test.v1.Test/List".to_owned(),
        action_code: "read-own-entries".to_owned(),
        verb: 2,
        outcome: 1,
        occurred_at_ms: recorded.occurred_at_ms,
        clock_error_ms: 5_000,
        user_id: "his".to_owned(),
        role_code: "provider-system".to_owned(),
        organisation_id: "agb:06011009".to_owned(),
        auth_method: 2,
        network_point: "127.0.0.1:4711".to_owned(),
        gateway_id: "node".to_owned(),
        object_type: "waiting-entry".to_owned(),
        object_ids: vec![vec![0; 16]],
        purpose_code: "WAITLIST".to_owned(),
        policy_rule_id: "provider-system/read-own-entries/WAITLIST".to_owned(),
        source_site: "demo".to_owned(),
        ..EntryMessage::default()
    };
    assert_eq!(recorded, expected);
    assert!(recorded.occurred_at_ms > 1_700_000_000_000);
}

#[tokio::test]
async fn threat_22_a_flipped_byte_is_named_by_its_position() {
    for at in [10, 40, 90] {
        let places = found(|all| {
            let mut body = all[2].body.to_vec();
            body[at] ^= 1;
            all[2].body = body.into();
        });
        assert!(places.await.contains(&3), "byte {at}");
    }
}

/// Says that somebody else did what a block tells, with the hash and the signature that fit that.
fn forge(commit: &mut Commit, key: &SigningKey) {
    let mut told = content(commit);
    told.entries[0].user_id = "somebody-else".to_owned();
    let content = Content {
        sequence: told.sequence,
        previous: block::decode(&commit.body).unwrap().previous,
        entries: told.entries,
    };
    let place = Place {
        topic: TOPIC,
        stream: &commit.stream,
    };
    let (body, _) = block::encode(content, (key, place));
    commit.body = body.into();
}

#[tokio::test]
async fn threat_22_a_block_that_was_forged_with_the_nodes_own_key_does_not_fit_the_next_one() {
    let places = found(|all| forge(&mut all[2], &key()));
    assert_eq!(places.await, [4]);
}

#[tokio::test]
async fn threat_22_a_dropped_block_leaves_a_gap_that_is_named() {
    let places = found(|all| drop(all.remove(2))).await;
    assert!(places.contains(&3), "{places:?}");
    // The last one of a start: the next start's chain was begun behind it.
    let places = found(|all| drop(all.remove(4))).await;
    assert!(places.contains(&5), "{places:?}");
    // A whole start.
    let places = found(|all| drop(all.drain(0..5))).await;
    assert!(places.contains(&1), "{places:?}");
}

#[tokio::test]
async fn a_gap_is_told_apart_from_a_forgery() {
    let log = written(5).await;
    let all = commits(&log).await;
    let mut all: Vec<_> = all.iter().map(|one| (**one).clone()).collect();
    all.remove(2);
    let problems = problems(&rewritten(all).await).await;
    let said = problems[0].to_string();
    assert_eq!(
        said,
        "position 3: block 4 of its chain stands where block 3 belongs"
    );
}

#[tokio::test]
async fn threat_22_blocks_that_changed_places_are_named() {
    let places = found(|all| all.swap(1, 2)).await;
    assert!(places.contains(&2) && places.contains(&3), "{places:?}");
}

#[tokio::test]
async fn what_was_cut_off_at_the_end_shows_beside_an_anchor() {
    let log = written(5).await;
    let anchor = verify(&log, None).await.anchor.unwrap();
    let text = anchor.to_string();
    assert_eq!(text.parse::<Anchor>(), Ok(anchor));
    let kept = verify(&log, Some(anchor)).await;
    assert_eq!(kept.problems, []);

    let all = commits(&log).await;
    let cut = all[..9].iter().map(|commit| (**commit).clone()).collect();
    let cut = rewritten(cut).await;
    assert_eq!(problems(&cut).await, []);
    let verified = verify(&cut, Some(anchor)).await;
    assert_eq!(verified.problems.len(), 1);
    for wrong in ["", "7", "7:", "x:00", &text[1..text.len() - 1]] {
        assert!(wrong.parse::<Anchor>().is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn entries_that_wait_share_a_block_and_each_is_there_once() {
    let log = EventLog::in_memory(&[TOPIC]).unwrap();
    let node = node(&log);
    let waiting = (0..300).map(|number| {
        let access_log = node.access_log.clone();
        async move { access_log.record(entry(number)).await.unwrap() }
    });
    futures::future::join_all(waiting).await;
    let verified = verify(&log, None).await;
    assert_eq!((verified.entries, verified.problems.len()), (300, 0));
    assert!(verified.blocks < 300, "{}", verified.blocks);
    let blocks = commits(&log).await;
    let entries = blocks.iter().flat_map(|commit| content(commit).entries);
    let ids: std::collections::BTreeSet<_> = entries.map(|entry| entry.object_ids).collect();
    assert_eq!(ids.len(), 300);
}

#[tokio::test]
async fn where_nothing_can_be_recorded_the_access_is_refused() {
    let none = AccessLog::default().record(entry(1)).await.unwrap_err();
    assert_eq!(Status::from(none).code(), Code::Unavailable);

    let log = EventLog::in_memory(&[TOPIC]).unwrap();
    let node = node(&log);
    node.access_log.record(entry(1)).await.unwrap();
    log.close();
    let closed = node.access_log.record(entry(2)).await.unwrap_err();
    assert!(matches!(closed, AccessLogError::Unwritable(_)), "{closed}");
    assert_eq!(Status::from(closed).code(), Code::Unavailable);
}

#[tokio::test]
async fn an_access_to_more_than_one_entry_holds_is_refused() {
    let log = EventLog::in_memory(&[TOPIC]).unwrap();
    let node = node(&log);
    let ids = |count: u128| (0..count).map(Uuid::from_u128);
    let most = entry(0).about("waiting-entry", ids(9_999));
    node.access_log.record(most).await.unwrap();
    let more = entry(0).about("waiting-entry", ids(10_000));
    let refused = node.access_log.record(more).await.unwrap_err();
    assert_eq!(Status::from(refused).code(), Code::InvalidArgument);
}

#[tokio::test]
async fn a_refusal_is_recorded_with_its_reason() {
    let log = EventLog::in_memory(&[TOPIC]).unwrap();
    let node = node(&log);
    let access = access();
    let others = access.may(Action::ReadOwnEntries, Some("agb:06011010"));
    node.access_log.denied(&access, &others.unwrap_err()).await;
    let recorded = content(&commits(&log).await[0]).entries.remove(0);
    assert_eq!(
        (recorded.outcome, recorded.denial.as_str()),
        (2, "other-organisation")
    );
    assert_eq!(
        recorded.policy_rule_id,
        "provider-system/read-own-entries/WAITLIST"
    );
}
