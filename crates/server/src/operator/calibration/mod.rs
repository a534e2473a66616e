//! Promised against found: how good the chances are that would have been shown.

mod findings;
mod history;
mod progress;
mod series;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use clap::ArgMatches;

use crate::config::Settings;
use findings::Findings;

/// What is asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// Somebody's own series, in the place of the log.
    pub(crate) csv: Option<PathBuf>,
    pub(crate) by_kind: bool,
    pub(crate) as_json: bool,
}

impl Asked {
    /// Reads what the command line says.
    pub(super) fn from(given: &ArgMatches) -> Self {
        let says = |name, word| {
            given
                .get_one::<String>(name)
                .is_some_and(|text| text == word)
        };
        Self {
            csv: given.get_one::<PathBuf>("csv").cloned(),
            by_kind: says("by", "kind"),
            as_json: says("output", "json"),
        }
    }
}

/// Goes through the history, and says what was promised and found.
pub(super) async fn calibrate(
    settings: &Settings,
    asked: &Asked,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let mut findings = Findings::default();
    match &asked.csv {
        Some(path) => {
            let shown = path.display();
            let file = std::fs::File::open(path).with_context(|| format!("cannot open {shown}"))?;
            series::read(file, asked.as_json, &mut findings, out)
                .with_context(|| format!("cannot read {shown}"))?;
        }
        None => history::read(settings, &mut findings).await?,
    }
    if findings.is_empty() {
        return Err(anyhow!(
            "there is nothing to compare: no unit that had places free counted again while that was current"
        ));
    }
    findings.write(asked, out)?;
    out.flush()?;
    Ok(())
}
