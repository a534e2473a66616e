use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;

use super::*;

const TODAY: &str = "2026-11-25";
const NOTE: &str = "40 of 40 entries carried a newer one";

fn epoch(text: &str) -> Epoch {
    Epoch::parse(text).unwrap()
}

fn two() -> Custodians {
    Custodians::parse(&["a.ahmed@notary", "b.bakker@zorgring"]).unwrap()
}

/// A ring of the evaluator's in `keys`, with the first epoch's key.
fn made() -> (TempDir, Ring) {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let ring = Ring::init(&keys, Stage::Evaluator, (epoch("2026a"), TODAY)).unwrap();
    (folder, ring)
}

fn reopened(folder: &TempDir) -> Result<Ring, RingError> {
    Ring::open(&folder.path().join("keys"), Stage::Evaluator)
}

fn refusal(folder: &TempDir) -> String {
    let said = reopened(folder).unwrap_err().to_string();
    said.replace(&folder.path().display().to_string(), "")
}

fn key(folder: &TempDir, epoch: &str) -> PathBuf {
    folder.path().join(format!("keys/evaluator-{epoch}.key"))
}

fn roots(ring: &Ring) -> Vec<(Epoch, [u8; 32])> {
    ring.roots()
        .map(|(epoch, root)| (epoch, *root.expose()))
        .collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn keys_come_back_as_they_were_made_and_only_their_owner_reads_them() {
    let (folder, ring) = made();
    assert_eq!(roots(&reopened(&folder).unwrap()), roots(&ring));
    assert_eq!(mode(&folder.path().join("keys")), 0o700);
    assert_eq!(mode(&key(&folder, "2026a")), 0o600);
}

#[test]
fn keys_are_made_once() {
    let (folder, _) = made();
    let keys = folder.path().join("keys");
    let again = Ring::init(&keys, Stage::Evaluator, (epoch("2026a"), TODAY));
    assert!(matches!(again, Err(RingError::Exists(Stage::Evaluator, _))));
    let other = Ring::init(&keys, Stage::Recoder, (epoch("2026a"), TODAY)).unwrap();
    assert_ne!(roots(&other), roots(&reopened(&folder).unwrap()));
}

#[test]
fn a_key_that_is_missing_is_named() {
    let (folder, _) = made();
    fs::remove_file(key(&folder, "2026a")).unwrap();
    let said = refusal(&folder);
    assert!(
        said.starts_with("the key /keys/evaluator-2026a.key is missing"),
        "{said}"
    );
    let nothing = tempfile::tempdir().unwrap();
    assert!(matches!(
        reopened(&nothing),
        Err(RingError::None(Stage::Evaluator, _))
    ));
}

#[test]
fn a_key_that_is_damaged_is_named_and_not_quoted() {
    let (folder, ring) = made();
    let path = key(&folder, "2026a");
    let text = fs::read_to_string(&path).unwrap();
    let secret = data_encoding::HEXLOWER.encode(&roots(&ring)[0].1);
    for damage in [
        text[..text.len() / 2].to_owned(),
        text.replace(&secret, &secret[1..]),
        text.replace("\"root\"", "\"toor\""),
        String::new(),
    ] {
        fs::write(&path, damage).unwrap();
        let said = refusal(&folder);
        assert!(
            said.starts_with("/keys/evaluator-2026a.key is damaged: "),
            "{said}"
        );
        assert!(!said.contains(&secret[1..20]), "{said}");
    }
}

#[test]
fn one_flipped_bit_makes_another_key_of_it() {
    let (folder, ring) = made();
    let secret = data_encoding::HEXLOWER.encode(&roots(&ring)[0].1);
    let mut flipped = roots(&ring)[0].1;
    flipped[31] ^= 1;
    let flipped = data_encoding::HEXLOWER.encode(&flipped);
    let path = key(&folder, "2026a");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace(&secret, &flipped)).unwrap();
    assert_eq!(
        refusal(&folder),
        "/keys/evaluator-2026a.key holds another key than the one that was made for epoch 2026a"
    );
}

#[test]
fn a_key_of_the_wrong_epoch_or_stage_is_named() {
    let (folder, mut ring) = made();
    ring.rotate((2026, TODAY), &two()).unwrap();
    fs::copy(key(&folder, "2026a"), key(&folder, "2026b")).unwrap();
    assert_eq!(
        refusal(&folder),
        "/keys/evaluator-2026b.key holds the evaluator key of epoch 2026a"
    );
    let keys = folder.path().join("keys");
    Ring::init(&keys, Stage::Recoder, (epoch("2026a"), TODAY)).unwrap();
    fs::copy(keys.join("recoder-2026a.key"), key(&folder, "2026a")).unwrap();
    assert_eq!(
        refusal(&folder),
        "/keys/evaluator-2026a.key holds the recoder key of epoch 2026a"
    );
}

