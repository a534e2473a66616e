use std::io::Write;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail, ensure};
use eventlog::{Commit, EventLog, LogError, Position, Status, Topic};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::config::Settings;
use crate::storage::{self, Unopened};

/// How long the broker may stay away, or a topic take to be caught up.
const CATCH_UP: Duration = Duration::from_secs(600);

/// Records the decision to go on without a commit.
pub(super) async fn skip(
    settings: &Settings,
    (topic, position): (&str, Position),
    (reason, forced): (&str, bool),
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let control = chassis::control::topic_name(&settings.region);
    ensure!(
        topic != control,
        "{control} holds the decisions themselves: nothing in it can be skipped"
    );
    let open = open(settings, &control)?;
    there_is_one_to_skip(settings, &open, (topic, position), forced).await?;
    let control = super::topic(&open.log, &control)?;
    caught_up(&control).await?;
    let recorded = chassis::control::skip(&control, topic, position, reason).await;
    open.log.close();
    let at = recorded.context("the decision could not be recorded")?;
    let control = control.name();
    writeln!(
        out,
        "{topic}: position {position} is skipped (decision {at} in {control})"
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
    ensure!(
        confirmed,
        "nothing was done: a reset makes every cursor, position token and snapshot of {topic} worthless; \
         add --yes to do it"
    );
    let open = open(settings, topic)?;
    let topic = super::topic(&open.log, topic)?;
    caught_up(&topic).await?;
    let before = topic.log_id();
    let reset = topic.reset().await;
    open.log.close();
    let after = reset.context("the log could not be given another id")?;
    let before = before.map_or_else(|| "none".to_owned(), |id| id.to_string());
    writeln!(
        out,
        "{}: the log was {before} and is now {after}",
        topic.name()
    )?;
    Ok(())
}

/// A log open to be mended.
struct Open {
    log: EventLog,
    /// On Kafka: where it is followed, apart from the nodes' own replicas; gone afterwards.
    _folder: Option<TempDir>,
}

/// On Kafka the nodes may run on; the embedded log is one process's alone.
fn open(settings: &Settings, topic: &str) -> anyhow::Result<Open> {
    if let Some(kafka) = storage::kafka(settings) {
        let (log, folder) = storage::open_beside(&kafka, topic)?;
        return Ok(Open {
            log,
            _folder: Some(folder),
        });
    }
    // Nothing is made where there was nothing.
    storage::open_to_read(settings)?;
    match storage::open(settings) {
        Ok(log) => Ok(Open { log, _folder: None }),
        Err(error) => Err(match error.downcast_ref::<Unopened>() {
            Some(unopened) if matches!(unopened.error, LogError::InUse(_)) => {
                anyhow!("{error}: stop the server first")
            }
            _ => error,
        }),
    }
}

/// Refuses a position that holds no commit, or one that can be read: a slip would stay in the log.
async fn there_is_one_to_skip(
    settings: &Settings,
    open: &Open,
    (topic, position): (&str, Position),
    forced: bool,
) -> anyhow::Result<()> {
    let found = match settings.kafka {
        None => super::topic(&open.log, topic)?.commit(position).await,
        Some(_) => {
            let replica = storage::open_to_read(settings)
                .context("the topic's positions are looked up in a node's replica (--data)")?;
            super::topic(&replica, topic)?.commit(position).await
        }
    };
    match found {
        Ok(None) => bail!("there is no commit at position {position} of {topic}"),
        Ok(Some(commit)) if !forced && is_readable(topic, &commit) => bail!(
            "nothing was done: the commit at position {position} of {topic} can be read; \
             its stream {} would be lost for nothing (--force does it all the same)",
            commit.stream
        ),
        // One that cannot be read is what this is for.
        Ok(Some(_)) | Err(LogError::Damaged { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Whether a node of this version can read a commit's content.
fn is_readable(topic: &str, commit: &Commit) -> bool {
    match topic.rsplit_once('.') {
        Some((_, "capacity")) => capacity::can_read(&commit.body),
        // What is sealed is not opened here: it is taken for whole as long as it says under which key.
        Some((_, "waitlist")) => chassis::erasure::kid_of(&commit.body).is_some(),
        Some((_, "waitlist-books")) => waitlist::can_read_books(&commit.body),
        Some(_) | None => false,
    }
}

/// Waits until a topic can be relied on.
pub(crate) async fn caught_up(topic: &Topic) -> anyhow::Result<()> {
    let mut status = topic.status();
    let settled = status.wait_for(|status| *status != Status::Starting);
    let Ok(settled) = timeout(CATCH_UP, settled).await else {
        let seconds = CATCH_UP.as_secs();
        bail!(
            "{} was not caught up within {seconds} seconds",
            topic.name()
        );
    };
    match &*settled? {
        Status::Starting | Status::Serving => Ok(()),
        Status::NotServing(reason) => bail!("{} cannot be relied on: {reason}", topic.name()),
    }
}
