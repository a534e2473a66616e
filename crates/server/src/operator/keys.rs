//! `keys init | status | rotate | destroy`.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use clap::ArgMatches;
use data_encoding::HEXLOWER;
use pseudonym::ring::{Ring, RingError, Stage, Standing};
use pseudonym::{Custodians, Epoch};
use pseudonym_service::Keys;

use super::rotation;
use crate::config::Settings;
use crate::{keys, storage};

/// What is asked of the keys.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Both, if none was named.
    stage: Option<Stage>,
    verb: Verb,
}

#[derive(Debug)]
enum Verb {
    Init {
        /// The last epoch whose keys are lost.
        after: Option<Epoch>,
    },
    Status,
    Rotate {
        by: Custodians,
        emergency: bool,
    },
    Destroy {
        by: Custodians,
        epoch: Epoch,
        confirmed: bool,
        rest: rotation::Asked,
    },
}

impl Asked {
    /// Reads what the command line says.
    pub(super) fn from(verb: &str, given: &ArgMatches) -> anyhow::Result<Self> {
        let stage = given.get_one::<String>("stage");
        let verb = match verb {
            "init" => Verb::Init {
                after: given
                    .get_one::<String>("after")
                    .map(|after| epoch(after))
                    .transpose()?,
            },
            "status" => Verb::Status,
            "rotate" => Verb::Rotate {
                by: custodians(given)?,
                emergency: given.get_flag("emergency"),
            },
            "destroy" => {
                let text = super::text(given, "epoch")?;
                Verb::Destroy {
                    by: custodians(given)?,
                    epoch: epoch(&text)?,
                    confirmed: given.get_flag("yes"),
                    rest: rotation::Asked::from(given)?,
                }
            }
            other => bail!("there is no command keys {other}"),
        };
        Ok(Self {
            stage: stage.and_then(|stage| Stage::parse(stage)),
            verb,
        })
    }
}

fn epoch(text: &str) -> anyhow::Result<Epoch> {
    Epoch::parse(text).with_context(|| format!("{text:?} is not an epoch such as 2026a"))
}

/// Reads the two who do something.
pub(super) fn custodians(given: &ArgMatches) -> anyhow::Result<Custodians> {
    let names = given.get_many::<String>("custodian").unwrap_or_default();
    let names: Vec<&String> = names.collect();
    Ok(Custodians::parse(&names)?)
}

/// Does what is asked, for one stage or for both.
pub(super) async fn work(
    settings: &Settings,
    asked: &Asked,
    now: jiff::Timestamp,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let folder = storage::keys(settings);
    let there = |stage: &Stage| Ring::exists(&folder, *stage);
    let stages: Vec<Stage> = match (asked.stage, &asked.verb) {
        (Some(stage), _) => vec![stage],
        (None, Verb::Init { .. }) => Stage::ALL
            .into_iter()
            .filter(|stage| !there(stage))
            .collect(),
        (None, Verb::Rotate { .. }) => behind(&folder, Stage::ALL.into_iter().filter(there))?,
        (None, Verb::Status | Verb::Destroy { .. }) => {
            Stage::ALL.into_iter().filter(there).collect()
        }
    };
    let shown = folder.display();
    match &asked.verb {
        Verb::Init { .. } => ensure!(!stages.is_empty(), "there are keys in {shown} already"),
        Verb::Status | Verb::Rotate { .. } => {
            ensure!(!stages.is_empty(), "there are no keys in {shown}")
        }
        Verb::Destroy {
            epoch, confirmed, ..
        } => {
            ensure!(!stages.is_empty(), "there are no keys in {shown}");
            ensure!(
                *confirmed,
                "nothing was done: once the keys of {epoch} are destroyed, nothing that was named under them can be \
                 named again; add --yes to do it"
            );
        }
    }
    let mut note = String::new();
    if let Verb::Destroy {
        by, epoch, rest, ..
    } = &asked.verb
    {
        for stage in &stages {
            is_older(&Ring::open(&folder, *stage)?, *epoch)?;
        }
        note = rotation::may_go(settings, (*epoch, by), rest).await?;
        writeln!(out, "{note}")?;
    }
    for stage in stages {
        one(settings, (stage, &asked.verb, &note), now, out)?;
    }
    out.flush()?;
    Ok(())
}

