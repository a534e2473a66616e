//! Counts: exact for whom they are, protected for everybody else.

use std::sync::Arc;

use chassis::access_log::{Entry, Verb};
use chassis::status::refusal;
use chassis::{Folded, Path, Violations};
use domain::access::{Action, RuleId};
use domain::waitlist::counts::{
    Completeness, Counts, Dimension, Rotation, completeness, flows, monthly_return,
};
use domain::waitlist::{EntryId, Epoch, Listed};
use domain::{Day, Month};
use eventlog::Position;
use prost::Message;
use proto::waitlist::v1;
use sha2::{Digest, Sha256};
use tonic::{Code, Status};

use super::reads::at_most_tokens;
use super::{Api, Caller};
use crate::gateway::epoch_text;
use crate::view::WaitlistView;
use crate::wire::{self, Checks, Coded, Wire};

const MOST_DIMENSIONS: usize = 3;

/// Entries that somebody may count.
pub(super) struct Countable {
    pub(super) entries: Vec<(EntryId, Arc<Listed>)>,
    unusable: u64,
    pub(super) position: Position,
    /// All of the region's.
    is_region: bool,
}

impl Countable {
    pub(super) fn of(folded: &Folded<Wire, WaitlistView>) -> Self {
        Self {
            entries: folded.view.entries(),
            unusable: folded.view.unusable(),
            position: folded.position(),
            is_region: true,
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (EntryId, &Listed)> {
        self.entries.iter().map(|(id, listed)| (*id, &**listed))
    }

    fn listed(&self) -> impl Iterator<Item = &Listed> {
        self.entries.iter().map(|(_, listed)| &**listed)
    }
}

impl Api {
    pub(super) async fn count(
        &self,
        caller: &Caller,
        request: &v1::CountWaitingRequest,
    ) -> Result<v1::CountWaitingResponse, Status> {
        let mut checks = Checks::default();
        let (by_path, on_path) = (Path::root("by"), Path::root("on"));
        let mut by: Vec<Dimension> = Vec::new();
        if checks.at_most(by_path, request.by.len(), MOST_DIMENSIONS) {
            for (index, number) in request.by.iter().enumerate() {
                by.extend(checks.code::<Dimension>(by_path.item(index), *number));
            }
        }
        let on = checks.day_if_any(on_path, &request.on);
        let on = on.unwrap_or_else(|| self.today());
        if on > self.today() {
            checks.refuse(on_path, "has not come yet");
        }
        at_most_tokens(&request.at_least, &mut checks);
        checks.finish(Some(())).map_err(Violations::into_status)?;
        self.seen(&request.at_least).await?;
        let countable = self.countable(caller, request).await?;
        let frozen = countable.is_region.then(|| self.frozen(on)).flatten();
        let position = self.0.context.token(countable.position);
        let mut answer = self.work(move || counted(&countable, on, &by)).await?;
        answer.position = position;
        answer.frozen = frozen;
        Ok(answer)
    }

    pub(super) async fn flows(
        &self,
        caller: &Caller,
        request: &v1::CountFlowsRequest,
    ) -> Result<v1::CountFlowsResponse, Status> {
        let mut checks = Checks::default();
        let months = (request.from_month.as_str(), request.to_month.as_str());
        let months = wire::months(months, &mut checks);
        at_most_tokens(&request.at_least, &mut checks);
        let months = checks.finish(months).map_err(Violations::into_status)?;
        self.seen(&request.at_least).await?;
        let countable = self.countable(caller, request).await?;
        let position = self.0.context.token(countable.position);
        let flows = self.work(move || flows(countable.listed(), months)).await?;
        let months = flows.iter().map(|(month, flow)| wire::flow(*month, flow));
        Ok(v1::CountFlowsResponse {
            months: months.collect(),
            position,
        })
    }

    pub(super) async fn monthly_return(
        &self,
        caller: &Caller,
        request: &v1::GetMonthlyReturnRequest,
    ) -> Result<v1::GetMonthlyReturnResponse, Status> {
        let mut checks = Checks::default();
        let form = "must be a month as 2026-01";
        let month = checks.parsed(Path::root("month"), &request.month, Month::parse, form);
        if month.is_some_and(|month| month > self.today().month()) {
            checks.refuse(Path::root("month"), "has not come yet");
        }
        at_most_tokens(&request.at_least, &mut checks);
        let month = checks.finish(month).map_err(Violations::into_status)?;
        self.seen(&request.at_least).await?;
        let countable = self.countable(caller, request).await?;
        let position = self.0.context.token(countable.position);
        let work = move || {
            let rows = monthly_return(countable.listed(), month);
            let rests_on = completeness(countable.listed(), month.last_day());
            (rows, rests_on)
        };
        let (rows, rests_on) = self.work(work).await?;
        let until = rests_on.complete_until();
        Ok(v1::GetMonthlyReturnResponse {
            lines: rows
                .iter()
                .map(|(key, row)| wire::return_line(key, row))
                .collect(),
            complete_until: until.map(|day| day.to_string()).unwrap_or_default(),
            position,
        })
    }

    /// What the caller may count exactly, once that is recorded: the region's, or what is its own.
    async fn countable(
        &self,
        caller: &Caller,
        question: &impl Message,
    ) -> Result<Countable, Status> {
        let action = Action::ReadExactCounts;
        let (rule, is_region) = match caller.access.may(action, None) {
            Ok(decision) => (decision.rule, true),
            Err(_) => (caller.own_rule(action)?, false),
        };
        self.record_question(caller, rule, question).await?;
        let mut countable = Countable::of(&self.0.context.read());
        if !is_region {
            let own = |listed: &Listed| caller.may_own(action, listed).is_ok();
            countable.entries.retain(|(_, listed)| own(listed));
        }
        countable.is_region = is_region;
        Ok(countable)
    }

    /// What the month ended with that a day is the last one of; none: it was not frozen.
    fn frozen(&self, on: Day) -> Option<v1::FrozenTotals> {
        let month = on.month();
        let folded = self.0.books.read();
        let totals = folded
            .view
            .month(month)
            .filter(|_| month.last_day() == on)?;
        Some(v1::FrozenTotals {
            month: month.to_string(),
            entries: totals.entries,
            persons: totals.persons,
            over_norm: totals.over_norm,
        })
    }

    pub(super) async fn record_question(
        &self,
        caller: &Caller,
        rule: RuleId,
        question: &impl Message,
    ) -> Result<(), Status> {
        let question = Sha256::digest(question.encode_to_vec()).into();
        let entry = Entry::of(&caller.access, rule, Verb::Execute).asking(question);
        self.0.node.access_log.record(entry).await?;
        Ok(())
    }

    /// Counts beside the loop: half a million entries take a part of a second.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Status> {
        let failed = |_| refusal(Code::Internal, "failed", "the count failed");
        self.0.node.tasks.spawn_blocking(work).await.map_err(failed)
    }
}

fn counted(countable: &Countable, on: Day, by: &[Dimension]) -> v1::CountWaitingResponse {
    let counts = Counts::on(on, countable.all());
    let (cells, total) = wire::table(&counts.table(by));
    let left_out = counts.left_out();
    let rests_on: Completeness = completeness(countable.listed(), on);
    let by_lists = counts.persons_by_lists();
    v1::CountWaitingResponse {
        on: on.to_string(),
        by: by.iter().map(|dimension| dimension.number()).collect(),
        cells,
        total: Some(total),
        persons_on_several_lists: counts.persons_on_several_lists(),
        persons_by_lists: by_lists
            .into_iter()
            .map(|(lists, persons)| v1::PersonsByLists {
                lists: lists as u64,
                persons,
            })
            .collect(),
        left_out: Some(v1::LeftOut {
            stale: left_out.stale,
            not_granted: left_out.not_granted,
            unusable: countable.unusable,
        }),
        completeness: Some(wire::completeness(&rests_on)),
        rotation: rotation(&counts),
        ..v1::CountWaitingResponse::default()
    }
}

/// How far entries have come to the newest epoch; none: there is one.
fn rotation(counts: &Counts<'_>) -> Option<v1::KeyRotation> {
    let waiting = counts.waiting().iter();
    let epochs =
        waiting.flat_map(|entry| entry.listed.person.keys().iter().map(|(epoch, _)| *epoch));
    let (oldest, newest) = epochs.fold(None, |range: Option<(Epoch, Epoch)>, epoch| {
        let (oldest, newest) = range.unwrap_or((epoch, epoch));
        Some((oldest.min(epoch), newest.max(epoch)))
    })?;
    if oldest == newest {
        return None;
    }
    let rotation = Rotation::to(newest, counts.waiting());
    Some(v1::KeyRotation {
        to: epoch_text(newest),
        keyed: rotation.keyed,
        carrying: rotation.carrying,
        complete: rotation.is_complete(),
    })
}
