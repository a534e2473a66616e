//! Reads the ledger from its beginning and for ever, and destroys what it names: whoever wrote the line, and whoever
//! was interrupted after it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use eventlog::{LogError, Position, Status, Subscription};
use pseudonym::vault::{KeyVault, Kid, VaultError};

use super::chain::Chain;
use super::keyring::{CONFIRMED_FOR, Keyring};
use super::record::{Says, Subject};

/// How often the ledger is asked how it ends, and what could not be destroyed is tried again.
const CONFIRM_EVERY: Duration = CONFIRMED_FOR.checked_div(20).expect("not by zero");
/// The same until that was heard once: nobody is read before.
const CONFIRM_FIRST: Duration = Duration::from_millis(50);
/// Keys that could not be listed are listed again after so long: until then nothing is confirmed any more.
const LIST_AGAIN: Duration = Duration::from_secs(1);

/// Lines that were read and whose keys are not destroyed yet.
#[derive(Default)]
struct Unfinished {
    lines: Vec<Subject>,
    up_to: Position,
}

pub(super) async fn follow(keyring: Keyring) {
    let ledger = &keyring.inner.ledger;
    let mut status = ledger.status();
    while ledger.log_id().is_none() {
        if status.changed().await.is_err() {
            return;
        }
    }
    let lines = ledger.subscribe(Position::START);
    if let Err(fault) = read(&keyring, lines).await {
        tracing::error!(
            topic = ledger.name(),
            "nothing about persons is read any more: {fault}"
        );
        keyring.inner.erased.fail(fault);
    }
}

/// Comes back when the ledger is closed, or with the reason why it cannot be relied on.
async fn read(keyring: &Keyring, mut lines: Subscription) -> Result<(), String> {
    let mut chain = Chain::new(keyring.inner.signer.verifying_key());
    let mut unfinished = Unfinished::default();
    loop {
        let pause = if keyring.inner.erased.now().is_whole {
            CONFIRM_EVERY
        } else {
            CONFIRM_FIRST
        };
        tokio::select! {
            page = lines.next() => match page {
                Ok(page) => {
                    for commit in page {
                        let line = chain.read(&commit).map_err(|fault| fault.to_string())?;
                        let kids = match line.says {
                            Says::Erased(subject, _) => {
                                unfinished.lines.push(subject);
                                kids_of(keyring, subject).await
                            }
                            Says::Verified(_) => Vec::new(),
                        };
                        keyring.inner.erased.hear(&line);
                        keyring.inner.erased.add(&kids, (commit.position, &chain));
                        keyring.let_go(&kids);
                        unfinished.up_to = commit.position;
                    }
                }
                // Whoever reads hears in time that nothing is confirmed any more.
                Err(LogError::Closed) => return Ok(()),
                Err(error) => return Err(format!("the erasure ledger cannot be read: {error}")),
            },
            () = keyring.inner.has_unused.notified() => {}
            () = tokio::time::sleep(pause) => keyring.tidy(),
        }
        finish(keyring, &mut unfinished).await;
        confirm(keyring, lines.position()).await;
    }
}

/// The keys that a line is about. The line stands: where they cannot be listed now, they are listed later.
async fn kids_of(keyring: &Keyring, subject: Subject) -> Vec<Kid> {
    let quarter = match subject {
        Subject::Entry(kid) => return vec![kid],
        Subject::Quarter(quarter) => quarter,
    };
    let mut said = None;
    loop {
        keyring.forget_spare();
        match on_vault(keyring, move |vault| vault.made_in(quarter)).await {
            Ok(kids) => return kids,
            // Once for each reason: it may last.
            Err(error) if said.as_ref() != Some(&error) => {
                tracing::error!(
                    %error,
                    "the keys of {quarter} cannot be listed, which is tried again: {error}"
                );
                said = Some(error);
            }
            Err(_) => {}
        }
        tokio::time::sleep(LIST_AGAIN).await;
    }
}

/// Destroys what is not destroyed yet; what fails is tried again.
async fn finish(keyring: &Keyring, unfinished: &mut Unfinished) {
    let unused = keyring.inner.unused.lock().clone();
    if unfinished.lines.is_empty() && unused.is_empty() {
        return keyring.inner.erased.set_done(unfinished.up_to);
    }
    let (lines, kids) = (unfinished.lines.clone(), unused.clone());
    match on_vault(keyring, move |vault| destroy(vault, &lines, kids)).await {
        Ok(()) => {
            unfinished.lines.clear();
            let mut left = keyring.inner.unused.lock();
            left.retain(|kid| !unused.contains(kid));
            keyring.inner.erased.set_done(unfinished.up_to);
        }
        Err(error) => tracing::error!(
            %error, keys.count = unfinished.lines.len() + unused.len(),
            "keys could not be destroyed, which is tried again: {error}"
        ),
    }
}

fn destroy(vault: &dyn KeyVault, lines: &[Subject], mut kids: Vec<Kid>) -> Result<(), VaultError> {
    // Each is tried: what cannot be destroyed does not hold up the rest.
    let mut destroyed = Ok(());
    for line in lines {
        match line {
            Subject::Entry(kid) => kids.push(*kid),
            Subject::Quarter(quarter) => destroyed = destroyed.and(vault.destroy(*quarter)),
        }
    }
    let shredded = vault.shred(&kids);
    destroyed.and(shredded)
}

/// Notes when everything that the ledger says has been heard.
async fn confirm(keyring: &Keyring, heard: Position) {
    let ledger = &keyring.inner.ledger;
    let asked = Instant::now();
    if *ledger.status().borrow() != Status::Serving {
        return;
    }
    // Behind the last line there may be records that are none, such as those that tell the time.
    let is_read = |last| last <= ledger.read_to() && ledger.end() <= heard;
    if ledger.last_position().await.is_ok_and(is_read) {
        *keyring.inner.confirmed.lock() = Some(asked);
        keyring.inner.erased.set_whole();
    }
}

async fn on_vault<R: Send + 'static>(
    keyring: &Keyring,
    work: impl FnOnce(&dyn KeyVault) -> Result<R, VaultError> + Send + 'static,
) -> Result<R, VaultError> {
    let vault = Arc::clone(&keyring.inner.vault);
    let done = tokio::task::spawn_blocking(move || work(&*vault)).await;
    done.map_err(|error| VaultError::Storage(error.to_string()))?
}
