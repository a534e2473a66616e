use std::io::Write;

use eventlog::Position;

use super::shown::Bodies;
use crate::config::Settings;
use crate::storage;

const PAGE: usize = 1_000;

/// Writes every commit in force, one JSON object a line.
pub(super) async fn export(
    settings: &Settings,
    topic: &str,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let log = storage::open_to_read(settings)?;
    let topic = super::topic(&log, topic)?;
    let bodies = Bodies::of(topic.name())?;
    let mut after = Position::START;
    loop {
        let page = topic.page(after, PAGE).await?;
        let Some(last) = page.last() else {
            out.flush()?;
            return Ok(());
        };
        after = last.position;
        for commit in &page {
            writeln!(out, "{}", bodies.commit(commit))?;
        }
    }
}
