//! What an operator does to the log.

mod access;
mod calibration;
mod erasure;
mod export;
mod inspect;
mod keys;
pub(crate) mod mend;
mod quota;
mod rotation;
mod shown;
#[cfg(test)]
mod tests;
mod topics;
mod verify;

use std::io::Write;

use anyhow::{Context as _, anyhow};
use clap::ArgMatches;
use eventlog::{EventLog, Position, Topic};

pub(crate) use rotation::Told;

use crate::config::Settings;

/// What is asked.
#[derive(Debug)]
pub(crate) enum Command {
    VerifyAccess(access::Asked),
    Apply,
    Calibrate(calibration::Asked),
    Inspect {
        topic: String,
        from: Position,
        limit: u64,
    },
    Verify {
        topic: Option<String>,
    },
    Export {
        topic: String,
    },
    Skip {
        topic: String,
        position: Position,
        reason: String,
        forced: bool,
    },
    Reset {
        topic: String,
        confirmed: bool,
    },
    VerifyErasures,
    DestroyQuarter {
        quarter: String,
        confirmed: bool,
    },
    Keys(keys::Asked),
    OpenQuota(quota::Asked),
}

impl Command {
    /// Reads what the command line says.
    pub(crate) fn from(group: &str, verb: &str, given: &ArgMatches) -> anyhow::Result<Self> {
        Ok(match (group, verb) {
            ("topics", "apply") => Self::Apply,
            ("access", "verify") => Self::VerifyAccess(access::Asked {
                anchor: given.get_one("anchor").copied(),
                signers: given
                    .get_many("signer")
                    .unwrap_or_default()
                    .copied()
                    .collect(),
            }),
            ("calibration", _) => Self::Calibrate(calibration::Asked::from(given)),
            ("log", "inspect") => Self::Inspect {
                topic: text(given, "topic")?,
                from: position(given, "from")?,
                limit: *given.get_one("limit").context("--limit is missing")?,
            },
            ("log", "verify") => Self::Verify {
                topic: given.get_one::<String>("topic").cloned(),
            },
            ("log", "export") => Self::Export {
                topic: text(given, "topic")?,
            },
            ("log", "skip") => Self::Skip {
                topic: text(given, "topic")?,
                position: position(given, "position")?,
                reason: text(given, "reason")?,
                forced: given.get_flag("force"),
            },
            ("log", "reset") => Self::Reset {
                topic: text(given, "topic")?,
                confirmed: given.get_flag("yes"),
            },
            ("erasure", "verify") => Self::VerifyErasures,
            ("erasure", "destroy") => Self::DestroyQuarter {
                quarter: text(given, "quarter")?,
                confirmed: given.get_flag("yes"),
            },
            ("keys", verb) => Self::Keys(keys::Asked::from(verb, given)?),
            ("quota", "open") => Self::OpenQuota(quota::Asked::from(given)?),
            _ => return Err(anyhow!("there is no command {group} {verb}")),
        })
    }
}

/// Does it, and says on `out` what came of it.
pub(crate) async fn run(
    settings: &Settings,
    command: Command,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    match command {
        Command::VerifyAccess(asked) => access::verify(settings, asked, out).await,
        Command::Apply => topics::apply(settings, out).await,
        Command::Calibrate(asked) => calibration::calibrate(settings, &asked, out).await,
        Command::Inspect { topic, from, limit } => {
            inspect::inspect(settings, &topic, (from, limit), out).await
        }
        Command::Verify { topic } => verify::verify(settings, topic.as_deref(), out).await,
        Command::Export { topic } => export::export(settings, &topic, out).await,
        Command::Skip {
            topic,
            position,
            reason,
            forced,
        } => mend::skip(settings, (&topic, position), (&reason, forced), out).await,
        Command::Reset { topic, confirmed } => mend::reset(settings, &topic, confirmed, out).await,
        Command::VerifyErasures => erasure::verify(settings, out).await,
        Command::DestroyQuarter { quarter, confirmed } => {
            erasure::destroy(settings, (&quarter, confirmed), out).await
        }
        Command::Keys(asked) => keys::work(settings, &asked, jiff::Timestamp::now(), out).await,
        Command::OpenQuota(asked) => quota::open(settings, &asked, jiff::Timestamp::now(), out),
    }
}

fn text(given: &ArgMatches, name: &str) -> anyhow::Result<String> {
    let value = given.get_one::<String>(name).cloned();
    value.with_context(|| format!("--{name} is missing"))
}

fn position(given: &ArgMatches, name: &str) -> anyhow::Result<Position> {
    let value = given.get_one::<u64>(name).copied();
    value
        .map(Position::new)
        .with_context(|| format!("--{name} is missing"))
}

/// Returns a topic of the log, or says which ones there are.
pub(crate) fn topic(log: &EventLog, name: &str) -> anyhow::Result<Topic> {
    log.topic(name).map_err(|_| {
        let names = log.topic_names().join(", ");
        anyhow!("there is no topic {name} in this log; there are: {names}")
    })
}
