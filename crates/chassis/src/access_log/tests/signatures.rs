//! Threat 22 again: who writes a whole chain anew, with every hash right, has no key to sign it with.

use std::collections::HashMap;

use super::*;

/// Who forges, with a key of its own.
fn stranger() -> SigningKey {
    SigningKey::from_bytes(&[8; 32])
}

/// What an intruder leaves who altered the third block and made every hash behind it anew, so that all of it fits
/// together; signed as `sign` does it.
async fn forged(sign: fn(&mut BlockMessage, &Commit)) -> EventLog {
    let all = commits(&written(5).await).await;
    let mut all: Vec<Commit> = all.iter().map(|one| (**one).clone()).collect();
    let mut hashes: HashMap<u64, Vec<u8>> = HashMap::new();
    for (index, commit) in all.iter_mut().enumerate() {
        let mut content = content(commit);
        if index == 2 {
            content.entries[0].user_id = "somebody-else".to_owned();
        }
        if let Some(hash) = hashes.get(&content.previous_position) {
            content.previous_hash.clone_from(hash);
        }
        let mut block = BlockMessage::decode(commit.body.clone()).unwrap();
        block.content = content.encode_to_vec();
        block.hash = Sha256::digest(&block.content).to_vec();
        hashes.insert(commit.position.get(), block.hash.clone());
        sign(&mut block, commit);
        commit.body = block.encode_to_vec().into();
    }
    rewritten(all).await
}

async fn places(log: &EventLog) -> Vec<(u64, String)> {
    let problems = problems(log).await.into_iter();
    problems
        .map(|problem| (problem.position.get(), problem.what))
        .collect()
}

fn from_the_third_on(what: &str) -> Vec<(u64, String)> {
    (3..=10).map(|place| (place, what.to_owned())).collect()
}

fn resign(block: &mut BlockMessage, commit: &Commit, key: &SigningKey) {
    let place = Place {
        topic: TOPIC,
        stream: &commit.stream,
    };
    let hash = block.hash[..].try_into().unwrap();
    block.signature = signature::sign(key, place, &hash);
}

#[tokio::test]
async fn threat_22_a_chain_that_was_forged_with_all_its_hashes_is_named_from_the_forgery_on() {
    let foreign = from_the_third_on("its signature is not of a key that is known here");
    let kept_as_they_were = forged(|_, _| ()).await;
    assert_eq!(places(&kept_as_they_were).await, foreign);

    let with_a_key_of_ones_own = forged(|block, commit| resign(block, commit, &stranger())).await;
    let all = places(&with_a_key_of_ones_own).await;
    assert_eq!(all[2..], foreign);
    assert_eq!(
        all.len(),
        10,
        "what was not altered has that key's signature, too"
    );

    let unsigned = forged(|block, commit| match commit.position.get() {
        1 | 2 => (),
        _ => block.signature.clear(),
    });
    let unsigned = places(&unsigned.await).await;
    assert_eq!(unsigned, from_the_third_on("it is not signed"));
}

/// All of it fits together: without the signatures nobody would see.
#[tokio::test]
async fn threat_22_with_the_nodes_own_key_only_an_anchor_shows_a_chain_that_was_forged_whole() {
    let log = forged(|block, commit| resign(block, commit, &key())).await;
    assert_eq!(problems(&log).await, []);
    let anchor = verify(&written(5).await, None).await.anchor;
    assert_eq!(verify(&log, anchor).await.problems.len(), 1);
}

#[tokio::test]
async fn threat_22_taking_every_signature_away_does_not_make_an_older_log_of_it() {
    let log = forged(|block, _| block.signature.clear()).await;
    let unsigned = places(&log).await;
    assert_eq!(unsigned[2..], from_the_third_on("it is not signed"));
    assert_eq!(unsigned.len(), 10);
}

#[tokio::test]
async fn threat_22_a_block_that_is_shown_again_as_another_start_is_named() {
    let places = found(|all| {
        let mut again = all[0].clone();
        again.stream = eventlog::StreamId::parse("access-again").unwrap();
        all.push(again);
    });
    assert_eq!(places.await, [11]);
}

#[tokio::test]
async fn blocks_from_before_signing_are_read_and_said_to_be_unsigned() {
    let all = commits(&written(5).await).await;
    let mut all: Vec<Commit> = all.iter().map(|one| (**one).clone()).collect();
    for commit in &mut all[..5] {
        let mut block = BlockMessage::decode(commit.body.clone()).unwrap();
        block.signature.clear();
        commit.body = block.encode_to_vec().into();
    }
    let log = rewritten(all).await;
    let since = |position| Signer::of(&key(), Position::new(position));
    let verified = async |signers: &[Signer]| {
        let verified = crate::access_log::verify(&topic(&log), None, signers).await;
        verified.unwrap()
    };
    let known = verified(&[since(6)]).await;
    assert_eq!(known.problems, []);
    assert_eq!((known.unsigned, known.signed, known.entries), (5, 5, 10));
    // One that should have been signed by then, and a signature that nobody can tell anything of.
    assert_eq!(verified(&[since(5)]).await.problems.len(), 1);
    assert_eq!(verified(&[]).await.problems.len(), 5);
    let another = Signer::of(&stranger(), Position::new(6));
    assert_eq!(verified(&[another, since(6)]).await.problems, []);
}

#[test]
fn a_signer_reads_back_from_its_text_and_nothing_else_does() {
    let text = signer().to_string();
    assert_eq!(text.parse(), Ok(signer()));
    let not_a_point = format!("1:{}", "02".repeat(32));
    for wrong in ["", "1", "1:", "x:00", &text[1..], &text[..65], &not_a_point] {
        assert!(wrong.parse::<Signer>().is_err(), "{wrong}");
    }
}
