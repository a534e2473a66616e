//! CSV files: offerings, published or exported, and waiting lists (`waitlist`).
//!
//! A file is read row by row into a temporary file, and sent offering by offering: memory does not grow with it.

mod cells;
mod columns;
mod day;
mod nza;
mod offerings;
mod pipeline;
mod record;
mod refusal;
mod send;
mod stage;
mod summary;
pub(crate) mod waitlist;

use std::future::Future;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use proto::capacity::v1::{CapacityFilter, FindCapacityRequest, PauseFilter};

use crate::connection::Connection;
use crate::failure::Failure;
use crate::output::Output;
use crate::progress::Progress;
use columns::Columns;
use day::Day;
use pipeline::{Input, Source};
use stage::Stage;
use summary::Rejects;

pub(crate) use summary::Summary;

/// What the columns of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Published waiting times, in the columns of the regulator's data set (NZa).
    Nza,
    /// This project's own: what a provider or municipality exports. `doorstroom capacity template` prints it.
    Offerings,
}

/// What to import, and how to say what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The CSV file.
    pub(crate) file: PathBuf,
    /// What its columns are.
    pub(crate) format: Format,
    /// Where refused rows are written besides.
    pub(crate) rejects: Option<PathBuf>,
    /// Later dates are in the future; stops that ended before are history.
    pub(crate) now: jiff::Timestamp,
}

/// Returns the header of the project's own CSV, examples, and what each column holds.
pub(crate) fn template() -> &'static str {
    offerings::TEMPLATE
}

/// Imports a file, and writes what came of it. Connects once the file is seen to be of its format.
///
/// # Errors
/// [`Failure::Usage`] if the file cannot be read or is of another format, [`Failure::Unreachable`] if the server is
/// gone. Refused rows are no error: the others went in.
pub(crate) async fn run(
    options: Options,
    connect: impl Future<Output = Result<Connection, Failure>>,
    output: &mut Output,
) -> Result<Summary, Failure> {
    let today = Day::at(options.now)
        .ok_or_else(|| Failure::Usage("the clock shows no usable date".to_owned()))?;
    if options
        .rejects
        .as_deref()
        .is_some_and(|rejects| is_same_file(rejects, &options.file))
    {
        let file = options.file.display();
        return Err(Failure::Usage(format!(
            "{file} is the file to be read: name another one for --rejects"
        )));
    }
    let rejects = || options.rejects.as_deref().map(Rejects::create).transpose();
    match options.format {
        Format::Nza => {
            let find =
                |header: &[String]| Columns::find(header, &nza::COLUMNS, &nza::COLUMNS, false);
            let input = Input::open(&options.file, false, find)?;
            let job = Job {
                input,
                source: nza::Published { today },
                rejects: rejects()?,
            };
            job.run(&connect.await?, output).await
        }
        Format::Offerings => {
            let input = Input::open(&options.file, true, offerings::columns)?;
            let source = offerings::Exported::new(&input.columns, options.now);
            let job = Job {
                input,
                source,
                rejects: rejects()?,
            };
            job.run(&connect.await?, output).await
        }
    }
}

/// Whether two names lead to one file that is there.
fn is_same_file(one: &Path, other: &Path) -> bool {
    let (one, other) = (one.canonicalize(), other.canonicalize());
    matches!((one, other), (Ok(one), Ok(other)) if one == other)
}

struct Job<S> {
    input: Input,
    source: S,
    rejects: Option<Rejects>,
}

impl<S: Source> Job<S> {
    async fn run(self, connection: &Connection, output: &mut Output) -> Result<Summary, Failure> {
        let Self {
            mut input,
            source,
            rejects,
        } = self;
        let stage = Stage::create()?;

        let mut progress = Progress::new("reading", input.bytes);
        let work = (&source, &stage);
        let at = |bytes| progress.at(bytes);
        let rows = pipeline::read_records(&mut input.records, &input.columns, work, at)?;
        let offerings = stage.offerings()?;
        progress.done(&format!("read {rows} rows about {offerings} offerings"));

        let mut progress = Progress::new("sending", offerings);
        let sent = send::all(&connection.client(), &source, &stage, &mut progress).await?;
        progress.done(&format!("sent {} offerings", sent.offerings));

        let mut summary = Summary::new(
            rows,
            (sent.taken, sent.unchanged),
            stage.refused_by_reason()?,
        );
        let seen: Vec<String> = sent.positions.into();
        summary.offerings = count(connection, CapacityFilter::default(), &seen).await?;
        let paused = CapacityFilter {
            pause: PauseFilter::Paused.into(),
            ..CapacityFilter::default()
        };
        summary.paused = count(connection, paused, &seen).await?;

        summary::write_refused(&stage, rejects, output)?;
        summary::write(&summary, output)?;
        Ok(summary)
    }
}

/// Counts on a node that has seen all of these positions: a few at a time, as a request takes them.
async fn count(
    connection: &Connection,
    filter: CapacityFilter,
    seen: &[String],
) -> Result<u64, Failure> {
    const MOST_AT_ONCE: usize = 16;
    let mut total = 0;
    let (last, earlier) = seen.split_at(seen.len().min(MOST_AT_ONCE));
    for tokens in earlier.chunks(MOST_AT_ONCE).chain(std::iter::once(last)) {
        let request = FindCapacityRequest {
            filter: Some(filter.clone()),
            page_size: 1,
            at_least: tokens.to_vec(),
            ..FindCapacityRequest::default()
        };
        let found = connection
            .ask(async |mut client| client.find_capacity(request.clone()).await)
            .await?;
        // Practices count too, though they are shown together.
        total = found.total.saturating_add(found.grouped_total);
    }
    Ok(total)
}
