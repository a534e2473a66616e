//! What every vault promises, as tests that take one. `vault_conforms!` lists them all for a vault.

use std::fs;
use std::path::PathBuf;

use super::{KeyVault, Kid, Quarter, VaultError};
use crate::envelope::{Audience, Binding, DataKey, open, seal};

/// A place where a vault lies that outlives whoever opens it.
pub trait Place {
    /// Opens the vault, as a process that starts does; one at a time.
    fn vault(&self) -> Box<dyn KeyVault>;

    /// The folder of the keys that wrap keys.
    fn keks(&self) -> PathBuf;
}

/// One test for each promise; takes what makes a [`Place`].
#[macro_export]
macro_rules! vault_conforms {
    ($place:expr) => {
        $crate::vault_conforms! { $place =>
            a_key_is_the_same_after_a_restart,
            every_key_has_an_id_of_its_own_and_each_audience_another_part,
            a_destroyed_key_is_gone_for_good,
            a_key_that_comes_after_its_destruction_does_not_come_back,
            with_its_quarters_key_every_key_of_the_quarter_is_gone,
            a_quarters_key_that_vanished_is_said_to_be_missing_and_not_made_anew,
        }
    };
    ($place:expr => $($promise:ident,)*) => {
        $(
            #[test]
            fn $promise() {
                $crate::vault::conformance::$promise(&$place);
            }
        )*
    };
}

fn quarter(name: &str) -> Quarter {
    name.parse().expect("a quarter")
}

fn make(vault: &dyn KeyVault, quarter: Quarter, count: usize) -> Vec<(Kid, DataKey)> {
    vault.make(quarter, count).expect("they are made")
}

/// Whether what was sealed opens with the key that the vault hands out.
fn sealed_opens(vault: &dyn KeyVault, kid: Kid, audience: Audience, sealed: &[u8]) -> bool {
    let key = vault.open(kid, audience).expect("it is there");
    open(&key, &Binding::to("test"), sealed).is_ok()
}

fn sealed(key: &DataKey, audience: Audience) -> Vec<u8> {
    seal(&key.sub_key(audience), &Binding::to("test"), b"clear")
}

fn refused(vault: &dyn KeyVault, kid: Kid) -> VaultError {
    let region = vault.open(kid, Audience::Region).map(|_| ());
    let national = vault.open(kid, Audience::National).map(|_| ());
    assert_eq!(region, national, "the same for everybody");
    region.expect_err("it is not handed out")
}

#[expect(missing_docs, reason = "their names say what they promise")]
pub fn a_key_is_the_same_after_a_restart(place: &dyn Place) {
    let (kid, key) = make(&*place.vault(), quarter("2026q4"), 3).remove(1);
    let text = sealed(&key, Audience::Region);
    assert!(sealed_opens(&*place.vault(), kid, Audience::Region, &text));
}

#[expect(missing_docs, reason = "their names say what they promise")]
pub fn every_key_has_an_id_of_its_own_and_each_audience_another_part(place: &dyn Place) {
    let vault = place.vault();
    let (one, two) = (quarter("2026q4"), quarter("2027q1"));
    let mut made = make(&*vault, one, 256);
    made.extend(make(&*vault, two, 256));
    let (kid, key) = &made[0];
    let text = sealed(key, Audience::Region);
    assert!(sealed_opens(&*vault, *kid, Audience::Region, &text));
    assert!(!sealed_opens(&*vault, *kid, Audience::National, &text));
    assert!(!sealed_opens(&*vault, made[1].0, Audience::Region, &text));
    let mut kids: Vec<_> = made.iter().map(|(kid, _)| *kid).collect();
    assert_eq!(vault.made_in(one), Ok(kids[..256].to_vec()));
    assert_eq!(vault.made_in(two), Ok(kids[256..].to_vec()));
    kids.sort();
    kids.dedup();
    assert_eq!(kids.len(), 512);
}

#[expect(missing_docs, reason = "their names say what they promise")]
pub fn a_destroyed_key_is_gone_for_good(place: &dyn Place) {
    let vault = place.vault();
    let made = make(&*vault, quarter("2026q4"), 3);
    let (kid, other) = (made[0].0, made[1].0);
    vault.shred(&[kid]).expect("it is destroyed");
    vault.shred(&[kid, kid]).expect("again changes nothing");
    assert_eq!(refused(&*vault, kid), VaultError::Erased);
    drop(vault);
    let vault = place.vault();
    assert_eq!(refused(&*vault, kid), VaultError::Erased);
    assert!(vault.open(other, Audience::Region).is_ok(), "as it was");
}

#[expect(missing_docs, reason = "their names say what they promise")]
pub fn a_key_that_comes_after_its_destruction_does_not_come_back(place: &dyn Place) {
    let vault = place.vault();
    let late = Kid::random();
    assert_eq!(refused(&*vault, late), VaultError::Unknown);
    vault
        .shred(&[late])
        .expect("it is destroyed before it was there");
    assert_eq!(refused(&*vault, late), VaultError::Erased);
}

#[expect(missing_docs, reason = "their names say what they promise")]
pub fn with_its_quarters_key_every_key_of_the_quarter_is_gone(place: &dyn Place) {
    let (old, next) = (quarter("2026q4"), quarter("2027q1"));
    let vault = place.vault();
    let made: Vec<_> = make(&*vault, old, 3)
        .into_iter()
        .map(|(kid, _)| kid)
        .collect();
    let (other, _) = make(&*vault, next, 1).remove(0);
    let file = place.keks().join("2026q4.kek");
    assert!(file.exists());
    vault.destroy(old).expect("it is destroyed");
    vault.destroy(old).expect("again changes nothing");
    drop(vault);
    let vault = place.vault();
    assert!(!file.exists());
    for kid in &made {
        assert_eq!(refused(&*vault, *kid), VaultError::Erased);
    }
    assert_eq!(vault.made_in(old), Ok(made));
    assert!(vault.open(other, Audience::Region).is_ok());
    let again = vault.make(old, 1).map(|_| ());
    assert_eq!(
        again,
        Err(VaultError::Erased),
        "nothing is made in it any more"
    );
}

#[expect(missing_docs, reason = "their names say what they promise")]
pub fn a_quarters_key_that_vanished_is_said_to_be_missing_and_not_made_anew(place: &dyn Place) {
    let (kid, _) = make(&*place.vault(), quarter("2026q4"), 1).remove(0);
    fs::remove_file(place.keks().join("2026q4.kek")).expect("it was there");
    let vault = place.vault();
    let folder = place.keks();
    let missing = format!("the key of 2026q4 is missing in {}", folder.display());
    let missing = VaultError::Damaged(missing);
    assert_eq!(refused(&*vault, kid), missing);
    assert_eq!(
        vault.make(quarter("2026q4"), 1).map(|_| ()),
        Err(missing.clone())
    );
    assert_eq!(refused(&*vault, kid), missing, "it stays so");
}
