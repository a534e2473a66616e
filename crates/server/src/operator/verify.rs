use std::io::Write;

use anyhow::bail;

use crate::config::Settings;
use crate::storage;

/// Checks one topic or all, and fails when anything is wrong.
pub(super) async fn verify(
    settings: &Settings,
    topic: Option<&str>,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let log = storage::open_to_read(settings)?;
    let names = topic.map_or_else(|| log.topic_names(), |name| vec![name.to_owned()]);
    let mut wrong = 0;
    for name in names {
        let report = super::topic(&log, &name)?.verify().await?;
        writeln!(
            out,
            "{name}: {} commits of {} streams, {} problems",
            report.commits, report.streams, report.problem_count
        )?;
        for problem in &report.problems {
            writeln!(out, "{name}: {problem}")?;
        }
        wrong += report.problem_count;
    }
    out.flush()?;
    if wrong > 0 {
        bail!("the log does not hold together: {wrong} problems");
    }
    Ok(())
}
