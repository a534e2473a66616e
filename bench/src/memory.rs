//! What the nation takes in memory.

use anyhow::Context;

use crate::nation::Nation;
use crate::replay;
use crate::table::{Rate, Table};

pub(crate) async fn run() -> anyhow::Result<Table> {
    let mut table = Table::new("the nation in memory");
    let Nation {
        mut server,
        world,
        loaded_in,
        ..
    } = Nation::load().await?;
    let offerings = usize::try_from(world.size())?;
    table.note(format!(
        "{offerings} offerings with their first figures; resident memory of the server's process"
    ));
    table.add("loaded by one client (offerings)", |row| {
        let rate = Rate::of(offerings, loaded_in);
        row.rate(rate).beside(format!("{loaded_in:.1?}"))
    });
    let loaded = resident(&server)?;
    table.add("after loading", |row| row.text(loaded.clone()));
    let (took, _) = replay::start(&mut server, offerings).await?;
    let restarted = resident(&server)?;
    table.add("after a start from the snapshot", |row| {
        row.text(restarted.clone()).beside(format!("{took:.2?}"))
    });
    Ok(table)
}

fn resident(server: &e2e::Server) -> anyhow::Result<String> {
    let pid = server.pid().context("the server is down")?;
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib: u64 = line
        .and_then(|line| line.split_whitespace().nth(1))
        .context("the system does not say")?
        .parse()?;
    Ok(format!("{} MiB", kib / 1_024))
}
