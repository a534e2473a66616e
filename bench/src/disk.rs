use std::fs::File;
use std::io::Write;
use std::time::Instant;

use crate::table::Times;

const SYNCS: usize = 200;

/// What the disk itself takes to make 4 KiB durable at this moment: every durable figure stands beside this.
pub(crate) fn fdatasync() -> anyhow::Result<String> {
    let folder = tempfile::tempdir()?;
    let mut file = File::create(folder.path().join("sync"))?;
    let mut took = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        file.write_all(&[7; 4_096])?;
        let started = Instant::now();
        file.sync_data()?;
        took.push(started.elapsed());
    }
    let took = Times::of(took);
    let (median, late) = (took.median(), took.p99());
    Ok(format!(
        "fdatasync of 4 KiB now: median {median:.1?}, p99 {late:.1?}"
    ))
}
