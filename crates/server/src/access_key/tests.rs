use std::os::unix::fs::PermissionsExt as _;

use chassis::Node;
use chassis::access::Access;
use chassis::access_log::{AccessLog, Entry, Verb};
use domain::access::Action;
use tempfile::TempDir;

use super::*;
use crate::storage;

/// A data folder, its settings and its log.
fn started() -> (TempDir, Settings, EventLog) {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        data: folder.path().to_owned(),
        ..Settings::default()
    };
    let log = storage::open(&settings).unwrap();
    (folder, settings, log)
}

async fn refusal(settings: &Settings, log: &EventLog) -> String {
    format!("{:#}", open(settings, log).await.unwrap_err())
}

/// Writes one block, signed.
async fn sign_one(settings: &Settings, log: &EventLog, key: SigningKey) {
    let node = Node::new("node", log.clone(), &settings.region);
    let access = Access::default();
    let allowed = access.may(Action::ReadRegionCapacity, None).unwrap();
    let access_log = AccessLog::start(&node, key).unwrap();
    let entry = Entry::of(&access, allowed.rule, Verb::Read);
    access_log.record(entry).await.unwrap();
}

#[tokio::test]
async fn the_key_is_made_once_and_its_public_half_says_since_when() {
    let (_folder, settings, log) = started();
    let key = open(&settings, &log).await.unwrap();
    let again = open(&settings, &log).await.unwrap();
    assert_eq!(again.to_bytes(), key.to_bytes());
    let known = signers(&settings).unwrap();
    assert_eq!(known, [Signer::of(&key, Position::new(1))]);
    assert!(!Files::of(&settings).staged.exists());
}

#[tokio::test]
async fn threat_22_a_key_that_vanished_is_not_made_anew() {
    let (_folder, settings, log) = started();
    open(&settings, &log).await.unwrap();
    let files = Files::of(&settings);
    fs::remove_file(&files.key).unwrap();
    let refused = refusal(&settings, &log).await;
    assert!(refused.contains("access-log.key, is missing"), "{refused}");
    assert!(!files.key.exists());
}

#[tokio::test]
async fn threat_22_a_key_that_is_not_the_public_ones_does_not_start() {
    let (_folder, settings, log) = started();
    open(&settings, &log).await.unwrap();
    let files = Files::of(&settings);
    fs::remove_file(&files.key).unwrap();
    key_file::make(&files.key).unwrap();
    let refused = refusal(&settings, &log).await;
    assert!(
        refused.contains("access-log.key is another key than"),
        "{refused}"
    );
    assert!(refused.contains("from its backup"), "{refused}");
}

#[tokio::test]
async fn threat_22_a_key_that_others_may_read_does_not_start() {
    let (_folder, settings, log) = started();
    open(&settings, &log).await.unwrap();
    let files = Files::of(&settings);
    fs::set_permissions(&files.key, fs::Permissions::from_mode(0o640)).unwrap();
    let refused = refusal(&settings, &log).await;
    assert!(
        refused.contains("access-log.key may be read by others (mode 640)"),
        "{refused}"
    );
}

#[tokio::test]
async fn threat_22_a_public_file_that_is_empty_or_nonsense_is_named() {
    let (_folder, settings, log) = started();
    open(&settings, &log).await.unwrap();
    let public = Files::of(&settings).public;
    for (text, reason) in [
        ("", "access-log.pub is empty"),
        (
            "1:00\n",
            "access-log.pub is damaged: a signer is a position",
        ),
        (
            "\u{0}\n",
            "access-log.pub is damaged: a signer is a position",
        ),
    ] {
        fs::write(&public, text).unwrap();
        let refused = refusal(&settings, &log).await;
        assert!(refused.contains(reason), "{refused}");
        let refused = format!("{:#}", signers(&settings).unwrap_err());
        assert!(refused.contains(reason), "{refused}");
    }
}

#[tokio::test]
async fn threat_22_a_public_file_that_vanished_is_not_made_anew() {
    let (_folder, settings, log) = started();
    let key = open(&settings, &log).await.unwrap();
    let files = Files::of(&settings);
    fs::remove_file(&files.public).unwrap();
    let refused = refusal(&settings, &log).await;
    assert!(refused.contains("access-log.pub, which says"), "{refused}");
    assert!(!files.public.exists());

    // The line that it names is the one to go on with.
    let line = Signer::of(&key, Position::new(1)).to_string();
    assert!(refused.contains(&line), "{refused}");
    fs::write(&files.public, line).unwrap();
    open(&settings, &log).await.unwrap();
}

#[tokio::test]
async fn threat_22_a_signed_log_without_both_files_gets_no_new_ones() {
    let (_folder, settings, log) = started();
    let key = open(&settings, &log).await.unwrap();
    sign_one(&settings, &log, key).await;
    let files = Files::of(&settings);
    fs::remove_file(&files.key).unwrap();
    fs::remove_file(&files.public).unwrap();
    let refused = refusal(&settings, &log).await;
    assert!(
        refused.contains("access-log.pub are missing, and the access log is signed"),
        "{refused}"
    );
    assert!(!files.key.exists() && !files.public.exists() && !files.staged.exists());
}

#[tokio::test]
async fn threat_22_a_lost_key_is_followed_by_another_when_its_line_is_kept_as_a_former_one() {
    let (_folder, settings, log) = started();
    let lost = open(&settings, &log).await.unwrap();
    sign_one(&settings, &log, lost.clone()).await;
    let files = Files::of(&settings);
    fs::remove_file(&files.key).unwrap();
    fs::rename(&files.public, &files.former).unwrap();
    let key = open(&settings, &log).await.unwrap();
    let expected = [
        Signer::of(&key, Position::new(2)),
        Signer::of(&lost, Position::new(1)),
    ];
    let known = signers(&settings).unwrap();
    assert_eq!(known, expected);
    sign_one(&settings, &log, key).await;
    let topic = log.topic("demo.access-log").unwrap();
    let found = access_log::verify(&topic, None, &known).await.unwrap();
    assert_eq!((found.signed, found.problems), (2, Vec::new()));
}

#[tokio::test]
async fn a_first_start_that_was_stopped_anywhere_is_ended_by_the_next() {
    for is_published in [false, true] {
        let (_folder, settings, log) = started();
        let files = Files::of(&settings);
        let staged = SigningKey::from_bytes(&key_file::make(&files.staged).unwrap());
        if is_published {
            publish(&files.public, Signer::of(&staged, Position::new(1))).unwrap();
        }
        let key = open(&settings, &log).await.unwrap();
        assert_eq!(key.to_bytes(), staged.to_bytes());
        assert!(!files.staged.exists());
    }
}
