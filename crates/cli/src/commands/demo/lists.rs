//! Says who waits, as each provider, to a server that does not have it yet.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use demo::{WaitingEntry, WaitingList, World};
use futures::stream;
use jiff::ToSpan;
use proto::caller::Named;
use proto::pseudonym::v1::{GrantReceipt, PublishedKey};
use proto::waitlist::v1::acknowledgement::Result as Acknowledged;
use proto::waitlist::v1::record_step_request::Step;
use proto::waitlist::v1::{
    CommandContext, Declaration, DeclareEntriesRequest, Entry, Failure as NotTaken,
    ListEntriesRequest, Outcome, Person, Phase, RecordStepRequest, StillWaits,
};
use serde::Serialize;
use tonic::{Code, Response, Status};
use uuid::Uuid;

use super::nobody;
use crate::commands::waitlist::person_of;
use crate::connection::Connection;
use crate::days;
use crate::failure::{Failure, Refusal, say};
use crate::progress::Progress;
use crate::pseudonyms::Evaluator;

/// So long the evaluator may give no answer.
const PATIENCE: Duration = Duration::from_secs(15);
const PER_CALL: usize = 250;
const PAGE: u32 = 1_000;
const PHASES: [Phase; 6] = [
    Phase::Registered,
    Phase::IntakePlanned,
    Phase::IntakeHeld,
    Phase::InTreatment,
    Phase::Withdrawn,
    Phase::Ended,
];

/// What came of it.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Lists {
    lists: u64,
    entries: u64,
    persons: u64,
    taken: u64,
    unchanged: u64,
    refused: u64,
}

impl Lists {
    pub(super) fn line(&self) -> String {
        let mut line = format!(
            "{} waiting lists, {} entries of {} persons: {} taken, {} unchanged",
            self.lists, self.entries, self.persons, self.taken, self.unchanged
        );
        if self.refused > 0 {
            line.push_str(&format!(", {} refused", self.refused));
        }
        line
    }
}

/// Declares every entry that the server does not have. What is there already is left as it stands; whoever went stale
/// and is not forgotten is said to wait still.
///
/// Returns none where the server keeps no waiting lists, or not for who calls from here: says so.
pub(super) async fn load(world: &World, connection: &Connection) -> Result<Option<Lists>, Failure> {
    let today = days::today();
    let lists = world.waiting_lists(|ago| today.saturating_sub(ago.days()).to_string());
    let mut sum = Lists::of(&lists);
    let mut progress = Progress::new("waiting lists", sum.entries);
    let mut keys = None;
    for list in &lists {
        let provider = Provider::new(list, connection)?;
        let known = match provider.known().await {
            Ok(known) => known,
            Err(Failure::Refused(why)) if keys.is_none() && is_not_here(&why) => {
                say(&format!("no waiting lists: {why}"));
                return Ok(None);
            }
            Err(failure) => return Err(failure),
        };
        let keys = match &keys {
            Some(keys) => keys,
            None => keys.insert(provider.evaluator.keys_within(PATIENCE).await?),
        };
        provider.bring(&known, keys, &mut sum).await?;
        progress.at(sum.done());
    }
    progress.done(&format!("{} of {} entries", sum.done(), sum.entries));
    Ok(Some(sum))
}

/// Whether a server does not serve the waiting list, or believes nobody from elsewhere.
fn is_not_here(refusal: &Refusal) -> bool {
    ["unimplemented", "caller-from-elsewhere"].contains(&refusal.reason.as_str())
}

impl Lists {
    fn of(lists: &[WaitingList]) -> Self {
        let entries = || lists.iter().flat_map(|list| &list.entries);
        let persons: HashSet<u32> = entries().filter_map(|entry| entry.person).collect();
        Self {
            lists: lists.len() as u64,
            entries: entries().count() as u64,
            persons: persons.len() as u64,
            ..Self::default()
        }
    }

    fn done(&self) -> u64 {
        self.taken + self.unchanged + self.refused
    }
}

/// One provider's system.
struct Provider<'a> {
    list: &'a WaitingList,
    connection: Connection,
    evaluator: Evaluator,
}

impl<'a> Provider<'a> {
    fn new(list: &'a WaitingList, connection: &Connection) -> Result<Self, Failure> {
        let caller = format!("demo:provider-system@{}", list.provider_id);
        let caller: Named = caller
            .parse()
            .map_err(|_| Failure::Usage(format!("{caller} cannot be said as a caller")))?;
        let connection = connection.called_by(caller.clone());
        Ok(Self {
            list,
            evaluator: Evaluator::new(connection.channel(), caller, &[]),
            connection,
        })
    }

