//! Erasures: of entries at once, of a person once a second person agrees.

use chassis::access_log::Verb;
use chassis::erasure::{EraseError, Ground as Because};
use chassis::status::refusal;
use chassis::{Call, ReadError, Violations};
use domain::access::{Action, Outcome, Role};
use domain::waitlist::EntryId;
use domain::waitlist::books::{Book, Command as BookCommand, Erasure, Ground};
use eventlog::{EventLog, Position, StreamId};
use proto::waitlist::v1;
use tonic::{Code, Status};

use super::access::unknown_entry;
use super::grants::sibling;
use super::{Api, Caller};
use crate::books::erasure_stream;
use crate::view::stream_of;
use crate::wire::{self, Erasing, What};

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
        match &erasing.what {
            What::Entries(ids) if !needs_second => {
                for id in ids {
                    let what = (Action::RequestErasure, Verb::Delete);
                    self.own_or_erased(caller, what, *id).await?;
                }
                self.erase(ids, because(erasing.ground)).await?;
                Ok(v1::RequestErasureResponse {
                    erased: true,
                    erasure_id: String::new(),
                })
            }
            What::Entries(ids) => {
                let what = (decision.rule, Verb::Delete);
                self.record(caller, what, ids.iter().copied()).await?;
                self.ask_second(&erasing, ids).await
            }
            What::Person(person) => {
                let keys = person.by_epoch().iter();
                let keys = keys.map(|keys| (keys.epoch, keys.region));
                let ids = self.0.context.read().view.of_person(keys);
                let what = (decision.rule, Verb::Delete);
                self.record(caller, what, ids.iter().copied()).await?;
                self.ask_second(&erasing, &ids).await
            }
        }
    }

    async fn ask_second(
        &self,
        erasing: &Erasing,
        ids: &[EntryId],
    ) -> Result<v1::RequestErasureResponse, Status> {
        // The command's id names the erasure: said again, it is the same one.
        let erasure_id = *erasing.call.id.as_uuid();
        let stream = erasure_stream(erasure_id).ok_or_else(unknown_erasure)?;
        let sealed = self.0.gateway.seal(erasure_id, ids);
        let sealed = sealed.ok_or_else(unreadable_erasure)?;
        let command = erasing.request(sealed, self.0.node.clock.now());
        let call = book_call(&erasing.call, command);
        self.0.books.execute(stream.clone(), call).await?;
        // A command that is remembered is answered whoever sends its id.
        let asked = self.erasure(&stream).map(|erasure| erasure.request);
        if !asked.is_some_and(|asked| asked.by == erasing.by && asked.ground == erasing.ground) {
            return Err(erasure_id_reused());
        }
        Ok(v1::RequestErasureResponse {
            erased: false,
            erasure_id: erasure_id.to_string(),
        })
    }

    /// Agrees to an erasure, and carries it out.
    pub(super) async fn agree_to_erase(
        &self,
        caller: &Caller,
        request: &v1::ApproveErasureRequest,
    ) -> Result<v1::ApproveErasureResponse, Status> {
        let asking = self.asking(caller);
        let approving = wire::approving(request, &asking).map_err(Violations::into_status)?;
        self.seen(&approving.at_least).await?;
        // It was asked perhaps, and somebody registered, at another node just now.
        self.at_the_end().await?;
        let stream = erasure_stream(approving.erasure_id).ok_or_else(unknown_erasure)?;
        let asked = self.erasure(&stream).ok_or_else(unknown_erasure)?;
        let owner = asked.request.by.organisation.to_string();
        let decision = caller.access.may(Action::ApproveErasure, Some(&owner));
        let rule = match decision {
            Ok(decision) => decision.rule,
            Err(denied) => {
                self.deny(caller, &denied, []).await;
                return Err(unknown_erasure());
            }
        };
        let sealed = &asked.request.sealed_entries;
        let named = self.0.gateway.unseal(approving.erasure_id, sealed);
        let ids = self.all_of(&named.ok_or_else(unreadable_erasure)?);
        let what = (rule, Verb::Delete);
        self.record(caller, what, ids.iter().copied()).await?;
        let command = BookCommand::ApproveErasure {
            by: approving.by,
            is_officer: caller.access.caller().role == Role::PrivacyOfficer,
        };
        let call = book_call(&approving.call, command);
        self.0.books.execute(stream.clone(), call).await?;
        self.erase(&ids, because(asked.request.ground)).await?;
        let entries = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let done = Call {
            id: sibling(approving.call.id),
            ..book_call(&approving.call, BookCommand::CarryOut { entries })
        };
        self.0.books.execute(stream.clone(), done).await?;
        let carried_out = self
            .erasure(&stream)
            .and_then(|erasure| erasure.carried_out);
        Ok(v1::ApproveErasureResponse {
            entries: carried_out.unwrap_or(entries).into(),
        })
    }

    /// Waits until this node has all there is.
    async fn at_the_end(&self) -> Result<(), Status> {
        let log = &self.0.node.log;
        let (list, books) = (&self.0.context, &self.0.books);
        list.reached(end_of(log, list.topic()).await?).await?;
        books.reached(end_of(log, books.topic()).await?).await?;
        Ok(())
    }

    fn erasure(&self, stream: &StreamId) -> Option<Erasure> {
        match &self.0.books.read().get(stream)?.state {
            Book::Erasure(erasure) => Some((**erasure).clone()),
            Book::Blank | Book::Grants(_) | Book::Month(_) => None,
        }
    }

    /// These entries, with those that came onto a list since for the same persons. An id that stands for nothing is
    /// nobody's.
    fn all_of(&self, entries: &[EntryId]) -> Vec<EntryId> {
        let folded = self.0.context.read();
        let view = &folded.view;
        let known = entries.iter().filter_map(|id| view.get(*id));
        let keys = known.flat_map(|listed| listed.person.keys().iter().copied());
        let mut all = view.of_person(keys);
        all.extend(entries);
        all.sort_unstable();
        all.dedup();
        all.retain(|id| stream_of(*id).is_some_and(|stream| folded.get(&stream).is_some()));
        all
    }

    /// An entry that was erased before says nothing of whose it was: that it is gone may be said again.
    async fn own_or_erased(
        &self,
        caller: &Caller,
        what: (Action, Verb),
        id: EntryId,
    ) -> Result<(), Status> {
        let stream = stream_of(id).ok_or_else(unknown_entry)?;
        let is_erased = {
            let folded = self.0.context.read();
            folded.get(&stream).is_some_and(|slot| slot.erased)
        };
        if is_erased {
            let rule = caller.own_rule(what.0)?;
            return self.record(caller, (rule, what.1), [id]).await;
        }
        self.own(caller, what, id).await.map(|_| ())
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

/// The last commit that there is; others' attempts without effect may stand behind it.
async fn end_of(log: &EventLog, topic: &str) -> Result<Position, ReadError> {
    let topic = log.topic(topic)?;
    topic.reached(topic.last_position().await?).await?;
    Ok(topic.position_at(i64::MAX).await?)
}

fn book_call(from: &Call<()>, command: BookCommand) -> Call<BookCommand> {
    Call {
        command,
        id: from.id,
        repeat: from.repeat,
        remember: from.remember,
        actor: from.actor.clone(),
        causation_id: from.causation_id,
        correlation_id: from.correlation_id,
        traceparent: from.traceparent.clone(),
    }
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

fn not_erased(error: EraseError) -> Status {
    let message = error.to_string();
    match error {
        EraseError::NothingThere => unknown_entry(),
        EraseError::NotNow(_) => refusal(Code::Unavailable, "not-serving", message),
        EraseError::Recorded => refusal(Code::Unavailable, "key-not-destroyed-yet", message),
        EraseError::Ledger(_) => refusal(Code::Unavailable, "ledger-unwritable", message),
    }
}
