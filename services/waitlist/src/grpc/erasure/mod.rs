//! Erasures: of entries at once, of a person some days after a second person agreed.

mod carry_out;
mod decide;

use std::time::Duration;

use chassis::access_log::Verb;
use chassis::erasure::{EraseError, Ground as Because};
use chassis::status::refusal;
use chassis::{Node, ReadError, Violations};
use domain::access::{Action, Outcome, RuleId};
use domain::waitlist::EntryId;
use domain::waitlist::books::{Book, Erasure, Ground, Rejection};
use eventlog::{Position, StreamId};
use proto::waitlist::v1;
use tonic::{Code, Status};

use super::access::unknown_entry;
use super::{Api, Caller};
use crate::books::erasure_stream;
use crate::gateway::Subject;
use crate::view::stream_of;
use crate::wire::{self, Erasing};

/// So often, and so many times, it is looked whether everything is read.
const LOOK_EVERY: Duration = Duration::from_millis(10);
const LOOKS: u32 = 500;

impl Api {
    /// Erases entries of the caller's own, or asks a second person.
    pub(super) async fn ask_to_erase(
        &self,
        caller: &Caller,
        request: &v1::RequestErasureRequest,
    ) -> Result<v1::RequestErasureResponse, Status> {
        let asking = self.asking(caller);
        let erasing = wire::erasing(request, &asking).map_err(Violations::into_status)?;
        self.seen(&erasing.at_least).await?;
        let decision = caller
            .access
            .may(Action::RequestErasure, Some(caller.organisation()))?;
        let needs_second = decision.outcome == Outcome::AllowedWithSecond;
        if let Subject::Entries(ids) = &erasing.subject
            && !needs_second
        {
            self.may_erase(caller, decision.rule, ids).await?;
            self.erase(ids, because(erasing.ground)).await?;
            return Ok(v1::RequestErasureResponse {
                erased: true,
                ..v1::RequestErasureResponse::default()
            });
        }
        if let Subject::Person(_) = &erasing.subject {
            self.keys_hold(caller).await?;
        }
        // Others' entries are not named: beside one another they would be said to be of one person.
        let own = self.own_of(caller, &self.found(&erasing.subject));
        self.record(caller, (decision.rule, Verb::Delete), own)
            .await?;
        self.ask_second(&erasing, needs_second).await
    }

    async fn ask_second(
        &self,
        erasing: &Erasing,
        is_by_officer: bool,
    ) -> Result<v1::RequestErasureResponse, Status> {
        // The command's id names the erasure: said again, it is the same one.
        let erasure_id = *erasing.call.id.as_uuid();
        let stream = erasure_stream(erasure_id).ok_or_else(unknown_erasure)?;
        let sealed = self.0.gateway.seal(erasure_id, &erasing.subject);
        let sealed = sealed.ok_or_else(unreadable_erasure)?;
        let command = erasing.request(is_by_officer, sealed, self.0.node.clock.now());
        let call = erasing.call.clone().with(command);
        self.0.books.execute(stream.clone(), call).await?;
        // A command that is remembered is answered whoever sends its id, and whatever it is about.
        let erasure = self.erasure(&stream).ok_or_else(erasure_id_reused)?;
        let is_this = {
            let asked = &erasure.request;
            let subject = self.0.gateway.unseal(erasure_id, &asked.sealed_subject);
            asked.by == erasing.by
                && asked.ground == erasing.ground
                && subject.as_ref() == Some(&erasing.subject)
        };
        if !is_this {
            return Err(erasure_id_reused());
        }
        if erasure.revoked.is_some() {
            return Err(erasure_revoked());
        }
        Ok(v1::RequestErasureResponse {
            erased: false,
            erasure_id: erasure_id.to_string(),
            hold_hours: self.0.erasure_hold.hours(),
        })
    }

    /// Waits until this node has all there is.
    async fn at_the_end(&self) -> Result<(), Status> {
        let node = &self.0.node;
        let (list, books) = (&self.0.context, &self.0.books);
        list.reached(end_of(node, list.topic()).await?).await?;
        books.reached(end_of(node, books.topic()).await?).await?;
        Ok(())
    }

    fn erasure(&self, stream: &StreamId) -> Option<Erasure> {
        match &self.0.books.read().get(stream)?.state {
            Book::Erasure(erasure) => Some((**erasure).clone()),
            Book::Blank | Book::Grants(_) | Book::Month(_) | Book::Table(_) | Book::Keys(_) => None,
        }
    }

    /// The entries that a subject stands for now. An id that stands for nothing is nobody's.
    fn found(&self, subject: &Subject) -> Vec<EntryId> {
        let folded = self.0.context.read();
        match subject {
            Subject::Person(keys) => folded.view.of_person(keys.iter().copied()),
            Subject::Entries(ids) => {
                let is_there = |id: &EntryId| {
                    stream_of(*id).is_some_and(|stream| folded.get(&stream).is_some())
                };
                ids.iter().copied().filter(is_there).collect()
            }
        }
    }

