//! The log's own history, read beside the server that may be writing it.

use capacity::Calibration;
use eventlog::Position;

use super::findings::Findings;
use super::progress::Progress;
use crate::config::Settings;
use crate::storage;

const PAGE: usize = 1_000;

/// Goes through the region's reports in the log's order.
pub(super) async fn read(settings: &Settings, findings: &mut Findings) -> anyhow::Result<()> {
    let log = storage::open_to_read(settings)?;
    let topic = super::super::topic(&log, &format!("{}.capacity", settings.region))?;
    let mut calibration = Calibration::default();
    // What comes in meanwhile is for the next time.
    let end = topic.end();
    let mut progress = Progress::new("reading the log", end.get());
    let mut unread: Option<(Position, String, u64)> = None;
    let mut after = Position::START;
    while after < end {
        let page = topic.page(after, PAGE).await?;
        let Some(last) = page.last() else {
            break;
        };
        after = last.position;
        for commit in &page {
            match calibration.commit(&commit.stream, &commit.body) {
                Ok(heard) => heard.iter().for_each(|heard| findings.note(heard)),
                Err(error) => {
                    let (_, _, count) =
                        unread.get_or_insert((commit.position, error.to_string(), 0));
                    *count += 1;
                }
            }
        }
        progress.at(after.get());
    }
    progress.done();
    if let Some((position, error, count)) = unread {
        findings.remarks.push(format!(
            "{count} commits could not be read and were left out, the first at position {position}: {error}"
        ));
    }
    Ok(())
}
