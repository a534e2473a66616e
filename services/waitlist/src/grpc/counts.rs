//! Counts: exact for whom they are, protected for everybody else.

use std::sync::Arc;

use chassis::access_log::{Entry, Verb};
use chassis::status::refusal;
use chassis::{Path, Violations};
use domain::access::{Action, RuleId};
use domain::waitlist::counts::{Counts, Dimension, Rows, flows, monthly_return};
use domain::waitlist::{EntryId, Epoch, Listed};
use domain::{Day, Month};
use prost::Message;
use proto::waitlist::v1;
use sha2::{Digest, Sha256};
use tonic::{Code, Status};

use super::reads::at_most_tokens;
use super::rotation::told;
use super::{Api, Caller};
use crate::wire::{self, Checks, Coded};

const MOST_DIMENSIONS: usize = 3;

/// Whose entries somebody may count.
enum Whose {
    /// All of the region's.
    Region,
    /// Who asks.
    Own(Caller),
}

impl Whose {
    fn of(&self, rows: Rows) -> Rows {
        match self {
            Self::Region => rows,
            Self::Own(caller) => rows.with_value(|value| caller.may_count_own(value)),
        }
    }

    fn entries<'a>(&self, entries: &'a [(EntryId, Arc<Listed>)]) -> Vec<&'a Listed> {
        let is_theirs = |listed: &&Listed| match self {
            Self::Region => true,
            Self::Own(caller) => caller.may_own(Action::ReadExactCounts, listed).is_ok(),
        };
        let entries = entries.iter().map(|(_, listed)| &**listed);
        entries.filter(is_theirs).collect()
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
                let item = by_path.item(index);
                let dimension = checks.code::<Dimension>(item, *number);
                if dimension.is_some_and(|dimension| by.contains(&dimension)) {
                    checks.refuse(item, "is named before");
                }
                by.extend(dimension);
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
        let whose = self.whose(caller, request).await?;
        let frozen = match whose {
            Whose::Region => self.frozen(on),
            Whose::Own(_) => None,
        };
        let (rows, unusable, position) = {
            let folded = self.0.context.read();
            let view = &folded.view;
            (view.rows(), view.unusable(), folded.position())
        };
        let epochs = self.epochs();
        let counted = move || counted(&whose.of(rows), (unusable, epochs), (on, &by));
        let mut answer = self.work(counted).await?;
        answer.position = self.0.context.token(position);
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
        let months = wire::months(months, self.today().month(), &mut checks);
        at_most_tokens(&request.at_least, &mut checks);
        let months = checks.finish(months).map_err(Violations::into_status)?;
        self.seen(&request.at_least).await?;
        let whose = self.whose(caller, request).await?;
        let (entries, position) = {
            let folded = self.0.context.read();
            (folded.view.entries(), folded.position())
        };
        let work = move || flows(whose.entries(&entries), months);
        let flows = self.work(work).await?;
        let months = flows.iter().map(|(month, flow)| wire::flow(*month, flow));
        Ok(v1::CountFlowsResponse {
            months: months.collect(),
            position: self.0.context.token(position),
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
        let whose = self.whose(caller, request).await?;
        let (entries, rows, position) = {
            let folded = self.0.context.read();
            let view = &folded.view;
            (view.entries(), view.rows(), folded.position())
        };
        let work = move || {
            let lines = monthly_return(whose.entries(&entries), month);
            let rows = whose.of(rows);
            let counts = Counts::on(month.last_day(), &rows);
            (lines, counts.completeness().complete_until())
        };
        let (lines, until) = self.work(work).await?;
        Ok(v1::GetMonthlyReturnResponse {
            lines: lines
                .iter()
                .map(|(key, row)| wire::return_line(key, row))
                .collect(),
            complete_until: until.map(|day| day.to_string()).unwrap_or_default(),
            position: self.0.context.token(position),
        })
    }

    /// Whose entries the caller may count exactly, once that is recorded.
    async fn whose(&self, caller: &Caller, question: &impl Message) -> Result<Whose, Status> {
        let action = Action::ReadExactCounts;
        let (rule, whose) = match caller.access.may(action, None) {
            Ok(decision) => (decision.rule, Whose::Region),
            Err(_) => (caller.own_rule(action)?, Whose::Own(caller.clone())),
        };
        self.record_question(caller, rule, question).await?;
        Ok(whose)
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

    /// Counts beside the loop.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Status> {
        let failed = |_| refusal(Code::Internal, "failed", "the count failed");
        self.0.node.tasks.spawn_blocking(work).await.map_err(failed)
    }
}

fn counted(
    rows: &Rows,
    (unusable, epochs): (u64, Option<[Epoch; 2]>),
    (on, by): (Day, &[Dimension]),
) -> v1::CountWaitingResponse {
    let counts = Counts::on(on, rows);
    let (cells, total) = wire::table(&counts.table(by));
    let left_out = counts.left_out();
    let by_lists = counts.persons_by_lists();
    // Also where every entry has left the older keys behind: they are still to be destroyed.
    let rotation = epochs.and_then(|[oldest, newest]| {
        let rotation = counts.rotation_to(newest);
        (oldest != newest || rotation.is_under_way()).then_some(rotation)
    });
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
            unusable,
        }),
        completeness: Some(wire::completeness(counts.completeness())),
        rotation: rotation.map(told),
        ..v1::CountWaitingResponse::default()
    }
}
