//! Who had access to what about persons is durable before anything is answered or done.

use proto::access::v1::{AccessOutcome, Verb};

use super::*;

/// What each call writes into the log: the action, the verb, and whether it names entry 1.
const RECORDS: &[(&str, &str, Verb, bool)] = &[
    (
        "RegisterEntry",
        "publish-waiting-entry",
        Verb::Create,
        false,
    ),
    ("RecordStep", "publish-waiting-entry", Verb::Update, true),
    (
        "DeclareEntries",
        "publish-waiting-entry",
        Verb::Update,
        true,
    ),
    (
        "RequestScreening",
        "publish-waiting-entry",
        Verb::Update,
        true,
    ),
    ("ApproveScreening", "screen-entry", Verb::Update, true),
    ("SetPriority", "publish-waiting-entry", Verb::Update, true),
    ("ListEntries", "read-own-entries", Verb::Read, true),
    ("GetEntry", "read-own-entries", Verb::Read, true),
    ("GetPerson", "read-own-entries", Verb::Read, true),
    ("CountWaiting", "read-exact-counts", Verb::Execute, false),
    ("CountFlows", "read-exact-counts", Verb::Execute, false),
    (
        "GetMonthlyReturn",
        "read-exact-counts",
        Verb::Execute,
        false,
    ),
    (
        "GetProtectedTable",
        "read-region-aggregates",
        Verb::Execute,
        false,
    ),
    ("RequestErasure", "request-erasure", Verb::Delete, true),
    ("ApproveErasure", "approve-erasure", Verb::Delete, true),
    ("RevokeErasure", "revoke-erasure", Verb::Update, true),
    ("GetKeyRotation", "destroy-key", Verb::Execute, false),
];

const COLLEAGUE: &str = "collega:provider-system@agb:06000001";

fn who_asks(method: &str) -> &'static str {
    match method {
        "ApproveScreening" => TEAM,
        "ApproveErasure" => COLLEAGUE,
        "GetKeyRotation" => CUSTODIAN,
        _ => ONE,
    }
}

#[tokio::test]
async fn every_call_is_recorded_with_whom_it_touched_by_which_rule_and_what_for() {
    let (world, erasure) = World::in_use().await;
    for ((method, action, verb, names_entry), (listed, _)) in RECORDS.iter().zip(CALLS) {
        assert_eq!(method, listed, "every call is walked");
        let before = world.region.accesses().await.len();
        let caller = who_asks(method);
        world.ask(method, caller, &erasure).await.unwrap();
        let access = world.region.accesses().await.swap_remove(before);
        let role = caller.split(['@', ':']).nth(1).unwrap();
        let purpose = access.purpose_code.clone();
        assert!(
            access.event_code.ends_with(&format!("/{method}")),
            "{method}"
        );
        assert_eq!(access.outcome(), AccessOutcome::Allowed, "{method}");
        assert_eq!(
            (access.action_code.as_str(), access.verb()),
            (*action, *verb),
            "{method}"
        );
        assert_eq!(
            access.policy_rule_id,
            format!("{role}/{action}/{purpose}"),
            "{method}"
        );
        assert_eq!(access.organisation_id, organisation(caller), "{method}");
        assert_eq!(
            access.user_id,
            caller.split(':').next().unwrap(),
            "{method}"
        );
        let entry = 1_u128.to_be_bytes().to_vec();
        assert_eq!(access.object_ids.contains(&entry), *names_entry, "{method}");
        let asks = *verb == Verb::Execute;
        assert_eq!(
            access.query_hash.len(),
            if asks { 32 } else { 0 },
            "{method}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_recorded_is_neither_answered_nor_done() {
    let (world, erasure) = World::in_use().await;
    let mute = world.without_access_log().await;
    let written = || async {
        let list = world.region.commits("demo.waitlist").await;
        let books = world.region.commits("demo.waitlist-books").await;
        let ledger = world.region.ledger.topic("demo.erasures").unwrap();
        let erased = ledger.page(Position::START, 100).await.unwrap();
        (list, books, erased.len())
    };
    let before = written().await;
    for (method, _) in CALLS {
        let answer = mute.ask(method, who_asks(method), &erasure).await;
        assert_eq!(outcome(answer), "access-log-unwritable", "{method}");
    }
    assert_eq!(written().await, before, "nothing was done");
    let entries = v1::request_erasure_request::Subject::Entries(v1::EntryIds {
        entry_ids: vec![id(1)],
    });
    let request = v1::RequestErasureRequest {
        context: world.region.context(),
        subject: Some(entries),
        ground: v1::ErasureGround::Objection.into(),
    };
    let answer = mute.request_erasure(ONE, request).await;
    assert_eq!(outcome(answer), "access-log-unwritable");
    assert_eq!(written().await, before, "nothing was done");
}

#[tokio::test]
async fn no_pseudonym_is_in_the_access_log_or_in_the_books_or_in_clear_on_the_list() {
    let (world, erasure) = World::in_use().await;
    for (method, _) in CALLS {
        let _ = world.ask(method, who_asks(method), &erasure).await;
        let _ = world.ask(method, TWO, &erasure).await;
    }
    let mut secret: Vec<Vec<u8>> = Vec::new();
    for number in [1, 2] {
        let stages = person(number).first_stages;
        let keys = gateway().keys(&stages[0]).unwrap();
        secret.push(keys.region.as_bytes()[..8].to_vec());
        secret.push(keys.national.unwrap().as_bytes()[..8].to_vec());
        secret.push(stages[0].p1[..8].to_vec());
    }
    for topic in ["demo.access-log", "demo.waitlist-books", "demo.waitlist"] {
        let commits = world.region.commits(topic).await;
        assert!(!commits.is_empty());
        for part in &secret {
            let is_there = commits.iter().any(|body| holds(body, part));
            assert!(!is_there, "in {topic}");
        }
    }
}

#[tokio::test]
async fn a_page_of_a_list_names_whom_it_shows_and_no_others() {
    let world = World::start().await;
    for number in 1..=5 {
        world.register(ONE, number, person(number)).await;
    }
    let request = v1::ListEntriesRequest {
        page_size: 2,
        ..Default::default()
    };
    let page = world.list_entries(ONE, request).await.unwrap();
    let shown = page.entries.iter().map(|entry| entry.entry_id.clone());
    let access = world.region.accesses().await.pop().unwrap();
    let named = access.object_ids.iter().map(|id| {
        let id = u128::from_be_bytes(id.as_slice().try_into().unwrap());
        format!("{id:032x}")
    });
    assert_eq!(named.collect::<Vec<_>>(), shown.collect::<Vec<_>>());
}
