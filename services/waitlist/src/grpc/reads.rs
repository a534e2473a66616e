//! Entries, shown to whose they are.

use std::sync::Arc;

use chassis::access_log::Verb;
use chassis::{Path, Violations};
use domain::access::Action;
use domain::waitlist::{EntryId, Listed, Turn};
use proto::waitlist::v1;
use tonic::Status;

use super::{Api, Caller};
use crate::view::stream_of;
use crate::wire::{self, Checks, MAX_TOKENS};

const PAGE: u32 = 100;
const LARGEST_PAGE: u32 = 1_000;

/// What is asked for.
struct Asked {
    phases: Vec<domain::waitlist::Phase>,
    after: Option<EntryId>,
    size: usize,
}

impl Api {
    /// The entries of the caller's own, whose turn it is first.
    pub(super) async fn list(
        &self,
        caller: &Caller,
        request: &v1::ListEntriesRequest,
    ) -> Result<v1::ListEntriesResponse, Status> {
        let asked = asked(request).map_err(Violations::into_status)?;
        self.seen(&request.at_least).await?;
        let rule = caller.own_rule(Action::ReadOwnEntries)?;
        let today = self.today();
        let (all, position) = {
            let folded = self.0.context.read();
            (folded.view.entries(), folded.position())
        };
        let mut own: Vec<(Turn, EntryId, Arc<Listed>)> = all
            .into_iter()
            .filter(|(_, listed)| caller.may_own(Action::ReadOwnEntries, listed).is_ok())
            .filter(|(_, listed)| asked.phases.contains(&listed.spell.phase()))
            .filter(|(_, listed)| !request.stale_only || listed.is_stale_on(today))
            .filter(|(_, listed)| {
                let is_late = !listed.exceeded.is_empty() || !listed.foreseen.is_empty();
                !request.late_only || is_late
            })
            .map(|(id, listed)| (Turn::of(id, &listed), id, listed))
            .collect();
        own.sort_unstable_by_key(|(turn, _, _)| *turn);
        let from = match asked.after {
            None => 0,
            Some(mark) => {
                let place = own.iter().position(|(_, id, _)| *id == mark);
                place.ok_or_else(gone)? + 1
            }
        };
        let total = own.len() as u64;
        let page = own.iter().skip(from).take(asked.size);
        let ids: Vec<EntryId> = page.clone().map(|(_, id, _)| *id).collect();
        let entries = page.map(|(_, id, listed)| wire::entry(*id, listed, today));
        let entries: Vec<v1::Entry> = entries.collect();
        let has_more = from + entries.len() < own.len();
        let last = ids.last().filter(|_| has_more);
        let next_page_token = last.map(ToString::to_string).unwrap_or_default();
        self.record(caller, (rule, Verb::Read), ids).await?;
        Ok(v1::ListEntriesResponse {
            entries,
            next_page_token,
            total,
            position: self.0.context.token(position),
        })
    }

    /// Everything that is held about an entry of the caller's own.
    pub(super) async fn get(
        &self,
        caller: &Caller,
        request: &v1::GetEntryRequest,
    ) -> Result<v1::GetEntryResponse, Status> {
        let mut checks = Checks::default();
        let id = checks.entry_id(Path::root("entry_id"), &request.entry_id);
        at_most_tokens(&request.at_least, &mut checks);
        let id = checks.finish(id).map_err(Violations::into_status)?;
        self.seen(&request.at_least).await?;
        let what = (Action::ReadOwnEntries, Verb::Read);
        let listed = self.own(caller, what, id).await?;
        self.told(id, &listed).await
    }

    /// Everything that the caller's organisation holds here about a person.
    pub(super) async fn person(
        &self,
        caller: &Caller,
        request: &v1::GetPersonRequest,
    ) -> Result<v1::GetPersonResponse, Status> {
        let mut checks = Checks::default();
        let asking = self.asking(caller);
        let path = Path::root("person");
        let person = wire::person(request.person.as_ref(), path, &asking, &mut checks);
        at_most_tokens(&request.at_least, &mut checks);
        let person = checks.finish(person).map_err(Violations::into_status)?;
        self.seen(&request.at_least).await?;
        let rule = caller.own_rule(Action::ReadOwnEntries)?;
        self.keys_hold(caller).await?;
        let own: Vec<(EntryId, Arc<Listed>)> = {
            let view = &self.0.context.read().view;
            let keys = person.by_epoch().iter();
            let ids = view.of_person(keys.map(|keys| (keys.epoch, keys.region)));
            let all = ids
                .into_iter()
                .filter_map(|id| Some((id, Arc::clone(view.get(id)?))));
            all.filter(|(_, listed)| caller.may_own(Action::ReadOwnEntries, listed).is_ok())
                .collect()
        };
        let ids = own.iter().map(|(id, _)| *id);
        self.record(caller, (rule, Verb::Read), ids).await?;
        let mut entries = Vec::with_capacity(own.len());
        for (id, listed) in &own {
            entries.push(self.told(*id, listed).await?);
        }
        Ok(v1::GetPersonResponse { entries })
    }

    async fn told(&self, id: EntryId, listed: &Listed) -> Result<v1::GetEntryResponse, Status> {
        let stream = stream_of(id).ok_or_else(super::access::unknown_entry)?;
        let history = self.0.context.history(&stream).await?;
        let position = self.0.context.read().position();
        Ok(v1::GetEntryResponse {
            entry: Some(wire::entry(id, listed, self.today())),
            history: history.iter().filter_map(wire::happened).collect(),
            position: self.0.context.token(position),
        })
    }
}

fn asked(request: &v1::ListEntriesRequest) -> Result<Asked, Violations> {
    let mut checks = Checks::default();
    let phases = wire::phases(&request.phases, &mut checks);
    let after = checks.parsed_if_any(
        Path::root("page_token"),
        &request.page_token,
        EntryId::parse,
        "must be the token of the page before",
    );
    let size = match request.page_size {
        0 => PAGE,
        size => size,
    };
    if size > LARGEST_PAGE {
        let what = format!("must not be more than {LARGEST_PAGE}");
        checks.refuse(Path::root("page_size"), what);
    }
    at_most_tokens(&request.at_least, &mut checks);
    checks.finish(Some(Asked {
        phases,
        after,
        size: size as usize,
    }))
}

pub(super) fn at_most_tokens(tokens: &[String], checks: &mut Checks) {
    checks.at_most(Path::root("at_least"), tokens.len(), MAX_TOKENS);
}

fn gone() -> Status {
    let mut violations = Violations::default();
    let what = "its last entry is not in this list any more: begin with the first page";
    violations.add("page_token", what);
    violations.into_status()
}
