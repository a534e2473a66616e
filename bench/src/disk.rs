use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

const SYNCS: usize = 200;

/// What the disk itself takes to make 4 KiB durable: every durable figure stands beside this.
pub(crate) fn fdatasync(folder: &Path) -> anyhow::Result<String> {
    let mut file = File::create(folder.join("sync"))?;
    let mut took = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        file.write_all(&[7; 4_096])?;
        let started = Instant::now();
        file.sync_data()?;
        took.push(started.elapsed());
    }
    took.sort_unstable();
    let (median, late) = (took[SYNCS / 2], took[SYNCS * 99 / 100]);
    Ok(format!("median {median:.1?}, p99 {late:.1?}"))
}
