use std::io::Write;

use anyhow::bail;
use chassis::access_log::{self, Anchor};

use crate::config::Settings;
use crate::storage;

/// Reads the region's access log and fails when anything in it was altered, dropped or moved.
pub(super) async fn verify(
    settings: &Settings,
    kept: Option<Anchor>,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let log = storage::open_to_read(settings)?;
    let name = access_log::topic_name(&settings.region);
    let found = access_log::verify(&super::topic(&log, &name)?, kept).await?;
    let wrong = found.problems.len();
    writeln!(
        out,
        "{name}: {} entries in {} blocks of {} chains, {wrong} problems",
        found.entries, found.blocks, found.chains
    )?;
    for problem in &found.problems {
        writeln!(out, "{name}: {problem}")?;
    }
    if let Some(anchor) = found.anchor {
        writeln!(out, "{name}: keep this elsewhere: --anchor {anchor}")?;
    }
    out.flush()?;
    if wrong > 0 {
        bail!("the access log is not as it was written: {wrong} problems");
    }
    Ok(())
}
