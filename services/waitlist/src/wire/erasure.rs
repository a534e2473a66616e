//! What is to be erased.

use chassis::{Call, Path, Violations};
use domain::waitlist::Actor;
use domain::waitlist::books::{Command, ErasureRequest, Ground};
use proto::waitlist::v1;
use proto::waitlist::v1::request_erasure_request::Subject as Said;
use uuid::Uuid;

use super::checks::Checks;
use super::request::{Asking, actor, envelope, person};
use crate::gateway::Subject;

const MAX_ENTRIES: usize = 500;

/// A request for an erasure that was understood.
pub(crate) struct Erasing {
    pub(crate) by: Actor,
    pub(crate) subject: Subject,
    pub(crate) ground: Ground,
    pub(crate) call: Call<()>,
    pub(crate) at_least: Vec<String>,
}

/// Reads what is to be erased.
pub(crate) fn erasing(
    request: &v1::RequestErasureRequest,
    asking: &Asking<'_>,
) -> Result<Erasing, Violations> {
    let mut checks = Checks::default();
    let envelope = envelope(request.context.as_ref(), asking, &mut checks);
    let by = actor(asking.access, &mut checks);
    let ground = checks.code(Path::root("ground"), request.ground);
    let subject = match &request.subject {
        None => {
            checks.refuse(Path::root("subject"), "must be given");
            None
        }
        Some(Said::Entries(said)) => {
            let path = Path::root("entries");
            let path = path.field("entry_ids");
            if said.entry_ids.is_empty() {
                checks.refuse(path, "must name at least one");
            }
            let mut ids = Vec::new();
            if checks.at_most(path, said.entry_ids.len(), MAX_ENTRIES) {
                for (index, text) in said.entry_ids.iter().enumerate() {
                    ids.extend(checks.entry_id(path.item(index), text));
                }
            }
            ids.sort_unstable();
            ids.dedup();
            Some(Subject::Entries(ids))
        }
        Some(Said::Person(said)) => {
            let path = Path::root("person");
            if said.without_number {
                let what = "without a number nobody can be found: name the entries";
                checks.refuse(path.field("without_number"), what);
            }
            let person = person(Some(said), path, asking, &mut checks);
            person.map(|person| {
                let keys = person.by_epoch().iter();
                Subject::Person(keys.map(|keys| (keys.epoch, keys.region)).collect())
            })
        }
    };
    let read = by.zip(ground).zip(subject);
    let ((by, ground), subject) = checks.finish(read)?;
    let (call, at_least) = envelope.with(());
    Ok(Erasing {
        by,
        subject,
        ground,
        call,
        at_least,
    })
}

/// What somebody says of an erasure that was asked for, understood.
pub(crate) struct Deciding {
    pub(crate) erasure_id: Uuid,
    pub(crate) by: Actor,
    pub(crate) call: Call<()>,
    pub(crate) at_least: Vec<String>,
}

/// Reads who agrees to what, or takes back what.
pub(crate) fn deciding(
    (context, erasure_id): (Option<&v1::CommandContext>, &str),
    asking: &Asking<'_>,
) -> Result<Deciding, Violations> {
    let mut checks = Checks::default();
    let envelope = envelope(context, asking, &mut checks);
    let by = actor(asking.access, &mut checks);
    let parse = |text: &str| Uuid::try_parse(text).ok();
    let path = Path::root("erasure_id");
    let id = checks.parsed(path, erasure_id, parse, "must be a UUID");
    let (by, erasure_id) = checks.finish(by.zip(id))?;
    let (call, at_least) = envelope.with(());
    Ok(Deciding {
        erasure_id,
        by,
        call,
        at_least,
    })
}

impl Erasing {
    /// The command that asks a second person.
    pub(crate) fn request(
        &self,
        is_by_officer: bool,
        sealed_subject: Vec<u8>,
        now: domain::Timestamp,
    ) -> Command {
        Command::RequestErasure(ErasureRequest {
            by: self.by.clone(),
            is_by_officer,
            sealed_subject,
            ground: self.ground,
            requested_at: now,
        })
    }
}