    /// Those of them that are on the caller's own list.
    fn own_of(&self, caller: &Caller, ids: &[EntryId]) -> Vec<EntryId> {
        let view = &self.0.context.read().view;
        let is_own = |id: &EntryId| {
            let listed = view.get(*id);
            listed.is_some_and(|listed| {
                listed.registration.provider_id.as_str() == caller.organisation()
            })
        };
        ids.iter().copied().filter(is_own).collect()
    }

    /// Entries of the caller's own, all of them, or none is touched. One that was erased before says nothing of whose it
    /// was: that it is gone may be said again.
    async fn may_erase(
        &self,
        caller: &Caller,
        rule: RuleId,
        ids: &[EntryId],
    ) -> Result<(), Status> {
        let (denied, is_missing) = {
            let folded = self.0.context.read();
            let is_erased = |id: EntryId| {
                let slot = stream_of(id).and_then(|stream| folded.get(&stream));
                slot.is_some_and(|slot| slot.erased)
            };
            let kept = ids.iter().filter(|id| !is_erased(**id));
            let (mut denied, mut is_missing) = (Vec::new(), false);
            for id in kept {
                match folded.view.get(*id) {
                    Some(listed) => {
                        let because = caller.may_own(Action::RequestErasure, listed).err();
                        denied.extend(because.map(|because| (*id, because)));
                    }
                    None => is_missing = true,
                }
            }
            (denied, is_missing)
        };
        if let Some((_, because)) = denied.first() {
            let others = denied.iter().map(|(id, _)| *id);
            self.deny(caller, because, others).await;
            return Err(unknown_entry());
        }
        self.record(caller, (rule, Verb::Delete), ids.iter().copied())
            .await?;
        if is_missing {
            return Err(unknown_entry());
        }
        Ok(())
    }

    async fn erase(&self, ids: &[EntryId], ground: Because) -> Result<(), Status> {
        let streams: Vec<StreamId> = ids.iter().filter_map(|id| stream_of(*id)).collect();
        let now = self.0.node.clock.now();
        self.0
            .context
            .erase(&streams, ground, now)
            .await
            .map_err(not_erased)
    }
}

/// The last commit that there is; others' attempts without effect, and what is no commit, may stand behind it.
async fn end_of(node: &Node, topic: &str) -> Result<Position, ReadError> {
    let topic = node.log.topic(topic)?;
    let last = topic.last_position().await?;
    for _ in 0..LOOKS {
        if topic.read_to().max(topic.end()) >= last {
            return Ok(topic.end());
        }
        if !node.goes_on_after(LOOK_EVERY).await {
            break;
        }
    }
    Err(ReadError::NotThere)
}

fn because(ground: Ground) -> Because {
    match ground {
        Ground::NoLongerNeeded => Because::NoLongerNeeded,
        Ground::ConsentWithdrawn => Because::ConsentWithdrawn,
        Ground::Objection => Because::Objection,
        Ground::UnlawfullyProcessed => Because::UnlawfullyProcessed,
        Ground::LegalObligation => Because::LegalObligation,
    }
}

fn unknown_erasure() -> Status {
    let message = "no erasure was asked for under this id, or not by this organisation";
    refusal(Code::NotFound, "unknown-erasure", message)
}

fn erasure_id_reused() -> Status {
    let message = "an erasure with this id was asked for and says something else";
    refusal(Code::FailedPrecondition, "erasure-id-reused", message)
}

fn unreadable_erasure() -> Status {
    let message = "the keys that this erasure was sealed under are gone: ask for it again";
    refusal(Code::FailedPrecondition, "erasure-unreadable", message)
}

fn erasure_revoked() -> Status {
    let revoked = Rejection::ErasureRevoked;
    refusal(
        Code::FailedPrecondition,
        "erasure-revoked",
        revoked.to_string(),
    )
}

/// A command that is remembered is answered by its id, whatever it said: what it did is looked at.
fn command_id_reused() -> Status {
    let message = "this command id was used for something else about this erasure";
    refusal(Code::FailedPrecondition, "command-id-reused", message)
}

fn not_erased(error: EraseError) -> Status {
    let message = error.to_string();
    match error {
        EraseError::NothingThere => unknown_entry(),
        EraseError::NotNow(_) => refusal(Code::Unavailable, "not-serving", message),
        EraseError::Recorded => refusal(Code::Unavailable, "key-not-destroyed-yet", message),
        EraseError::Ledger(_) => refusal(Code::Unavailable, "ledger-unwritable", message),
    }
}
