//! Who agrees to an erasure, and who takes it back.

use chassis::Violations;
use chassis::access_log::Verb;
use domain::access::{Action, Role, RuleId};
use domain::waitlist::books::{Command, Erasure};
use eventlog::StreamId;
use proto::waitlist::v1;
use tonic::Status;
use uuid::Uuid;

use super::{command_id_reused, erasure_revoked, unknown_erasure, unreadable_erasure};
use crate::books::erasure_stream;
use crate::gateway::Subject;
use crate::grpc::{Api, Caller};
use crate::wire::{self, Deciding, stamp};

/// An erasure that somebody has a say in, and says it.
struct Concerned {
    deciding: Deciding,
    stream: StreamId,
    asked: Erasure,
    rule: RuleId,
}

impl Api {
    /// Agrees to an erasure, and carries it out if it is due.
    pub(in crate::grpc) async fn agree_to_erase(
        &self,
        caller: &Caller,
        request: &v1::ApproveErasureRequest,
    ) -> Result<v1::ApproveErasureResponse, Status> {
        let said = (request.context.as_ref(), request.erasure_id.as_str());
        let Concerned {
            deciding,
            stream,
            asked,
            rule,
        } = self.concerned(caller, Action::ApproveErasure, said).await?;
        let subject = self.subject_of(deciding.erasure_id, &asked);
        let own = self.own_of(caller, &self.found(&subject?));
        self.record(caller, (rule, Verb::Delete), own).await?;
        let command = Command::ApproveErasure {
            by: deciding.by,
            is_officer: is_officer(caller),
            hold_millis: self.0.erasure_hold.millis(),
        };
        let call = deciding.call.with(command);
        self.0.books.execute(stream.clone(), call).await?;
        // What was agreed to before is told as it stands: held, taken back or done. Who is registered anew after it was
        // done is another entry, that nobody agreed about.
        let asked = self.erasure(&stream).ok_or_else(unknown_erasure)?;
        if asked.revoked.is_some() {
            return Err(erasure_revoked());
        }
        if asked.approval.is_none() {
            return Err(command_id_reused());
        }
        let entries = match asked.carried_out {
            None if !asked.is_due(self.0.node.clock.now()) => {
                let due_at = asked.approval.and_then(|approval| stamp(approval.due_at));
                return Ok(v1::ApproveErasureResponse {
                    entries: 0,
                    carried_out_from: due_at,
                });
            }
            None => {
                self.carry_out((&stream, deciding.erasure_id), &asked)
                    .await?
            }
            Some(entries) => entries,
        };
        Ok(v1::ApproveErasureResponse {
            entries: entries.into(),
            carried_out_from: None,
        })
    }

    /// Takes an erasure back that has not begun.
    pub(in crate::grpc) async fn take_back(
        &self,
        caller: &Caller,
        request: &v1::RevokeErasureRequest,
    ) -> Result<v1::RevokeErasureResponse, Status> {
        let said = (request.context.as_ref(), request.erasure_id.as_str());
        let Concerned {
            deciding,
            stream,
            asked,
            rule,
        } = self.concerned(caller, Action::RevokeErasure, said).await?;
        // It is taken back also when nobody can read any more whom it is about.
        let found = self.subject_of(deciding.erasure_id, &asked);
        let found = found.map_or_else(|_| Vec::new(), |subject| self.found(&subject));
        let own = self.own_of(caller, &found);
        self.record(caller, (rule, Verb::Update), own).await?;
        let command = Command::RevokeErasure {
            by: deciding.by,
            is_officer: is_officer(caller),
        };
        let call = deciding.call.with(command);
        self.0.books.execute(stream.clone(), call).await?;
        let asked = self.erasure(&stream).ok_or_else(unknown_erasure)?;
        if asked.revoked.is_none() {
            return Err(command_id_reused());
        }
        Ok(v1::RevokeErasureResponse {})
    }

    /// The erasure, if the caller may have a say in it. One of others is answered like none.
    async fn concerned(
        &self,
        caller: &Caller,
        action: Action,
        said: (Option<&v1::CommandContext>, &str),
    ) -> Result<Concerned, Status> {
        let deciding = wire::deciding(said, &self.asking(caller));
        let deciding = deciding.map_err(Violations::into_status)?;
        self.seen(&deciding.at_least).await?;
        // It was asked perhaps, and somebody registered, at another node just now.
        self.at_the_end().await?;
        let stream = erasure_stream(deciding.erasure_id).ok_or_else(unknown_erasure)?;
        let asked = self.erasure(&stream).ok_or_else(unknown_erasure)?;
        let asker = asked.request.by.organisation.to_string();
        let organisation = caller.organisation();
        // Who agreed may take it back, too.
        let is_own = action == Action::RevokeErasure && asked.is_of(organisation);
        let owner = if is_own { organisation } else { &asker };
        match caller.access.may(action, Some(owner)) {
            Ok(decision) => Ok(Concerned {
                deciding,
                stream,
                asked,
                rule: decision.rule,
            }),
            Err(denied) => {
                self.deny(caller, &denied, []).await;
                Err(unknown_erasure())
            }
        }
    }

    /// What an erasure is about.
    pub(super) fn subject_of(&self, erasure_id: Uuid, asked: &Erasure) -> Result<Subject, Status> {
        let sealed = &asked.request.sealed_subject;
        let subject = self.0.gateway.unseal(erasure_id, sealed);
        subject.ok_or_else(unreadable_erasure)
    }
}

fn is_officer(caller: &Caller) -> bool {
    caller.access.caller().role == Role::PrivacyOfficer
}
