use std::io::Write;

use anyhow::ensure;
use chassis::Clock;
use chassis::erasure::{ErasureRecord, Says, check};
use pseudonym::vault::VaultError;

use crate::config::Settings;
use crate::erasures::{Bodies, Opened, bodies_in, keys_there, not_named, overdue, shown};
use crate::storage;

/// Checks the ledger's chain and signatures, and that what it names is gone: its keys, and with them every body.
pub(in crate::operator) async fn verify(
    settings: &Settings,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let opened = Opened::open(settings).await?;
    let lines = check(&opened.ledger, opened.key).await;
    opened.close();
    let (lines, name) = (lines?, opened.ledger.name());
    let count = lines.len();
    writeln!(out, "{name}: {count} lines, each signed and in its place")?;
    writeln!(out, "{name}: {}", how_far(&lines))?;
    let keys = opened.keys;
    let work = move || {
        let (named, mut problems) = keys_there(&lines, &keys)?;
        problems.extend(not_named(&named, &keys)?);
        Ok::<_, VaultError>((problems, named, keys))
    };
    let (mut problems, named, keys) = tokio::task::spawn_blocking(work).await??;
    problems.extend_from_slice(keys.differences());
    writeln!(out, "keys: {} destroyed", named.len())?;
    let leftover = keys.leftover();
    if let Some(until) = leftover.iter().map(|(_, until)| *until).max() {
        writeln!(
            out,
            "keys: {} of them still lie on Kafka, to be compacted away by {} at the latest",
            leftover.len(),
            shown(until)
        )?;
    }
    problems.extend(overdue(&leftover, Clock::system().now()));
    let log = storage::open_to_read(settings)?;
    for topic in log.topic_names() {
        let bodies = bodies_in(&log, &topic, (&named, &keys)).await?;
        let Bodies { found, tried, open } = &bodies;
        write!(
            out,
            "{topic}: {found} bodies under destroyed keys; {tried} were tried, "
        )?;
        match open.len() {
            0 => writeln!(out, "none opens")?,
            count => writeln!(out, "{count} still open")?,
        }
        problems.extend(bodies.problems(&topic, &leftover));
    }
    for problem in &problems {
        writeln!(out, "{problem}")?;
    }
    out.flush()?;
    ensure!(
        problems.is_empty(),
        "the erasures do not hold together: {} problems",
        problems.len()
    );
    Ok(())
}

/// Up to where nodes looked whether the keys are gone, and when.
fn how_far(lines: &[ErasureRecord]) -> String {
    let verified = lines.iter().rev().find_map(|line| match line.says {
        Says::Verified(up_to) => Some((up_to, line.at_millis)),
        Says::Erased(..) => None,
    });
    verified.map_or_else(
        || "not verified by a node yet, which is done two days after an erasure".to_owned(),
        |(up_to, at)| format!("verified by a node up to line {up_to}, at {}", shown(at)),
    )
}
