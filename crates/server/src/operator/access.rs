use std::io::Write;

use anyhow::bail;
use chassis::access_log::{self, Anchor, Signer};

use crate::config::Settings;
use crate::{access_key, storage};

/// What is asked of the access log.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// A block that was kept elsewhere.
    pub(super) anchor: Option<Anchor>,
    /// Whose signatures are good, and nobody else's; none: as the folder of keys says.
    pub(super) signers: Vec<Signer>,
}

/// Reads the region's access log and fails when anything in it was altered, dropped or moved, or signed by somebody else.
pub(super) async fn verify(
    settings: &Settings,
    asked: Asked,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let log = storage::open_to_read(settings)?;
    let name = access_log::topic_name(&settings.region);
    let is_told = !asked.signers.is_empty();
    let signers = if is_told {
        asked.signers
    } else {
        access_key::signers(settings)?
    };
    let topic = super::topic(&log, &name)?;
    let found = access_log::verify(&topic, asked.anchor, &signers).await?;
    let wrong = found.problems.len();
    writeln!(
        out,
        "{name}: {} entries in {} blocks of {} chains, {wrong} problems",
        found.entries, found.blocks, found.chains
    )?;
    let (signed, unsigned) = (found.signed, found.unsigned);
    writeln!(
        out,
        "{name}: {signed} blocks are signed, {unsigned} are from before blocks were signed"
    )?;
    for problem in &found.problems {
        writeln!(out, "{name}: {problem}")?;
    }
    if let Some(anchor) = found.anchor {
        writeln!(out, "{name}: keep this elsewhere: --anchor {anchor}")?;
    }
    for signer in signers.iter().filter(|_| !is_told) {
        writeln!(out, "{name}: keep this elsewhere: --signer {signer}")?;
    }
    out.flush()?;
    if wrong > 0 {
        bail!("the access log is not as it was written: {wrong} problems");
    }
    Ok(())
}
