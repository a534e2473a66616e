//! Stops on admissions: contract ↔ domain.

use domain::capacity::{DiagnosisGroup, InsurerName, Pause, PauseId, PauseReason, PauseScope};
use proto::capacity::v1;

use super::checks::Checks;
use super::codes::Coded;
use super::details::texts;
use super::unreadable::{Read, Unreadable, each, moment, required, timestamp};
use chassis::Path;

const MAX_PAUSES: usize = 64;
const ID_FORM: &str = "must be a letter or digit, then at most 63 letters, digits, dots, dashes, colons or underscores";

/// Returns the contract's form.
pub(crate) fn encode(pause: &Pause) -> v1::Pause {
    v1::Pause {
        pause_id: pause.pause_id.as_str().to_owned(),
        scope: (!pause.scope.is_whole()).then(|| v1::PauseScope {
            diagnosis_groups: texts(&pause.scope.diagnosis_groups),
            insurers: texts(&pause.scope.insurers),
        }),
        reason: pause.reason.code(),
        starts_at: pause.starts_at.map(timestamp),
        ends_at: pause.ends_at.map(timestamp),
        expected_end: pause.expected_end.map(timestamp),
        waiting_list_closed: pause.waiting_list_closed,
    }
}

/// Reads what was stored, or what was checked before.
pub(crate) fn decode(pause: v1::Pause) -> Read<Pause> {
    let scope = pause.scope.unwrap_or_default();
    Ok(Pause {
        pause_id: decode_id(&pause.pause_id)?,
        scope: PauseScope {
            diagnosis_groups: each(
                &scope.diagnosis_groups,
                DiagnosisGroup::parse,
                "diagnosis_groups",
            )?,
            insurers: each(&scope.insurers, InsurerName::parse, "insurers")?,
        },
        reason: required(pause.reason, "reason")?,
        starts_at: pause.starts_at.as_ref().map(moment),
        ends_at: pause.ends_at.as_ref().map(moment),
        expected_end: pause.expected_end.as_ref().map(moment),
        waiting_list_closed: pause.waiting_list_closed,
    })
}

/// Reads the id of a pause.
pub(crate) fn decode_id(pause_id: &str) -> Read<PauseId> {
    PauseId::parse(pause_id).ok_or(Unreadable::new("pause_id"))
}

/// Reads what a request says, with every violation.
pub(crate) fn check(pause: v1::Pause, path: Path<'_>, checks: &mut Checks) -> Option<Pause> {
    checks.parsed(
        path.field("pause_id"),
        &pause.pause_id,
        PauseId::parse,
        ID_FORM,
    );
    checks.required_code::<PauseReason>(path.field("reason"), pause.reason);
    let starts_at = checks.optional_moment(path.field("starts_at"), pause.starts_at.as_ref());
    let ends_at = checks.optional_moment(path.field("ends_at"), pause.ends_at.as_ref());
    checks.optional_moment(path.field("expected_end"), pause.expected_end.as_ref());
    if starts_at
        .zip(ends_at)
        .is_some_and(|(starts_at, ends_at)| ends_at <= starts_at)
    {
        checks.refuse(path.field("ends_at"), "must be later than starts_at");
    }
    if let Some(scope) = &pause.scope {
        let here = path.field("scope");
        checks.diagnosis_groups(here.field("diagnosis_groups"), &scope.diagnosis_groups);
        checks.insurers(here.field("insurers"), &scope.insurers);
    }
    decode(pause)
        .map_err(|error| checks.refuse_whole(path, error.to_string()))
        .ok()
}

/// Reads the pauses that a publisher declares, with every violation.
pub(crate) fn check_all(pauses: Vec<v1::Pause>, checks: &mut Checks) -> Vec<Pause> {
    let path = Path::root("pauses");
    if !checks.at_most(path, pauses.len(), MAX_PAUSES) {
        return Vec::new();
    }
    let mut declared: Vec<Pause> = Vec::with_capacity(pauses.len());
    for (index, pause) in pauses.into_iter().enumerate() {
        let here = path.item(index);
        let Some(pause) = check(pause, here, checks) else {
            continue;
        };
        if declared
            .iter()
            .any(|other| other.pause_id == pause.pause_id)
        {
            checks.refuse(
                here.field("pause_id"),
                "names a pause that an earlier item names too",
            );
        }
        declared.push(pause);
    }
    declared
}

/// Reads which pause is meant; none: all.
pub(crate) fn check_id(pause_id: &str, checks: &mut Checks) -> Option<PauseId> {
    if pause_id.is_empty() {
        return None;
    }
    checks.parsed(Path::root("pause_id"), pause_id, PauseId::parse, ID_FORM)
}
