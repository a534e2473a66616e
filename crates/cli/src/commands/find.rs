use proto::capacity::v1::{
    Completeness, FindCapacityRequest, FindCapacityResponse, MissedOffering, OfferingRow,
    PracticeGroup,
};

use crate::args::{FindArgs, OutputFormat};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::output::completeness::{CompletenessObject, sentence};
use crate::output::json::{FindSummary, MissedObject};
use crate::output::offering::OfferingObject;
use crate::output::practices::PracticeGroupObject;
use crate::output::{Output, table};

/// The largest page that the server gives.
const LARGEST_PAGE: u32 = 500;

/// Looks up what there is now, or what could be seen at another moment.
pub(super) async fn find(
    args: &FindArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut request = FindCapacityRequest {
        filter: Some(args.filter.filter()),
        sort: args.sort.iter().copied().map(i32::from).collect(),
        at_least: args.at_least.clone(),
        as_of: args.as_of,
        explain_missed: args.why_not,
        with_completeness: true,
        ..FindCapacityRequest::default()
    };
    let limit = if args.all {
        u64::MAX
    } else {
        u64::from(args.limit)
    };
    let mut shown: u64 = 0;
    let mut for_people = Vec::new();
    let mut around = Around::default();
    loop {
        request.page_size = page_size(limit.saturating_sub(shown));
        let mut page = connection
            .ask(async |mut client| client.find_capacity(request.clone()).await)
            .await?;
        let rows = std::mem::take(&mut page.rows);
        around.take_from(&mut page);
        shown += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        match output.format() {
            OutputFormat::Json => write_objects(output, &rows)?,
            OutputFormat::Table => for_people.extend(rows),
        }
        if page.next_page_token.is_empty() || shown >= limit {
            let summary = FindSummary::new(&page, shown, args.as_of.as_ref());
            return finish(output, &for_people, summary, &around);
        }
        // What does not depend on the page is asked for once.
        request.explain_missed = 0;
        request.with_completeness = false;
        request.page_token = page.next_page_token;
    }
}

/// What an answer says besides its rows.
#[derive(Default)]
struct Around {
    completeness: Option<Completeness>,
    missed: Vec<MissedOffering>,
    /// Practices that are shown together: they come with the first page.
    groups: Vec<PracticeGroup>,
}

impl Around {
    fn take_from(&mut self, page: &mut FindCapacityResponse) {
        self.completeness = page.completeness.take().or(self.completeness.take());
        self.missed.append(&mut page.missed);
        self.groups.append(&mut page.groups);
    }
}

fn page_size(wanted: u64) -> u32 {
    u32::try_from(wanted).map_or(LARGEST_PAGE, |wanted| wanted.min(LARGEST_PAGE))
}

fn write_objects(output: &mut Output, rows: &[OfferingRow]) -> Result<(), Failure> {
    for row in rows {
        output.object(&OfferingObject::from(row))?;
    }
    Ok(())
}

fn practices(output: &mut Output, groups: &[PracticeGroup]) -> Result<(), Failure> {
    match output.format() {
        OutputFormat::Json => {
            for group in groups {
                output.object(&PracticeGroupObject::from(group))?;
            }
        }
        OutputFormat::Table if groups.is_empty() => {}
        OutputFormat::Table => {
            output.line(&table::practices(groups))?;
            output.line("")?;
        }
    }
    Ok(())
}

fn finish(
    output: &mut Output,
    rows: &[OfferingRow],
    mut summary: FindSummary,
    around: &Around,
) -> Result<(), Failure> {
    if !rows.is_empty() {
        output.line(&table::offerings(rows))?;
        output.line("")?;
    }
    practices(output, &around.groups)?;
    match output.format() {
        OutputFormat::Json => {
            for missed in &around.missed {
                output.object(&MissedObject::from(missed))?;
            }
        }
        OutputFormat::Table if around.missed.is_empty() => {}
        OutputFormat::Table => {
            output.line(&table::missed(&around.missed))?;
            output.line("")?;
        }
    }
    summary.completeness = around.completeness.as_ref().map(CompletenessObject::from);
    output.either(&summary, || {
        let complete = around.completeness.as_ref().map(sentence);
        let lines = std::iter::once(table::find_summary(&summary)).chain(complete);
        lines.collect::<Vec<_>>().join("\n")
    })?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_as_large_as_is_wanted_and_allowed() {
        assert_eq!(page_size(1), 1);
        assert_eq!(page_size(500), 500);
        assert_eq!(page_size(501), 500);
        assert_eq!(page_size(u64::MAX), 500);
    }
}