    /// Returns what the server has of the list, by id.
    async fn known(&self) -> Result<HashMap<String, Entry>, Failure> {
        let mut known = HashMap::new();
        let mut page_token = String::new();
        loop {
            let request = ListEntriesRequest {
                phases: PHASES.into_iter().map(i32::from).collect(),
                page_size: PAGE,
                page_token,
                ..ListEntriesRequest::default()
            };
            let ask = async |mut client: crate::connection::ListClient| {
                client.list_entries(request.clone()).await
            };
            let page = self.connection.ask_list(ask).await?;
            let entries = page.entries.into_iter();
            known.extend(entries.map(|entry| (entry.entry_id.clone(), entry)));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(known);
            }
        }
    }

    async fn bring(
        &self,
        known: &HashMap<String, Entry>,
        keys: &[PublishedKey],
        sum: &mut Lists,
    ) -> Result<(), Failure> {
        let mut new = Vec::new();
        for entry in &self.list.entries {
            match known.get(&entry.declaration.entry_id) {
                None => new.push(entry),
                Some(stands) if stands.stale && !entry.forgotten => {
                    self.reaffirm(&stands.entry_id).await?;
                    sum.taken += 1;
                }
                Some(_) => sum.unchanged += 1,
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let (persons, grant) = match self.evaluated(&new, keys).await {
            Ok(evaluated) => evaluated,
            // Somebody has used it up today; another provider may have some.
            Err(Failure::Refused(refusal)) if refusal.reason.starts_with("quota-") => {
                say(&format!("{}: {refusal}", self.list.provider_id));
                sum.refused += new.len() as u64;
                return Ok(());
            }
            Err(failure) => return Err(failure),
        };
        let declarations: Vec<Declaration> = new
            .into_iter()
            .map(|entry| declared(entry, &persons))
            .collect();
        for declarations in declarations.chunks(PER_CALL) {
            self.declare(declarations, grant.as_ref(), sum).await?;
        }
        Ok(())
    }

    /// Has everybody evaluated who has a number.
    async fn evaluated(
        &self,
        entries: &[&WaitingEntry],
        keys: &[PublishedKey],
    ) -> Result<(HashMap<u32, Person>, Option<GrantReceipt>), Failure> {
        let mut persons: Vec<u32> = entries.iter().filter_map(|entry| entry.person).collect();
        persons.sort_unstable();
        persons.dedup();
        let known = persons.into_iter();
        let known = known.filter_map(|person| Some((person, nobody::number(person)?)));
        let (persons, numbers): (Vec<u32>, Vec<_>) = known.unzip();
        if numbers.is_empty() {
            return Ok((HashMap::new(), None));
        }
        let asked = self.evaluator.evaluate_within(PATIENCE, keys, &numbers);
        let evaluation = asked.await?;
        let people = evaluation.persons.iter().map(|p1s| person_of(p1s));
        Ok((
            persons.into_iter().zip(people).collect(),
            Some(evaluation.receipt),
        ))
    }

    async fn declare(
        &self,
        declarations: &[Declaration],
        grant: Option<&GrantReceipt>,
        sum: &mut Lists,
    ) -> Result<(), Failure> {
        let message = DeclareEntriesRequest {
            declarations: declarations.to_vec(),
            grant: grant.cloned(),
        };
        let answered = self.connection.ask_list(async |mut client| {
            let messages = stream::iter([message.clone()]);
            let mut answers = client.declare_entries(messages).await?.into_inner();
            let answer = answers.message().await?;
            let given = answer.ok_or_else(|| Status::unavailable("the stream ended"))?;
            let given = given.acknowledgements.into_iter();
            let results: Vec<Acknowledged> = given.filter_map(|given| given.result).collect();
            // What has an unknown outcome is said once more, with all the others: those decide nothing then.
            match results.iter().find_map(unknown) {
                Some(status) => Err(status),
                None => Ok(Response::new(results)),
            }
        });
        for result in answered.await? {
            match result {
                Acknowledged::Receipt(receipt) => match receipt.outcome() {
                    Outcome::Taken | Outcome::Unspecified => sum.taken += 1,
                    Outcome::Repeated => sum.unchanged += 1,
                },
                Acknowledged::Failure(failure) => {
                    if sum.refused == 0 {
                        say(&refused(&failure));
                    }
                    sum.refused += 1;
                }
            }
        }
        Ok(())
    }

    async fn reaffirm(&self, entry_id: &str) -> Result<(), Failure> {
        let request = RecordStepRequest {
            context: Some(context()),
            entry_id: entry_id.to_owned(),
            step: Some(Step::StillWaits(StillWaits::default())),
        };
        let ask = async |mut client: crate::connection::ListClient| {
            client.record_step(request.clone()).await
        };
        self.connection.ask_list(ask).await.map(drop)
    }
}

fn declared(entry: &WaitingEntry, persons: &HashMap<u32, Person>) -> Declaration {
    let without_number = || Person {
        first_stages: Vec::new(),
        without_number: true,
    };
    let person = entry
        .person
        .and_then(|person| persons.get(&person).cloned());
    Declaration {
        context: Some(context()),
        person: Some(person.unwrap_or_else(without_number)),
        ..entry.declaration.clone()
    }
}

fn context() -> CommandContext {
    CommandContext {
        command_id: Uuid::now_v7().to_string(),
        ..CommandContext::default()
    }
}

fn unknown(result: &Acknowledged) -> Option<Status> {
    match result {
        Acknowledged::Failure(failure) if failure.code == i32::from(Code::Unavailable) => {
            Some(Status::unavailable(failure.message.clone()))
        }
        Acknowledged::Failure(_) | Acknowledged::Receipt(_) => None,
    }
}

fn refused(failure: &NotTaken) -> String {
    let wrong = failure.violations.first();
    let wrong = wrong.map_or_else(String::new, |it| {
        format!(": {} {}", it.field, it.description)
    });
    format!(
        "an entry was refused: {} [{}]{wrong}",
        failure.message, failure.reason
    )
}