/// Returns the stages whose next key is to be made. Where one of two has it already, a rotation was cut short between
/// them, and is finished: a P1 of an epoch is recoded under the same epoch only.
fn behind(folder: &Path, stages: impl Iterator<Item = Stage>) -> Result<Vec<Stage>, RingError> {
    let newest = stages.map(|stage| Ok((Ring::newest(folder, stage)?, stage)));
    let newest: Vec<(Epoch, Stage)> = newest.collect::<Result<_, RingError>>()?;
    let oldest = newest.iter().map(|(epoch, _)| *epoch).min();
    let behind = newest
        .into_iter()
        .filter(|(epoch, _)| Some(*epoch) == oldest);
    Ok(behind.map(|(_, stage)| stage).collect())
}

/// Refuses the newest epoch before anybody is asked: no answer would let it go.
fn is_older(ring: &Ring, epoch: Epoch) -> anyhow::Result<()> {
    let newest = ring.roots().map(|(epoch, _)| epoch).max();
    ensure!(
        newest != Some(epoch),
        "nothing was done: {}",
        RingError::Newest(epoch)
    );
    Ok(())
}

fn one(
    settings: &Settings,
    (stage, verb, note): (Stage, &Verb, &str),
    now: jiff::Timestamp,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let folder = storage::keys(settings);
    let (name, today) = (stage.name(), keys::day(now));
    match verb {
        Verb::Init { after } => {
            let (first, today) = keys::first(now)?;
            let epoch = match after {
                Some(lost) => lost.after(keys::year(now)?).context("no epoch follows")?,
                None => {
                    ensure!(
                        !keys::were_used(settings, stage)?,
                        "{name} keys were used here before: put {} back from its backup. Other keys of the same epoch would \
                         make other people of everybody. If they are lost for good: keys init --after EPOCH, of both stages",
                        folder.display()
                    );
                    first
                }
            };
            Ring::init(&folder, stage, (epoch, &today))?;
            writeln!(
                out,
                "{name}: made the key of epoch {epoch} in {}",
                folder.display()
            )?;
        }
        Verb::Status => status(&Ring::open(&folder, stage)?, stage, out)?,
        Verb::Rotate { by, emergency } => {
            let at = (keys::year(now)?, today.as_str());
            let next = if *emergency {
                Ring::leave_behind(&folder, stage, at, by)?
            } else {
                Ring::open(&folder, stage)?.rotate(at, by)?
            };
            writeln!(
                out,
                "{name}: made the key of epoch {next}; restart the server to use it"
            )?;
        }
        Verb::Destroy { by, epoch, .. } => {
            let mut ring = Ring::open(&folder, stage)?;
            let is_gone = |standing: &Standing| matches!(standing, Standing::Destroyed { epoch: gone, .. } if gone == epoch);
            if ring.standing().iter().any(is_gone) {
                // Of two stages the other may be left, where this was cut short between them.
                writeln!(out, "{name}: the key of epoch {epoch} was destroyed before")?;
                return Ok(());
            }
            ring.destroy(*epoch, (&today, note), by)?;
            writeln!(
                out,
                "{name}: destroyed the key of epoch {epoch}; restart the server to forget it"
            )?;
        }
    }
    Ok(())
}

fn status(ring: &Ring, stage: Stage, out: &mut (dyn Write + Send)) -> anyhow::Result<()> {
    let name = stage.name();
    for standing in ring.standing() {
        match standing {
            Standing::InUse {
                epoch,
                since,
                fingerprint,
            } => {
                writeln!(
                    out,
                    "{name}: epoch {epoch} since {since}, fingerprint {fingerprint}"
                )?;
            }
            Standing::Destroyed {
                epoch,
                on,
                by,
                note,
            } => {
                let by = by.join(" and ");
                write!(out, "{name}: epoch {epoch} destroyed on {on} by {by}")?;
                match note.as_str() {
                    "" => writeln!(out)?,
                    note => writeln!(out, ": {note}")?,
                }
            }
        }
    }
    match stage {
        Stage::Recoder => {}
        Stage::Evaluator => {
            for key in Keys::derive(ring)?.published() {
                let receipts = HEXLOWER.encode(&key.receipt_key);
                writeln!(out, "{name}: receipt-key {}={receipts}", key.key_id)?;
            }
        }
    }
    Ok(())
}
