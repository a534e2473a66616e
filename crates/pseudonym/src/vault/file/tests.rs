use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::*;
use crate::envelope::{open, seal};

fn quarter() -> Quarter {
    "2026q4".parse().expect("a quarter")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn vault(folder: &tempfile::TempDir) -> FileVault {
    FileVault::open(folder.path()).expect("it opens")
}

fn make(vault: &FileVault, count: usize) -> Vec<(Kid, DataKey)> {
    vault.make(quarter(), count).expect("they are made")
}

/// Every file beneath the folder, with its bytes.
fn files(folder: &tempfile::TempDir) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).expect("a file");
                files.push((path, bytes));
            }
        }
    }
    files
}

fn holds(folder: &tempfile::TempDir, wanted: &[u8]) -> bool {
    let mut files = files(folder).into_iter();
    files.any(|(_, bytes)| bytes.windows(wanted.len()).any(|window| window == wanted))
}

fn wrapped(vault: &FileVault, kid: Kid) -> Vec<u8> {
    let connection = vault.connection.lock();
    let kid = &kid.as_bytes()[..];
    let row = connection.query_row("SELECT wrapped FROM keys WHERE kid = ?1", [kid], |r| {
        r.get(0)
    });
    row.expect("it is there")
}

fn refused(result: Result<SubKey, VaultError>) -> VaultError {
    result.map(|_| ()).expect_err("it is not handed out")
}

#[test]
fn a_key_is_the_same_after_a_restart() {
    let folder = folder();
    let (kid, key) = make(&vault(&folder), 3).remove(1);
    let place = Binding::to("test");
    let sealed = seal(&key.sub_key(Audience::Region), &place, b"clear");
    let vault = vault(&folder);
    let again = vault.open(kid, Audience::Region).expect("it is there");
    assert_eq!(
        open(&again, &place, &sealed).expect("it opens")[..],
        b"clear"[..]
    );
}

#[test]
fn a_destroyed_key_is_gone_for_good_and_its_id_is_never_given_again() {
    let folder = folder();
    let (kid, _) = make(&vault(&folder), 1).remove(0);
    {
        let vault = vault(&folder);
        vault.shred(&[kid]).expect("it is destroyed");
        vault.shred(&[kid]).expect("again changes nothing");
        assert_eq!(
            refused(vault.open(kid, Audience::Region)),
            VaultError::Erased
        );
    }
    let vault = vault(&folder);
    assert_eq!(
        refused(vault.open(kid, Audience::National)),
        VaultError::Erased
    );
    let again = vault.connection.lock().execute(
        "INSERT INTO keys (kid, quarter, erased, wrapped) VALUES (?1, '2026q4', 0, x'00')",
        [&kid.as_bytes()[..]],
    );
    assert!(again.is_err(), "its id is taken");
}

#[test]
fn a_key_that_comes_after_its_destruction_does_not_come_back() {
    let folder = folder();
    let vault = vault(&folder);
    let late = Kid::random();
    assert_eq!(
        refused(vault.open(late, Audience::Region)),
        VaultError::Unknown
    );
    vault
        .shred(&[late])
        .expect("it is destroyed before it was there");
    assert_eq!(
        refused(vault.open(late, Audience::Region)),
        VaultError::Erased
    );
}

#[test]
fn neither_a_key_nor_what_wrapped_it_is_on_the_disk_after_its_destruction() {
    let folder = folder();
    let vault = vault(&folder);
    // Enough that pages split and rows lie everywhere.
    let mut made = make(&vault, 2_000);
    made.extend(make(&vault, 2_000));
    let shredded: Vec<_> = made.iter().step_by(7).map(|(kid, _)| *kid).collect();
    let bytes: Vec<_> = shredded.iter().map(|kid| wrapped(&vault, *kid)).collect();
    assert!(
        bytes.iter().all(|bytes| holds(&folder, bytes)),
        "the search finds what is there"
    );
    vault.shred(&shredded).expect("they are destroyed");
    for (kid, bytes) in shredded.iter().zip(&bytes) {
        for part in bytes.chunks(16) {
            assert!(!holds(&folder, part), "of {kid} something is left");
        }
    }
    for (kid, _) in made.iter().filter(|(kid, _)| !shredded.contains(kid)) {
        assert!(
            vault.open(*kid, Audience::Region).is_ok(),
            "{kid} is as it was"
        );
    }
}

