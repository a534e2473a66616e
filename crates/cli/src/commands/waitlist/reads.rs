use proto::waitlist::v1::{
    GetEntryRequest, GetPersonRequest, ListEntriesRequest, ListEntriesResponse,
};

use super::person::{asked, read};
use crate::args::{ListArgs, OutputFormat, PersonArgs, ShowArgs};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::output::Output;
use crate::output::waitlist::{
    EntryObject, HeldObject, ListSummary, PersonSummary, entries_table, held_text, list_summary,
    person_heading,
};

/// The largest page that the server gives.
const LARGEST_PAGE: u32 = 1_000;

/// Shows the entries of one's own.
pub(super) async fn list(
    args: &ListArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let limit = if args.all { u32::MAX } else { args.limit };
    let mut request = ListEntriesRequest {
        phases: args.phase.iter().copied().map(i32::from).collect(),
        stale_only: args.stale,
        late_only: args.late,
        at_least: args.at_least.clone(),
        ..ListEntriesRequest::default()
    };
    let (mut shown, mut for_people) = (0_u32, Vec::new());
    loop {
        request.page_size = LARGEST_PAGE.min(limit - shown);
        let page: ListEntriesResponse = connection
            .ask_list(async |mut client| client.list_entries(request.clone()).await)
            .await?;
        shown += u32::try_from(page.entries.len()).unwrap_or(u32::MAX - shown);
        match output.format() {
            OutputFormat::Json => {
                for entry in &page.entries {
                    output.object(&EntryObject::new(entry))?;
                }
            }
            OutputFormat::Table => for_people.extend(page.entries),
        }
        if page.next_page_token.is_empty() || shown >= limit {
            if !for_people.is_empty() {
                output.line(&entries_table(&for_people))?;
                output.line("")?;
            }
            let summary = ListSummary::new(page.total, shown, &page.position);
            output.either(&summary, || list_summary(&summary))?;
            return output.flush();
        }
        request.page_token = page.next_page_token;
    }
}

/// Shows everything that is held about one entry.
pub(super) async fn show(
    args: &ShowArgs,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let request = GetEntryRequest {
        entry_id: args.entry.clone(),
        at_least: args.at_least.clone(),
    };
    let held = connection
        .ask_list(async |mut client| client.get_entry(request.clone()).await)
        .await?;
    output.either(&HeldObject::new(&held), || held_text(&held))?;
    output.flush()
}

/// Shows everything that is held here about a person.
pub(super) async fn person(
    args: &PersonArgs,
    connect: impl Future<Output = Result<Connection, Failure>>,
    output: &mut Output,
) -> Result<(), Failure> {
    let number = read(&args.number)?;
    let connection = connect.await?;
    let request = GetPersonRequest {
        person: Some(asked(number, &args.evaluator, &connection).await?.person),
        at_least: args.at_least.clone(),
    };
    let answer = connection
        .ask_list(async |mut client| client.get_person(request.clone()).await)
        .await?;
    if output.format() == OutputFormat::Table {
        output.line(&person_heading(answer.entries.len()))?;
    }
    for held in &answer.entries {
        output.either(&HeldObject::new(held), || format!("\n{}", held_text(held)))?;
    }
    if output.format() == OutputFormat::Json {
        output.object(&PersonSummary::new(answer.entries.len()))?;
    }
    output.flush()
}