#[test]
fn a_key_that_others_may_read_is_refused() {
    let (folder, _) = made();
    let path = key(&folder, "2026a");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let said = refusal(&folder);
    assert!(said.contains("may be read by others (mode 640)"), "{said}");
}

#[test]
fn two_epochs_stand_side_by_side_and_a_third_waits() {
    let (folder, mut ring) = made();
    assert_eq!(ring.rotate((2027, TODAY), &two()).unwrap(), epoch("2027a"));
    let both: Vec<Epoch> = reopened(&folder)
        .unwrap()
        .roots()
        .map(|(epoch, _)| epoch)
        .collect();
    assert_eq!(both, [epoch("2026a"), epoch("2027a")]);
    let third = ring.rotate((2027, TODAY), &two());
    assert!(matches!(third, Err(RingError::Full(older, _)) if older == epoch("2026a")));
}

#[test]
fn a_destroyed_key_is_gone_from_the_disk_and_remembered_by_name() {
    let (folder, mut ring) = made();
    ring.rotate((2027, TODAY), &two()).unwrap();
    let newer = roots(&ring)[1];
    ring.destroy(epoch("2026a"), (TODAY, NOTE), &two()).unwrap();
    assert!(!key(&folder, "2026a").exists());
    let reopened = reopened(&folder).unwrap();
    assert_eq!(roots(&reopened), [newer]);
    let gone = Standing::Destroyed {
        epoch: epoch("2026a"),
        on: TODAY.into(),
        by: two().names().to_vec(),
        note: NOTE.into(),
    };
    assert_eq!(reopened.standing()[0], gone);
}

#[test]
fn a_list_from_before_notes_were_kept_is_read() {
    let (folder, mut ring) = made();
    ring.rotate((2027, TODAY), &two()).unwrap();
    ring.destroy(epoch("2026a"), (TODAY, ""), &two()).unwrap();
    let keys = fs::read_dir(folder.path().join("keys")).unwrap();
    let mut paths = keys.map(|file| file.unwrap().path());
    let list = paths.find(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    let list = fs::read_to_string(list.unwrap()).unwrap();
    assert!(!list.contains("note"), "{list}");
    assert_eq!(reopened(&folder).unwrap().standing().len(), 2);
}

#[test]
fn the_newest_key_is_never_destroyed() {
    let (_folder, mut ring) = made();
    let refused = ring.destroy(epoch("2026a"), (TODAY, NOTE), &two());
    assert!(matches!(refused, Err(RingError::Newest(_))));
    ring.rotate((2026, TODAY), &two()).unwrap();
    let refused = ring.destroy(epoch("2026b"), (TODAY, NOTE), &two());
    assert!(matches!(refused, Err(RingError::Newest(_))));
    let refused = ring.destroy(epoch("2024a"), (TODAY, NOTE), &two());
    assert!(matches!(refused, Err(RingError::Unknown(_))));
}

#[test]
fn a_destruction_that_was_cut_short_is_finished_at_the_next_start() {
    let (folder, mut ring) = made();
    ring.rotate((2027, TODAY), &two()).unwrap();
    let kept = fs::read(key(&folder, "2026a")).unwrap();
    ring.destroy(epoch("2026a"), (TODAY, NOTE), &two()).unwrap();
    // As if the machine had stopped between the list and the file.
    file::write(&key(&folder, "2026a"), &kept).unwrap();
    reopened(&folder).unwrap();
    assert!(!key(&folder, "2026a").exists());
}

#[test]
fn a_lost_key_is_left_behind_in_an_emergency() {
    let (folder, _) = made();
    fs::remove_file(key(&folder, "2026a")).unwrap();
    let keys = folder.path().join("keys");
    let next = Ring::leave_behind(&keys, Stage::Evaluator, (2026, TODAY), &two()).unwrap();
    assert_eq!(next, epoch("2026b"));
    let after = reopened(&folder).unwrap();
    assert_eq!(
        after.roots().map(|(epoch, _)| epoch).collect::<Vec<_>>(),
        [epoch("2026b")]
    );
    assert!(
        matches!(after.standing()[0], Standing::Destroyed { epoch: lost, .. } if lost == epoch("2026a"))
    );
}
