//! What an auditor asks of the erasures, and how a retention ends.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::io::Write;

use anyhow::{anyhow, bail, ensure};
use chassis::Clock;
use chassis::erasure::{ErasureRecord, Ground, Subject, check, kid_of, topic_name};
use eventlog::{EventLog, LogError, Position};
use pseudonym::envelope::Audience;
use pseudonym::vault::{FileVault, KeyVault as _, Kid, Quarter, VaultError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Settings;
use crate::{persons, storage};

const PAGE: usize = 4_096;

/// Checks the ledger's chain and signatures, and that what it names is gone: its keys, and with them every body.
pub(super) async fn verify(
    settings: &Settings,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let opened = persons::open_to_read(settings)?;
    let name = topic_name(&settings.region);
    let lines = check(&crate::operator::topic(&opened.ledger, &name)?, opened.key).await?;
    writeln!(
        out,
        "{name}: {} lines, each signed and in its place",
        lines.len()
    )?;
    let vault = opened.vault;
    let (problems, named) = tokio::task::spawn_blocking(move || keys(&lines, &vault)).await??;
    writeln!(out, "keys: {} destroyed", named.len())?;
    let log = storage::open_to_read(settings)?;
    for topic in log.topic_names() {
        let found = bodies(&log, &topic, &named).await?;
        writeln!(
            out,
            "{topic}: {found} bodies under destroyed keys, kept and unreadable"
        )?;
    }
    for problem in &problems {
        writeln!(out, "{problem}")?;
    }
    out.flush()?;
    ensure!(
        problems.is_empty(),
        "the erasures do not hold together: {} problems",
        problems.len()
    );
    Ok(())
}

/// What does not agree between the ledger and the vault, and every key that is to be gone.
fn keys(
    lines: &[ErasureRecord],
    vault: &FileVault,
) -> Result<(Vec<String>, HashSet<Kid>), VaultError> {
    let (mut problems, mut named) = (Vec::new(), HashSet::new());
    for line in lines {
        let kids = match line.subject {
            Subject::Entry(kid) => vec![kid],
            Subject::Quarter(quarter) => vault.made_in(quarter)?,
        };
        for kid in kids {
            let problem = match vault.open(kid, Audience::Region) {
                Err(VaultError::Erased) => None,
                Err(error) => Some(error.to_string()),
                Ok(_) => Some("it is not destroyed".to_owned()),
            };
            problems.extend(problem.map(|what| format!("line {}: key {kid}: {what}", line.number)));
            named.insert(kid);
        }
    }
    for kid in vault.destroyed()? {
        if !named.contains(&kid) {
            problems.push(format!(
                "key {kid} is destroyed, and the ledger does not name it: it is an older ledger, or was cut short"
            ));
        }
    }
    Ok((problems, named))
}

/// How many bodies of a topic stand under these keys.
async fn bodies(log: &EventLog, topic: &str, named: &HashSet<Kid>) -> Result<usize, LogError> {
    let topic = log.topic(topic)?;
    let mut after = Position::START;
    let mut found = 0;
    loop {
        let page = topic.page(after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(found);
        };
        after = last.position;
        let kids = page.iter().filter_map(|commit| kid_of(&commit.body));
        found += kids.filter(|kid| named.contains(kid)).count();
    }
}

/// Destroys the key of a quarter: everything that was registered in it is erased.
pub(super) async fn destroy(
    settings: &Settings,
    (quarter, confirmed): (&str, bool),
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let quarter: Quarter = quarter.parse()?;
    let now = Clock::system().now();
    if quarter >= Quarter::of_millis(now.as_millis()) {
        bail!("{quarter} is not over: entries are still being registered in it");
    }
    if !confirmed {
        bail!(
            "this erases everything that was registered in {quarter}, for good; say --yes to do it"
        );
    }
    let opening = settings.clone();
    let persons = tokio::task::spawn_blocking(move || persons::open(&opening)).await??;
    let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
    let ledger = persons.ledger.clone();
    let keyring = persons.start(&settings.region, &tasks, &shutdown)?;
    keyring.ready().await.map_err(|fault| anyhow!(fault))?;
    let subject = [Subject::Quarter(quarter)];
    let erased = keyring.erase(&subject, Ground::Retention, now).await;
    shutdown.cancel();
    tasks.close();
    tasks.wait().await;
    ledger.close();
    erased?;
    writeln!(
        out,
        "{quarter}: its key is destroyed, and with it everything that it wrapped"
    )?;
    Ok(())
}
