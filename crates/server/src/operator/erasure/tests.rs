use std::fs;
use std::path::Path;

use chassis::Clock;
use chassis::erasure::{Ground, Subject, topic_name};
use eventlog::EventLog;
use pseudonym::vault::{FileVault, KeyVault as _, Kid, Quarter};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Settings;
use crate::operator::{Command, run};
use crate::{persons, storage};

fn settings(data: &Path) -> Settings {
    Settings {
        data: data.to_owned(),
        ..Settings::default()
    }
}

async fn said(settings: &Settings, command: Command) -> Result<String, String> {
    let mut out = Vec::new();
    let done = run(settings, command, &mut out).await;
    let said = String::from_utf8(out).unwrap();
    done.map_err(|error| format!("{said}{error:#}"))
        .map(|()| said)
}

/// A region with three keys, of which the first is destroyed.
async fn erased(settings: &Settings) -> Kid {
    storage::open(settings).unwrap().close();
    let persons = persons::open(settings).unwrap();
    let kid = persons.vault.make(Quarter::of_millis(0), 3).unwrap()[0].0;
    drop(persons);
    erase(settings, kid).await;
    kid
}

#[tokio::test]
async fn erasures_that_hold_together_are_said_to() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    erased(&settings).await;
    let said = said(&settings, Command::VerifyErasures).await.unwrap();
    assert!(said.contains("demo.erasures: 1 lines"), "{said}");
    assert!(said.contains("keys: 1 destroyed"), "{said}");
}

#[tokio::test]
async fn one_flipped_byte_of_the_ledger_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let kid = erased(&settings).await;
    let path = folder.path().join("erasures.db");
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes
        .windows(16)
        .position(|window| window == kid.as_bytes());
    bytes[at.unwrap()] ^= 1;
    fs::write(&path, bytes).unwrap();
    let said = said(&settings, Command::VerifyErasures).await.unwrap_err();
    assert!(
        said.contains("does not hold together at position 1"),
        "{said}"
    );
}

#[tokio::test]
async fn a_line_whose_key_is_still_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    storage::open(&settings).unwrap().close();
    // An older copy of the keys, put back: what a backup of them would do.
    persons::open(&settings).unwrap();
    let kid = {
        let vault = FileVault::open(folder.path()).unwrap();
        vault.make(Quarter::of_millis(0), 1).unwrap()[0].0
    };
    let older = fs::read(folder.path().join("keys.db")).unwrap();
    erase(&settings, kid).await;
    fs::write(folder.path().join("keys.db"), older).unwrap();
    let said = said(&settings, Command::VerifyErasures).await.unwrap_err();
    assert!(
        said.contains(&format!("line 1: key {kid}: it is not destroyed")),
        "{said}"
    );
}

async fn erase(settings: &Settings, kid: Kid) {
    let persons = persons::open(settings).unwrap();
    let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
    let ledger = persons.own_log.clone().unwrap();
    let keyring = persons.start(&tasks, &shutdown);
    keyring.ready().await.unwrap();
    let now = Clock::system().now();
    let subject = [Subject::Entry(kid)];
    keyring
        .erase(&subject, Ground::Objection, now)
        .await
        .unwrap();
    shutdown.cancel();
    tasks.close();
    tasks.wait().await;
    ledger.close();
    drop((ledger, keyring));
    // Opened and closed once more, everything is in the file itself.
    let path = settings.data.join("erasures.db");
    let topic = topic_name(&settings.region);
    EventLog::open(&path, &[&topic]).unwrap().close();
}

#[tokio::test]
async fn an_older_ledger_does_not_pass_for_the_present_one() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let kid = erased(&settings).await;
    fs::remove_file(folder.path().join("erasures.db")).unwrap();
    // Made anew, as an older copy would be: without the line.
    let name = topic_name(&settings.region);
    let path = folder.path().join("erasures.db");
    EventLog::open(&path, &[&name]).unwrap().close();
    let said = said(&settings, Command::VerifyErasures).await.unwrap_err();
    assert!(
        said.contains(&format!(
            "key {kid} is destroyed, and the ledger does not name it"
        )),
        "{said}"
    );
}

#[tokio::test]
async fn a_quarter_is_destroyed_only_when_it_is_over_and_somebody_says_yes() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    erased(&settings).await;
    let destroy = |quarter: &str, confirmed| Command::DestroyQuarter {
        quarter: quarter.to_owned(),
        confirmed,
    };
    let present = Quarter::of_millis(Clock::system().now().as_millis()).to_string();
    let refused = said(&settings, destroy(&present, true)).await.unwrap_err();
    assert!(refused.contains("is not over"), "{refused}");
    let refused = said(&settings, destroy("1970q1", false)).await.unwrap_err();
    assert!(refused.contains("say --yes"), "{refused}");
    let refused = said(&settings, destroy("1970", true)).await.unwrap_err();
    assert!(refused.contains("written like 2026q4"), "{refused}");
    said(&settings, destroy("1970q1", true)).await.unwrap();
    let verified = said(&settings, Command::VerifyErasures).await.unwrap();
    assert!(verified.contains("demo.erasures: 2 lines"), "{verified}");
    assert!(verified.contains("keys: 3 destroyed"), "{verified}");
}

#[tokio::test]
async fn a_signing_key_that_vanished_is_not_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    erased(&settings).await;
    fs::remove_file(folder.path().join("erasures.key")).unwrap();
    let refused = persons::open(&settings).err().unwrap().to_string();
    assert!(refused.ends_with("erasures.key, is missing"), "{refused}");
}
