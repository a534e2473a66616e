//! `quota open`.

use std::io::Write;

use anyhow::{Context as _, ensure};
use clap::ArgMatches;
use jiff::{Timestamp, ToSpan as _};
use pseudonym::Custodians;
use pseudonym_service::Window;

use crate::config::Settings;
use crate::{keys, storage};

/// A first-load window that is asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    organisation: String,
    elements: u32,
    days: u32,
    by: Custodians,
}

impl Asked {
    /// Reads what the command line says.
    pub(super) fn from(given: &ArgMatches) -> anyhow::Result<Self> {
        Ok(Self {
            organisation: super::text(given, "organisation")?,
            elements: *given.get_one("elements").context("--elements is missing")?,
            days: *given.get_one("days").context("--days is missing")?,
            by: super::keys::custodians(given)?,
        })
    }
}

/// Opens it, also beside a server that runs.
pub(super) fn open(
    settings: &Settings,
    asked: &Asked,
    now: Timestamp,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let path = storage::quota(settings);
    ensure!(
        path.exists(),
        "no evaluator ever ran on {}: its quotas would be kept in {}",
        settings.data.display(),
        path.display()
    );
    let until = now.checked_add((i64::from(asked.days) * 24).hours())?;
    let window = Window {
        organisation: asked.organisation.clone(),
        elements: asked.elements,
        opened_at: now.as_millisecond(),
        until: until.as_millisecond(),
        custodians: asked.by.names(),
    };
    pseudonym_service::open_window(&path, &window)?;
    writeln!(
        out,
        "{}: {} evaluations beside the quota until {}, opened by {}",
        window.organisation,
        window.elements,
        keys::day(until),
        window.custodians.join(" and ")
    )?;
    out.flush()?;
    Ok(())
}
