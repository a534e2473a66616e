//! The keys of pseudonyms, as the server needs them.

use std::io::{self, Write};

use anyhow::Context as _;
use pseudonym::Epoch;
use pseudonym::ring::{Ring, Stage};

use crate::config::{Service, Settings};
use crate::storage;

/// Opens the evaluator's keys, and makes them on the very first start. Once something was granted under keys, they must
/// be there.
pub(crate) fn evaluator(settings: &Settings) -> anyhow::Result<Ring> {
    let is_first = !storage::quota(settings).exists();
    ring(settings, Stage::Evaluator, is_first)
}

fn ring(settings: &Settings, stage: Stage, is_first: bool) -> anyhow::Result<Ring> {
    let folder = storage::keys(settings);
    if is_first && !Ring::exists(&folder, stage) {
        let (epoch, today) = first(jiff::Timestamp::now())?;
        return Ok(Ring::init(&folder, stage, (epoch, &today))?);
    }
    Ok(Ring::open(&folder, stage)?)
}

/// Says where keys lie that do not lie well.
pub(crate) fn announce(out: &mut dyn Write, settings: &Settings) -> io::Result<()> {
    if settings.services.contains(&Service::Evaluator) {
        let folder = storage::keys(settings);
        let folder = folder.display();
        writeln!(
            out,
            "doorstroomd: keys of pseudonyms in {folder}: for trying out, not for real persons"
        )?;
    }
    Ok(())
}

/// Returns the first epoch of a moment's year, and its day in UTC.
pub(crate) fn first(now: jiff::Timestamp) -> anyhow::Result<(Epoch, String)> {
    let epoch = Epoch::first_of(year(now)?).context("this machine's clock is not right")?;
    Ok((epoch, day(now)))
}

/// Returns a moment's year in UTC.
pub(crate) fn year(now: jiff::Timestamp) -> anyhow::Result<u16> {
    let year = now.to_zoned(jiff::tz::TimeZone::UTC).year();
    u16::try_from(year).context("this machine's clock is not right")
}

/// Returns a moment's day in UTC, such as `2026-11-25`.
pub(crate) fn day(now: jiff::Timestamp) -> String {
    now.strftime("%Y-%m-%d").to_string()
}