#[test]
fn a_key_is_nowhere_on_the_disk_in_clear() {
    let folder = folder();
    let vault = vault(&folder);
    for (kid, key) in make(&vault, 50) {
        let wrapped = wrapped(&vault, kid);
        let kek = vault.kek(quarter(), false).expect("it is there");
        let again = DataKey::unwrap(&wrapped, &kek, &place(kid, quarter())).expect("it opens");
        let (one, two) = (
            key.sub_key(Audience::Region),
            again.sub_key(Audience::Region),
        );
        let place = Binding::to("test");
        assert!(open(&two, &place, &seal(&one, &place, b"clear")).is_ok());
        assert!(!holds(&folder, &key_bytes(&key)));
    }
}

fn key_bytes(key: &DataKey) -> Vec<u8> {
    // The only way out is under a key; one of zeros is as good as none.
    let none = SubKey::from_bytes([0; 32]);
    let place = Binding::to("test");
    open(&none, &place, &key.wrap(&none, &place))
        .expect("it opens")
        .to_vec()
}

#[test]
fn with_its_quarters_key_every_key_of_the_quarter_is_gone() {
    let folder = folder();
    let vault = vault(&folder);
    let old: Vec<_> = make(&vault, 3).into_iter().map(|(kid, _)| kid).collect();
    let next = "2027q1".parse().expect("a quarter");
    let (other, _) = vault.make(next, 1).expect("it is made").remove(0);
    let kek = folder.path().join("keks/2026q4.kek");
    let kek_bytes = fs::read(&kek).expect("it is there");
    vault.destroy(quarter()).expect("it is destroyed");
    vault.destroy(quarter()).expect("again changes nothing");
    assert!(!kek.exists());
    assert!(!holds(&folder, &kek_bytes));
    for kid in &old {
        assert_eq!(
            refused(vault.open(*kid, Audience::Region)),
            VaultError::Erased
        );
    }
    assert_eq!(vault.made_in(quarter()), Ok(old));
    assert!(vault.open(other, Audience::Region).is_ok());
    let again = vault.make(quarter(), 1).map(|_| ());
    assert_eq!(
        again,
        Err(VaultError::Erased),
        "nothing is made in it any more"
    );
}

#[test]
fn a_quarters_key_that_vanished_is_said_to_be_missing_and_not_made_anew() {
    let folder = folder();
    let (kid, _) = make(&vault(&folder), 1).remove(0);
    fs::remove_file(folder.path().join("keks/2026q4.kek")).expect("it was there");
    let vault = vault(&folder);
    let missing = VaultError::Damaged("the key of 2026q4 is missing".into());
    assert_eq!(refused(vault.open(kid, Audience::Region)), missing);
    assert_eq!(vault.make(quarter(), 1).map(|_| ()), Err(missing));
}

#[test]
fn every_file_is_readable_for_its_owner_alone() {
    let folder = folder();
    let vault = vault(&folder);
    make(&vault, 1);
    for (path, _) in files(&folder) {
        let mode = fs::metadata(&path)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}

#[test]
fn another_programs_file_is_left_alone() {
    let folder = folder();
    let path = folder.path().join("keys.db");
    let other = Connection::open(&path).expect("it opens");
    other
        .execute_batch("CREATE TABLE theirs (x)")
        .expect("it is made");
    drop(other);
    assert!(matches!(
        FileVault::open(folder.path()),
        Err(VaultError::Damaged(_))
    ));
}
