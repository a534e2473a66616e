use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::*;
use crate::envelope::{Binding, SubKey, open, seal};
use crate::vault::conformance::Place;

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

struct Disk(tempfile::TempDir);

impl Place for Disk {
    fn vault(&self) -> Box<dyn KeyVault> {
        Box::new(vault(&self.0))
    }

    fn keks(&self) -> PathBuf {
        self.0.path().join("keks")
    }
}

mod conforms {
    crate::vault_conforms! { super::Disk(super::folder()) }
}

#[test]
fn the_id_of_a_destroyed_key_is_never_given_again() {
    let folder = folder();
    let vault = vault(&folder);
    let (kid, _) = make(&vault, 1).remove(0);
    vault.shred(&[kid]).expect("it is destroyed");
    let again = vault.connection.lock().execute(
        "INSERT INTO keys (kid, quarter, erased, wrapped) VALUES (?1, '2026q4', 0, x'00')",
        [&kid.as_bytes()[..]],
    );
    assert!(again.is_err(), "its id is taken");
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
        let again = vault
            .keks
            .unwrap((kid, quarter()), &wrapped)
            .expect("it opens");
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
fn a_quarters_key_is_nowhere_on_the_disk_after_its_destruction() {
    let folder = folder();
    let vault = vault(&folder);
    make(&vault, 3);
    let kek = folder.path().join("keks/2026q4.kek");
    let bytes = fs::read(&kek).expect("it is there");
    vault.destroy(quarter()).expect("it is destroyed");
    assert!(!kek.exists());
    assert!(!holds(&folder, &bytes));
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
