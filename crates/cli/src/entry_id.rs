//! Ids of entries on a waiting list: 128 random bits, which say nothing about anybody.

use rand_core::{OsRng, RngCore};
use sha2::{Digest, Sha256};

/// Makes one.
pub(crate) fn random() -> String {
    let mut bytes = [0; 16];
    OsRng.fill_bytes(&mut bytes);
    format!("{:032x}", u128::from_be_bytes(bytes))
}

/// Makes the one that a command registers: always the same, and nobody tells from it when that was.
pub(crate) fn of(command_id: &str) -> String {
    let digest = Sha256::new_with_prefix("doorstroom/entry/v1")
        .chain_update(command_id)
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    format!("{:032x}", u128::from_be_bytes(bytes))
}

/// Whether a text is one: 32 lower-case hexadecimal digits.
pub(crate) fn is_one(text: &str) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 32 && text.bytes().all(is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_every_time_and_of_one_length() {
        let (one, other) = (random(), random());
        assert_ne!(one, other);
        assert!(is_one(&one) && is_one(&other));
    }

    #[test]
    fn a_command_registers_one_entry_however_often_it_is_given() {
        assert_eq!(of("a"), of("a"));
        assert_ne!(of("a"), of("b"));
        assert!(is_one(&of("a")));
    }

    #[test]
    fn a_citizen_number_is_no_id() {
        for wrong in ["", "999990019", &"A".repeat(32), &"a".repeat(33)] {
            assert!(!is_one(wrong), "{wrong}");
        }
    }
}
