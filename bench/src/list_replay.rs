//! A start from a year of a waiting list, beside one from as many reports of capacity.

use std::time::Instant;

use e2e::{Server, ServerOptions, clock_ahead};

use crate::lists::{Grants, Lists, counted};
use crate::table::{Rate, Table};
use crate::workload::{setting, today};
use crate::{history, replay};

/// Everybody is said to wait still once in so many days, so often.
const EVERY_DAYS: u32 = 33;
const TIMES: u32 = 10;
const DAY_SECONDS: u32 = 86_400;
const OFFERINGS: usize = 5_000;

pub(crate) async fn run() -> anyhow::Result<Table> {
    let persons = setting("BENCH_LISTED", 20_000)?;
    let lists = Lists {
        persons,
        each: 1,
        registered_on: "2026-10-01",
    };
    let mut table = Table::new("a year of a waiting list");
    let folder = tempfile::tempdir()?;
    let at = |days: u32| ServerOptions {
        data: Some(folder.path().to_owned()),
        env: clock_ahead(days * DAY_SECONDS),
        ..ServerOptions::default()
    };
    let mut commits = 0;
    for round in 0..=TIMES {
        let mut server = Server::start(at(round * EVERY_DAYS));
        let grants =
            (round == 0).then(|| today().and_then(|day| Grants::open(server.data(), &day)));
        let grants = grants.transpose()?;
        // From the second time on one in three has had an intake.
        let held_on = if round == 0 { "" } else { "2026-11-20" };
        counted(&server).await?;
        lists.declare(&server, grants.as_ref(), held_on).await?;
        commits += lists.entries();
        server.stop();
    }
    table.note(format!(
        "{persons} entries: registered, said to wait still {TIMES} times, every {EVERY_DAYS} days, a third with an intake and \
         norms exceeded; {commits} declarations in the file"
    ));
    std::fs::remove_dir_all(folder.path().join("snapshots"))?;
    let began = Instant::now();
    let server = Server::start(at(TIMES * EVERY_DAYS));
    let position = counted(&server).await?;
    let took = began.elapsed();
    drop(server);
    let token = eventlog::PositionToken::parse(&position)?;
    let commits = usize::try_from(token.position.get())?;
    let listed = Rate::of(commits, took);

    let beside = tempfile::tempdir()?;
    history::write(beside.path(), OFFERINGS, commits)?;
    let began = Instant::now();
    let server = Server::start(ServerOptions {
        data: Some(beside.path().to_owned()),
        ..ServerOptions::default()
    });
    replay::answered(&server, commits).await?;
    let capacity = Rate::of(commits, began.elapsed());
    let ratio = listed.times(capacity);
    table.add("from the local file, the waiting list (commits)", |row| {
        row.rate(listed)
            .beside(format!("{took:.1?}; {ratio:.2} × capacity's"))
    });
    table.add("from the local file, as many commits of capacity", |row| {
        row.rate(capacity)
    });
    Ok(table)
}
