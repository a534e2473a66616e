//! The client's side of RFC 9497's own vectors, and what must be refused.

use data_encoding::HEXLOWER;
use rand_core::{CryptoRng, Error, RngCore};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::{Answer, Batch, BlindError, Bsn, FinaliseError, MAX_BATCH};

const RFC9497: &str = include_str!("../../../docs/vectors/rfc9497-ristretto255.json");

/// Gives scalars out one by one, as wide as they are drawn.
struct Given(Vec<u8>);

impl RngCore for Given {
    fn next_u32(&mut self) -> u32 {
        unreachable!("scalars are drawn as bytes")
    }

    fn next_u64(&mut self) -> u64 {
        unreachable!("scalars are drawn as bytes")
    }

    fn fill_bytes(&mut self, wide: &mut [u8]) {
        wide.fill(0);
        wide[..32].copy_from_slice(&self.0[..32]);
        self.0.drain(..32);
    }

    fn try_fill_bytes(&mut self, wide: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(wide);
        Ok(())
    }
}

impl CryptoRng for Given {}

fn bytes(hex: &Value) -> Vec<u8> {
    HEXLOWER.decode(hex.as_str().unwrap().as_bytes()).unwrap()
}

fn list(hexes: &Value) -> Vec<Vec<u8>> {
    hexes.as_array().unwrap().iter().map(bytes).collect()
}

fn voprf() -> Value {
    let all: Value = serde_json::from_str(RFC9497).unwrap();
    all["modes"]["VOPRF"].clone()
}

fn batch(vector: &Value) -> Batch {
    let inputs = list(&vector["inputs"]).into_iter().map(Zeroizing::new);
    let chance = list(&vector["blinds"]).concat();
    Batch::blind_with(inputs.collect(), &mut Given(chance)).unwrap()
}

#[test]
fn blinding_and_finalising_give_what_rfc_9497_says() {
    let mode = voprf();
    let vectors = mode["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let batch = batch(vector);
        let blinded: Vec<Vec<u8>> = batch
            .blinded_elements()
            .iter()
            .map(|b| b.to_vec())
            .collect();
        assert_eq!(blinded, list(&vector["blinded_elements"]));
        let answer = Answer {
            elements: &list(&vector["evaluation_elements"]),
            proof: &bytes(&vector["proof"]),
        };
        let outputs = batch.finalise(answer, &bytes(&mode["public_key"])).unwrap();
        let outputs: Vec<Vec<u8>> = outputs
            .into_iter()
            .map(|p1| p1.into_bytes().to_vec())
            .collect();
        assert_eq!(outputs, list(&vector["outputs"]));
    }
}

/// What finalising says when one thing of a right answer is changed.
fn spoiled(spoil: impl Fn(&mut Vec<Vec<u8>>, &mut Vec<u8>, &mut Vec<u8>)) -> FinaliseError {
    let mode = voprf();
    let vector = &mode["vectors"][2];
    let mut elements = list(&vector["evaluation_elements"]);
    let (mut proof, mut key) = (bytes(&vector["proof"]), bytes(&mode["public_key"]));
    spoil(&mut elements, &mut proof, &mut key);
    let answer = Answer {
        elements: &elements,
        proof: &proof,
    };
    batch(vector).finalise(answer, &key).unwrap_err()
}

#[test]
fn an_answer_that_is_changed_in_any_part_is_refused() {
    assert_eq!(
        spoiled(|elements, _, _| elements.swap(0, 1)),
        FinaliseError::Proof
    );
    assert_eq!(spoiled(|_, proof, _| proof[0] ^= 1), FinaliseError::Proof);
    let other_key = |_: &mut Vec<Vec<u8>>, _: &mut Vec<u8>, key: &mut Vec<u8>| {
        *key = bytes(&voprf()["vectors"][0]["blinded_elements"][0]);
    };
    assert_eq!(spoiled(other_key), FinaliseError::Proof);
    let count = FinaliseError::Count { asked: 2, got: 1 };
    assert_eq!(spoiled(|elements, _, _| drop(elements.pop())), count);
}

#[test]
fn what_is_no_encoding_is_refused() {
    for wrong in [vec![0; 32], vec![0xff; 32], vec![1; 31], vec![]] {
        let element = |elements: &mut Vec<Vec<u8>>, _: &mut Vec<u8>, _: &mut Vec<u8>| {
            elements[1].clone_from(&wrong);
        };
        assert_eq!(spoiled(element), FinaliseError::Encoding);
        assert_eq!(
            spoiled(|_, _, key| key.clone_from(&wrong)),
            FinaliseError::Key
        );
    }
    assert_eq!(
        spoiled(|elements, _, _| elements[0].push(0)),
        FinaliseError::Encoding
    );
    assert_eq!(
        spoiled(|_, proof, _| proof.push(0)),
        FinaliseError::Encoding
    );
    assert_eq!(
        spoiled(|_, proof, _| proof.fill(0xff)),
        FinaliseError::Encoding
    );
}

#[test]
fn a_batch_holds_one_to_a_thousand_numbers() {
    assert_eq!(Batch::blind(&[]).err(), Some(BlindError::Size(0)));
    let many: Vec<Bsn> = (0..=MAX_BATCH)
        .map(|_| Bsn::parse("999990019").unwrap())
        .collect();
    assert_eq!(
        Batch::blind(&many).err(),
        Some(BlindError::Size(MAX_BATCH + 1))
    );
}

#[test]
fn the_same_number_is_blinded_differently_each_time() {
    let bsn = || Bsn::parse("999990019").unwrap();
    let batch = Batch::blind(&[bsn(), bsn()]).unwrap();
    let [one, two] = batch.blinded_elements() else {
        panic!("two went in");
    };
    assert_ne!(one, two);
}

const OURS: &str = include_str!("../../../docs/vectors/pseudonyms.json");

#[test]
fn the_frozen_exchange_is_blinded_and_finalised_as_written() {
    let ours: Value = serde_json::from_str(OURS).unwrap();
    for epoch in ours["epochs"].as_array().unwrap() {
        let exchange = &epoch["exchange"];
        let persons = ours["persons"].as_array().unwrap();
        let inputs = persons.iter().map(|person| {
            let bsn = Bsn::parse(person["bsn"].as_str().unwrap()).unwrap();
            Zeroizing::new(bsn.canonical().to_vec())
        });
        let chance = list(&exchange["blinds"]).concat();
        let batch = Batch::blind_with(inputs.collect(), &mut Given(chance)).unwrap();
        let blinded: Vec<Vec<u8>> = batch
            .blinded_elements()
            .iter()
            .map(|b| b.to_vec())
            .collect();
        assert_eq!(blinded, list(&exchange["blinded_elements"]));
        let answer = Answer {
            elements: &list(&exchange["evaluation_elements"]),
            proof: &bytes(&exchange["proof"]),
        };
        let p1s = batch
            .finalise(answer, &bytes(&epoch["public_key"]))
            .unwrap();
        for (p1, person) in p1s.into_iter().zip(persons) {
            let frozen = &person["epochs"][epoch["epoch"].as_str().unwrap()];
            assert_eq!(p1.into_bytes().to_vec(), bytes(&frozen["p1"]));
        }
    }
}
