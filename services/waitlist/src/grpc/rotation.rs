//! How far entries have come to new keys.

use chassis::status::refusal;
use chassis::{Path, Violations};
use domain::access::Action;
use domain::waitlist::Epoch;
use domain::waitlist::books::Book;
use domain::waitlist::counts::{Counts, Rotation};
use proto::waitlist::v1;
use tonic::{Code, Status};

use super::reads::at_most_tokens;
use super::{Api, Caller};
use crate::books::erasure_of;
use crate::gateway::{epoch_text, parsed_epoch};
use crate::wire::Checks;

impl Api {
    /// What is lost with an epoch's keys, as a custodian asks who wants to destroy them.
    pub(super) async fn key_rotation(
        &self,
        caller: &Caller,
        request: &v1::GetKeyRotationRequest,
    ) -> Result<v1::GetKeyRotationResponse, Status> {
        let mut checks = Checks::default();
        let form = "must be a year and a letter, such as 2026a";
        let epoch = checks.parsed(Path::root("epoch"), &request.epoch, parsed_epoch, form);
        let fingerprint = <[u8; 8]>::try_from(&*request.fingerprint).ok();
        if fingerprint.is_none() {
            checks.refuse(Path::root("fingerprint"), "must be 8 bytes");
        }
        let region = &self.0.node.region;
        if request.region != *region {
            checks.refuse(
                Path::root("region"),
                format!("must be {region}, whose entries this node has"),
            );
        }
        at_most_tokens(&request.at_least, &mut checks);
        let old = checks
            .finish(epoch.zip(fingerprint))
            .map_err(Violations::into_status)?;
        self.seen(&request.at_least).await?;
        let decision = caller.access.may(Action::DestroyKey, None)?;
        self.record_question(caller, decision.rule, request).await?;
        let newest = self.newer_than(old)?;
        self.no_erasure_is_lost_with(old.0)?;
        let rows = self.0.context.read().view.rows();
        let today = self.today();
        let count = move || Counts::on(today, &rows).rotation_to(newest);
        let rotation = self.work(count).await?;
        Ok(v1::GetKeyRotationResponse {
            rotation: Some(told(rotation)),
            losing: rotation.losing(),
        })
    }

    /// An erasure that was asked for, and can be read with the epoch's keys alone, would never be carried out.
    fn no_erasure_is_lost_with(&self, epoch: Epoch) -> Result<(), Status> {
        let now = self.0.node.clock.now();
        let folded = self.0.books.read();
        let lost = folded.slots().filter(|(stream, slot)| {
            let (Book::Erasure(erasure), Some(id)) = (&slot.state, erasure_of(stream)) else {
                return false;
            };
            let sealed = &erasure.request.sealed_subject;
            erasure.is_pending(now) && self.0.gateway.sealed_in(id, sealed) == Some(epoch)
        });
        match lost.count() {
            0 => Ok(()),
            lost => {
                let message = format!(
                    "{lost} of the erasures that were asked for can be read with the keys of {} alone: wait until they are \
                     carried out, taken back, or nobody agreed for 14 days",
                    epoch_text(epoch)
                );
                let code = Code::FailedPrecondition;
                Err(refusal(code, "erasures-pending", message))
            }
        }
    }

    /// The newest epoch of this node's keys, if the older ones are those that are asked about.
    fn newer_than(&self, (epoch, fingerprint): (Epoch, [u8; 8])) -> Result<Epoch, Status> {
        let no = |reason, message: String| refusal(Code::FailedPrecondition, reason, message);
        let text = epoch_text(epoch);
        let mut known = self.0.gateway.fingerprints();
        match known.find(|(known, _)| *known == epoch) {
            None => {
                let message = format!("this node has no keys of epoch {text}");
                return Err(no("no-such-epoch", message));
            }
            Some((_, known)) if known != fingerprint => {
                let message = format!("this node has other keys of epoch {text}");
                return Err(no("other-recoder-keys", message));
            }
            Some(_) => {}
        }
        let newest = self.newest_epoch().filter(|newest| *newest > epoch);
        newest.ok_or_else(|| {
            let message = format!(
                "this node knows no newer keys than those of {text}: restart it after keys rotate"
            );
            no("newest-epoch", message)
        })
    }

    /// The newest epoch that this node has keys of.
    fn newest_epoch(&self) -> Option<Epoch> {
        self.0.gateway.fingerprints().map(|(epoch, _)| epoch).max()
    }

    /// The oldest and the newest epoch that this node has keys of.
    pub(super) fn epochs(&self) -> Option<[Epoch; 2]> {
        let epochs = || self.0.gateway.fingerprints().map(|(epoch, _)| epoch);
        Some([epochs().min()?, epochs().max()?])
    }
}

/// A rotation as the contract has it.
pub(super) fn told(rotation: Rotation) -> v1::KeyRotation {
    v1::KeyRotation {
        to: epoch_text(rotation.to),
        keyed: rotation.keyed,
        carrying: rotation.carrying,
        complete: rotation.is_complete(),
    }
}
