//! Our own frozen vectors: 20 citizen numbers of nobody, three scopes, two epochs. Clients in other languages check
//! themselves with the same file (`docs/vectors/pseudonyms.json`), which another implementation made.

use bsn::{Answer, Batch, Bsn};
use data_encoding::HEXLOWER;
use pseudonym::{
    Blinded, Epoch, Evaluator, National, P1, Pseudonym, Recoder, Region, Root, Scope, Transfer,
    key_id,
};
use serde_json::Value;

const VECTORS: &str = include_str!("../../../../docs/vectors/pseudonyms.json");

fn vectors() -> Value {
    serde_json::from_str(VECTORS).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn root(value: &Value) -> Root {
    Root::from_bytes(
        HEXLOWER
            .decode(text(value).as_bytes())
            .unwrap()
            .try_into()
            .unwrap(),
    )
}

fn evaluator(epoch: &Value) -> Evaluator {
    let name = Epoch::parse(text(&epoch["epoch"])).unwrap();
    Evaluator::new(&root(&epoch["evaluator_seed"]), name).unwrap()
}

fn numbers(vectors: &Value) -> Vec<Bsn> {
    let persons = vectors["persons"].as_array().unwrap();
    persons
        .iter()
        .map(|person| Bsn::parse(text(&person["bsn"])).unwrap())
        .collect()
}

#[test]
fn a_key_follows_from_its_root_as_frozen() {
    for epoch in vectors()["epochs"].as_array().unwrap() {
        let evaluator = evaluator(epoch);
        let public_key = HEXLOWER.encode(evaluator.public_key());
        assert_eq!(public_key, text(&epoch["public_key"]));
        assert_eq!(
            key_id(evaluator.epoch(), evaluator.public_key()),
            text(&epoch["key_id"])
        );
    }
}

#[test]
fn every_person_gets_the_frozen_p1_whatever_the_blinding() {
    let vectors = vectors();
    for epoch in vectors["epochs"].as_array().unwrap() {
        let evaluator = evaluator(epoch);
        let batch = Batch::blind(&numbers(&vectors)).unwrap();
        let sent: Vec<Vec<u8>> = batch
            .blinded_elements()
            .iter()
            .map(|element| element.to_vec())
            .collect();
        let evaluated = evaluator.evaluate(&Blinded::parse(&sent).unwrap()).unwrap();
        let answer = Answer {
            elements: &evaluated.elements,
            proof: &evaluated.proof,
        };
        let p1s = batch.finalise(answer, evaluator.public_key()).unwrap();
        for (p1, person) in p1s.into_iter().zip(vectors["persons"].as_array().unwrap()) {
            let frozen = &person["epochs"][text(&epoch["epoch"])]["p1"];
            assert_eq!(HEXLOWER.encode(&*p1.into_bytes()), text(frozen));
        }
    }
}

/// Recodes every person's frozen P1 in one scope, and counts the answers.
fn recoded<S: Scope>(scope: &S, name: &str) -> usize {
    let vectors = vectors();
    let mut checked = 0;
    for keys in vectors["epochs"].as_array().unwrap() {
        let epoch = Epoch::parse(text(&keys["epoch"])).unwrap();
        let recoder = Recoder::new(&root(&keys["recoder_root"]), epoch, scope).unwrap();
        for person in vectors["persons"].as_array().unwrap() {
            let frozen = &person["epochs"][text(&keys["epoch"])];
            let p1 = HEXLOWER.decode(text(&frozen["p1"]).as_bytes()).unwrap();
            let pseudonym = recoder.recode(&P1::new(epoch, &p1).unwrap()).unwrap();
            let frozen = text(&frozen["pseudonyms"][name]);
            assert_eq!(pseudonym.to_text(), frozen);
            assert_eq!(Pseudonym::from_text(frozen), Ok(pseudonym));
            checked += 1;
        }
    }
    checked
}

#[test]
fn every_person_gets_the_frozen_pseudonyms_in_three_scopes_and_two_epochs() {
    assert_eq!(recoded(&National, "nat"), 40);
    assert_eq!(recoded(&Region::new("drenthe").unwrap(), "reg:drenthe"), 40);
    let recipient = Transfer::to("agb:06011009").unwrap();
    assert_eq!(recoded(&recipient, "tra:agb:06011009"), 40);
}
