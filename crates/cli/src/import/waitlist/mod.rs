//! Waiting lists from CSV files: the whole list of a provider, as it is now.
//!
//! A file is read once. Numbers are evaluated a thousand at a time, a little ahead of the sending, and only of persons
//! whom the server does not know yet under the keys in use: the file of entries (`book`) remembers. It may be stopped at
//! any moment and run again.

mod book;
mod guard;
mod parcel;
mod prepare;
mod reader;
mod row;
mod send;
mod summary;
mod template;
#[cfg(test)]
mod tests;

pub(crate) use guard::may_be_number;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proto::waitlist::v1::ListEntriesRequest;
use tokio::time::Instant;

use crate::args::ListImportArgs;
use crate::commands::waitlist::evaluator;
use crate::connection::Connection;
use crate::days;
use crate::failure::Failure;
use crate::flight::Flight;
use crate::import::columns::Columns;
use crate::import::is_same_file;
use crate::import::pipeline::Input;
use crate::import::stage::Stage;
use crate::import::summary::{Rejects, write_refused};
use crate::output::Output;
use crate::progress::Progress;
use book::Book;
use reader::Lines;
use send::Run;
use summary::Tally;

pub(crate) use template::TEMPLATE;

/// So long the evaluator may give no answer at the beginning.
const PATIENCE: Duration = Duration::from_secs(15);
/// What the file of entries is called, behind the name of the CSV.
const ENTRIES: &str = ".entries";

/// Imports a file, and writes what came of it. Connects once the file is seen to be of its format.
///
/// # Errors
/// [`Failure::Usage`] if a file cannot be used, [`Failure::Unreachable`] if the server or the evaluator is gone,
/// [`Failure::SomeRefused`] if rows were refused; the others went in.
pub(crate) async fn run(
    args: ListImportArgs,
    connect: impl Future<Output = Result<Connection, Failure>>,
    output: &mut Output,
) -> Result<(), Failure> {
    let entries = args.entries.clone().unwrap_or_else(|| beside(&args.file));
    apart(&args, &entries)?;
    let input = Input::open(&args.file, true, columns)?;
    let is_first = !entries.exists();
    let connect = async {
        let connection = connect.await?;
        if is_first && !args.new_entries {
            nothing_is_lost(&connection, &entries).await?;
        }
        Ok::<_, Failure>(connection)
    };
    let connection = connect.await?;
    let book = Arc::new(Mutex::new(Book::open(&entries)?));
    let rejects = args.rejects.as_deref().map(Rejects::create).transpose()?;
    let evaluator = evaluator(&args.evaluator, &connection).await?;
    let keys = evaluator.keys_within(PATIENCE).await?;

    let progress = Progress::new("sending", input.bytes);
    let rows = reader::read(input, Lines::All, days::today());
    let prepared = prepare::prepare(rows, evaluator, keys.clone(), Arc::clone(&book))?;
    let mut run = Run {
        flight: Flight::default(),
        input: Some(prepared),
        ended_by: None,
        book,
        unsaid: HashSet::new(),
        stage: Stage::create()?,
        tally: Tally::default(),
        progress,
        moved_at: Instant::now(),
    };
    let mut end = run.work(&connection).await;
    if end.is_ok() && !run.unsaid.is_empty() {
        let input = Input::open(&args.file, true, columns)?;
        let again = Lines::Again(std::mem::take(&mut run.unsaid));
        let rows = reader::read(input, again, days::today());
        let evaluator = self::evaluator(&args.evaluator, &connection).await?;
        run.input = Some(prepare::prepare(
            rows,
            evaluator,
            keys,
            Arc::clone(&run.book),
        )?);
        end = run.work(&connection).await;
    }
    let Run {
        stage,
        tally,
        progress,
        ..
    } = run;
    progress.done(&format!("sent {} rows", tally.taken + tally.unchanged));
    // Also after a failure: whoever reads it must know how far it came.
    write_refused(&stage, rejects, output)?;
    let whole = summary::finish(&tally, &stage, output)?;
    end.and(whole)
}

/// A file of entries that vanished would register everybody once more.
async fn nothing_is_lost(connection: &Connection, entries: &Path) -> Result<(), Failure> {
    let request = ListEntriesRequest {
        page_size: 1,
        ..ListEntriesRequest::default()
    };
    let known = connection
        .ask_list(async |mut client| client.list_entries(request.clone()).await)
        .await?;
    if known.total == 0 {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "{} entries of this provider wait on the server, and {} is not there: without it everybody would be registered once \
         more. Put it back, or name it with --entries; --new-entries begins a new one all the same",
        known.total,
        entries.display()
    )))
}

/// Finds the columns; the header is shown with care, it may be somebody's row.
fn columns(header: &[String]) -> Result<Columns, Failure> {
    let header = guard::shown_header(header);
    let columns = Columns::find(&header, &row::COLUMNS, &row::REQUIRED, true)?;
    for pair in [["bsn", "without_number"], ["age_band", "birth_date"]] {
        if !pair.iter().any(|column| columns.has(column)) {
            return Err(Failure::Usage(format!(
                "the file is not of this format: it has neither a column {} nor {}",
                pair[0], pair[1]
            )));
        }
    }
    Ok(columns)
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ENTRIES);
    name.into()
}

/// No file is read and written at once.
fn apart(args: &ListImportArgs, entries: &Path) -> Result<(), Failure> {
    let same = |one: &Path, other: &Path| one == other || is_same_file(one, other);
    let rejects = args.rejects.as_deref();
    let named = [Some(args.file.as_path()), Some(entries), rejects];
    let named: Vec<&Path> = named.into_iter().flatten().collect();
    for (at, one) in named.iter().enumerate() {
        if named.iter().skip(at + 1).any(|other| same(one, other)) {
            let file = one.display();
            return Err(Failure::Usage(format!(
                "{file} is named twice: the list, its entries and its rejects are files of their own"
            )));
        }
    }
    Ok(())
}
