//! What requests are made of.

use super::*;

pub(super) fn gateway() -> Gateway {
    let region = pseudonym::Region::new("demo").unwrap();
    let roots = [
        (epoch("2026a"), Root::from_bytes([1; 32])),
        (epoch("2026b"), Root::from_bytes([2; 32])),
    ];
    let roots = roots.iter().map(|(epoch, root)| (*epoch, root));
    let recoders = Recoders::derive(&region, roots).unwrap();
    let verifier = ReceiptVerifier::new(&evaluator([5; 32]).public_key()).unwrap();
    Gateway::new(recoders, vec![(KEY.to_owned(), verifier)])
}

/// How far entries are from an epoch's keys, which are the gateway's own.
pub(super) fn key_rotation(epoch: &str) -> v1::GetKeyRotationRequest {
    let wanted = crate::gateway::parsed_epoch(epoch);
    let gateway = gateway();
    let mut known = gateway.fingerprints();
    let own = known.find(|(known, _)| Some(*known) == wanted);
    v1::GetKeyRotationRequest {
        region: "demo".to_owned(),
        epoch: epoch.to_owned(),
        fingerprint: own.map_or(vec![0; 8], |(_, fingerprint)| fingerprint.to_vec()),
        ..Default::default()
    }
}

pub(super) fn evaluator(root: [u8; 32]) -> ReceiptSigner {
    ReceiptSigner::new(&Root::from_bytes(root), epoch("2026a"))
}

/// What the evaluator signs.
pub(super) fn granted_to(organisation: &str, day: &str, granted: u32) -> GrantReceipt {
    let receipt = Receipt {
        organisation: organisation.to_owned(),
        day: day.to_owned(),
        granted,
    };
    GrantReceipt {
        signature: evaluator([5; 32]).sign(&receipt),
        organisation: receipt.organisation,
        day: receipt.day,
        granted,
        key_id: KEY.to_owned(),
    }
}

pub(super) fn epoch(text: &str) -> Epoch {
    Epoch::parse(text).unwrap()
}

pub(super) fn noon(day: &str) -> Timestamp {
    let day = Day::parse(day).unwrap();
    day.begins_at().plus_millis(DAY_MILLIS / 2)
}

pub(super) fn organisation(caller: &str) -> &str {
    caller.split_once('@').unwrap().1
}

pub(super) fn id(number: u32) -> String {
    format!("{number:032x}")
}

/// What the evaluator made of somebody: 64 bytes that stand for one person in one epoch.
pub(super) fn p1(number: u32, epoch: &str) -> Vec<u8> {
    let half = |half: u8| Sha256::digest(format!("person {number} in {epoch}, {half}"));
    [half(1), half(2)].concat()
}

pub(super) fn person_in(number: u32, epochs: &[&str]) -> v1::Person {
    let stages = epochs.iter().map(|epoch| v1::FirstStage {
        epoch: (*epoch).to_owned(),
        p1: p1(number, epoch),
    });
    v1::Person {
        first_stages: stages.collect(),
        without_number: false,
    }
}

pub(super) fn person(number: u32) -> v1::Person {
    person_in(number, &["2026a"])
}

pub(super) fn nobody() -> v1::Person {
    v1::Person {
        first_stages: Vec::new(),
        without_number: true,
    }
}

pub(super) fn profile() -> v1::Profile {
    v1::Profile {
        age_band: "25-44".into(),
        municipality_code: "GM0114".into(),
        gp_practice: "01054321".into(),
        diagnosis_group: "04".into(),
        preferred: false,
    }
}

pub(super) fn registration() -> v1::Registration {
    v1::Registration {
        care_type: "specialised".into(),
        registered_on: "2026-11-01".into(),
        profile: Some(profile()),
        ..Default::default()
    }
}

pub(super) fn still_waits(on: &str) -> v1::record_step_request::Step {
    v1::record_step_request::Step::StillWaits(v1::StillWaits {
        on: on.into(),
        ..Default::default()
    })
}

pub(super) fn withdrawn(on: &str) -> v1::Withdrawn {
    v1::Withdrawn {
        on: on.into(),
        by: v1::WithdrawnBy::Person.into(),
        reason: v1::WithdrawalReason::NoLongerWanted.into(),
    }
}
