//! What an auditor asks of the erasures, and how a retention ends.

#[cfg(test)]
mod tests;
mod verify;

use std::io::Write;

use anyhow::{anyhow, bail};
use chassis::Clock;
use chassis::erasure::{Ground, Subject, topic_name};
use eventlog::EventLog;
use pseudonym::vault::Quarter;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Settings;
use crate::operator::mend::caught_up;
use crate::persons::{self, Persons};
use crate::storage;

pub(super) use verify::verify;

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
    let (persons, log, _folder) = open(settings).await?;
    let (tasks, shutdown) = (TaskTracker::new(), CancellationToken::new());
    let keyring = persons.start(&tasks, &shutdown);
    keyring.ready().await.map_err(|fault| anyhow!(fault))?;
    let subject = [Subject::Quarter(quarter)];
    let erased = keyring.erase(&subject, Ground::Retention, now).await;
    shutdown.cancel();
    tasks.close();
    tasks.wait().await;
    log.close();
    erased?;
    writeln!(
        out,
        "{quarter}: its key is destroyed, and with it everything that it wrapped"
    )?;
    Ok(())
}

/// Opens the keys and the ledger to erase: on Kafka the nodes may run on. The ledger's log is to be closed.
async fn open(settings: &Settings) -> anyhow::Result<(Persons, EventLog, Option<TempDir>)> {
    let opening = settings.clone();
    let Some(kafka) = storage::kafka(settings) else {
        let mut persons = tokio::task::spawn_blocking(move || persons::open(&opening)).await??;
        let log = persons.own_log.take();
        let log = log.ok_or_else(|| anyhow!("the erasure ledger has no log of its own"))?;
        return Ok((persons, log, None));
    };
    let name = topic_name(&settings.region);
    let (log, folder) = storage::open_beside(&kafka, &name)?;
    caught_up(&crate::operator::topic(&log, &name)?).await?;
    let following = log.clone();
    let opened =
        tokio::task::spawn_blocking(move || persons::on_kafka(&opening, &kafka, &following));
    Ok((opened.await??, log, Some(folder)))
}
