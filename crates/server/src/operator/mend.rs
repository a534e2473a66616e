use std::io::Write;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use eventlog::{EventLog, LogError, Position, Status, Topic};
use tokio::time::timeout;

use crate::config::Settings;
use crate::storage::{self, Unopened};

/// How long a topic on Kafka may take to be caught up.
const CATCH_UP: Duration = Duration::from_secs(60);

/// Records the decision to go on without a commit.
pub(super) async fn skip(
    settings: &Settings,
    (topic, position): (&str, Position),
    reason: &str,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let log = open(settings)?;
    super::topic(&log, topic)?;
    let control = super::topic(&log, &chassis::control::topic_name(&settings.region))?;
    caught_up(&control).await?;
    let recorded = chassis::control::skip(&control, topic, position, reason).await;
    log.close();
    let at = recorded.context("the decision could not be recorded")?;
    writeln!(
        out,
        "{topic}: position {position} is skipped (decision {at} in {})",
        control.name()
    )?;
    Ok(())
}

/// Gives the topic's log another id.
pub(super) async fn reset(
    settings: &Settings,
    topic: &str,
    confirmed: bool,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    if !confirmed {
        bail!(
            "nothing was done: a reset makes every cursor, position token and snapshot of {topic} worthless; add --yes to do it"
        );
    }
    let log = open(settings)?;
    let topic = super::topic(&log, topic)?;
    let before = topic.log_id();
    let reset = topic.reset().await;
    log.close();
    let after = reset.context("the log could not be given another id")?;
    let before = before.map_or_else(|| "none".to_owned(), |id| id.to_string());
    writeln!(
        out,
        "{}: the log was {before} and is now {after}",
        topic.name()
    )?;
    Ok(())
}

fn open(settings: &Settings) -> anyhow::Result<EventLog> {
    storage::open(settings).map_err(|error| match error.downcast_ref::<Unopened>() {
        Some(Unopened {
            error: LogError::InUse(_),
            ..
        }) => {
            anyhow!("{error}: stop the server first")
        }
        _ => error,
    })
}

async fn caught_up(topic: &Topic) -> anyhow::Result<()> {
    let mut status = topic.status();
    let settled = status.wait_for(|status| *status != Status::Starting);
    let Ok(settled) = timeout(CATCH_UP, settled).await else {
        bail!(
            "{} was not caught up within {} seconds",
            topic.name(),
            CATCH_UP.as_secs()
        );
    };
    match &*settled? {
        Status::Starting | Status::Serving => Ok(()),
        Status::NotServing(reason) => bail!("{} cannot be relied on: {reason}", topic.name()),
    }
}
