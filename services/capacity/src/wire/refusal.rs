//! Refusals: contract ↔ domain.

use domain::Timestamp;
use domain::capacity::{
    DiagnosisGroup, Refusal, RefusalReason, RefusalTally, Refusals, RefusalsOfDay,
};
use proto::capacity::v1;

use super::checks::Checks;
use super::codes::Coded;
use super::unreadable::{Read, Unreadable, required, text};
use chassis::Path;

/// Returns the contract's form.
pub(super) fn encode(refusal: &Refusal) -> v1::Refusal {
    v1::Refusal {
        reason: refusal.reason.code(),
        diagnosis_group: refusal
            .diagnosis_group
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        within_declared: refusal.within_declared,
    }
}

/// Reads what was stored, or what was checked before.
pub(super) fn decode(refusal: v1::Refusal) -> Read<Refusal> {
    let group =
        |code: String| DiagnosisGroup::parse(&code).ok_or(Unreadable::new("diagnosis_group"));
    Ok(Refusal {
        reason: required(refusal.reason, "reason")?,
        diagnosis_group: text(refusal.diagnosis_group).map(group).transpose()?,
        within_declared: refusal.within_declared,
    })
}

/// Reads what a request says, with every violation.
pub(super) fn check(
    refusal: Option<v1::Refusal>,
    path: Path<'_>,
    checks: &mut Checks,
) -> Option<Refusal> {
    let Some(refusal) = refusal else {
        checks.refuse(path, "must be given");
        return None;
    };
    checks.required_code::<RefusalReason>(path.field("reason"), refusal.reason);
    if !refusal.diagnosis_group.is_empty() {
        checks.diagnosis_group(path.field("diagnosis_group"), &refusal.diagnosis_group);
    }
    decode(refusal)
        .map_err(|error| checks.refuse_whole(path, error.to_string()))
        .ok()
}

/// Returns how an offering was practised; none if nobody was refused in the days that count.
pub(super) fn practised(refusals: &Refusals, now: Timestamp) -> Option<v1::Practised> {
    let by_reason = refusals.by_reason(now);
    let in_all = refusals.in_all(now);
    (!by_reason.is_empty()).then(|| v1::Practised {
        refusals: in_all.all,
        contradicting: in_all.contradicting,
        by_reason: by_reason
            .into_iter()
            .map(|(reason, tally)| v1::RefusalCount {
                reason: reason.code(),
                refusals: tally.all,
                contradicting: tally.contradicting,
            })
            .collect(),
    })
}

/// Returns the snapshot's form.
pub(super) fn encode_days(refusals: &Refusals) -> Vec<v1::RefusalsOfDay> {
    let days = refusals.days().iter();
    days.map(|known| v1::RefusalsOfDay {
        day: known.day,
        reason: known.reason.code(),
        refusals: known.tally.all,
        contradicting: known.tally.contradicting,
    })
    .collect()
}

/// Reads what a snapshot kept.
pub(super) fn decode_days(days: &[v1::RefusalsOfDay]) -> Read<Refusals> {
    let days: Read<_> = days
        .iter()
        .map(|known| {
            Ok(RefusalsOfDay {
                day: known.day,
                reason: required(known.reason, "reason")?,
                tally: RefusalTally {
                    contradicting: known.contradicting,
                    all: known.refusals,
                },
            })
        })
        .collect();
    Ok(Refusals::from_days(days?))
}
