use std::collections::BTreeMap;

use proto::waitlist::v1::{
    AgainstNorm, Cell, CountWaitingResponse, Dimension, FrozenTotals, Heard, KeyRotation, LeftOut,
    PersonsByLists,
};
use serde::Serialize;

use crate::record::stated;
use crate::words::word_of;

/// Counts of one cell.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CellObject {
    kind: &'static str,
    /// By what the counts are split by; null: not known, or nobody has said.
    values: BTreeMap<String, Option<String>>,
    #[serde(flatten)]
    counts: CountsObject,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct CountsObject {
    entries: u64,
    persons: u64,
    persons_without_number: u64,
    preferring: u64,
    for_intake: NormObject,
    for_treatment: NormObject,
    total_wait: NormObject,
}

/// Against the norm.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct NormObject {
    pub(super) within: u64,
    pub(super) over: u64,
    pub(super) without_norm: u64,
}

impl CellObject {
    pub(crate) fn new(by: &[i32], cell: &Cell) -> Self {
        let words = by.iter().filter_map(|number| word_of::<Dimension>(*number));
        let words = words.map(|word| word.replace('-', "_"));
        let values = cell.values.iter().map(|value| stated(value));
        Self {
            kind: "cell",
            values: words.zip(values).collect(),
            counts: cell.into(),
        }
    }
}

impl From<&Cell> for CountsObject {
    fn from(cell: &Cell) -> Self {
        Self {
            entries: cell.entries,
            persons: cell.persons,
            persons_without_number: cell.persons_without_number,
            preferring: cell.preferring,
            for_intake: cell.for_intake.as_ref().into(),
            for_treatment: cell.for_treatment.as_ref().into(),
            total_wait: cell.total_wait.as_ref().into(),
        }
    }
}

impl From<Option<&AgainstNorm>> for NormObject {
    fn from(norm: Option<&AgainstNorm>) -> Self {
        norm.map_or_else(Self::default, |norm| Self {
            within: norm.within,
            over: norm.over,
            without_norm: norm.without_norm,
        })
    }
}

/// The total, and what it rests on.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CountsSummary {
    kind: &'static str,
    on: Option<String>,
    #[serde(flatten)]
    total: CountsObject,
    persons_on_several_lists: u64,
    persons_by_lists: Vec<ListsObject>,
    left_out: LeftOutObject,
    complete_until: Option<String>,
    providers: Vec<HeardObject>,
    rotation: Option<RotationObject>,
    frozen: Option<FrozenObject>,
    position: Option<String>,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct ListsObject {
    lists: u64,
    persons: u64,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct LeftOutObject {
    stale: u64,
    not_granted: u64,
    unusable: u64,
}

#[derive(Clone, Debug, Serialize)]
struct HeardObject {
    provider_id: String,
    waiting: u64,
    stale: u64,
    last_on: Option<String>,
    complete_until: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct RotationObject {
    to: String,
    keyed: u64,
    carrying: u64,
    complete: bool,
}

#[derive(Clone, Debug, Serialize)]
struct FrozenObject {
    month: String,
    entries: u64,
    persons: u64,
    over_norm: u64,
}

impl From<&CountWaitingResponse> for CountsSummary {
    fn from(counts: &CountWaitingResponse) -> Self {
        let completeness = counts.completeness.as_ref();
        let heard = completeness.map(|completeness| completeness.providers.iter());
        Self {
            kind: "summary",
            on: stated(&counts.on),
            total: counts.total.as_ref().map(Into::into).unwrap_or_default(),
            persons_on_several_lists: counts.persons_on_several_lists,
            persons_by_lists: counts.persons_by_lists.iter().map(Into::into).collect(),
            left_out: counts.left_out.as_ref().map(Into::into).unwrap_or_default(),
            complete_until: completeness
                .and_then(|completeness| stated(&completeness.complete_until)),
            providers: heard.into_iter().flatten().map(Into::into).collect(),
            rotation: counts.rotation.as_ref().map(Into::into),
            frozen: counts.frozen.as_ref().map(Into::into),
            position: stated(&counts.position),
        }
    }
}

impl From<&PersonsByLists> for ListsObject {
    fn from(by: &PersonsByLists) -> Self {
        Self {
            lists: by.lists,
            persons: by.persons,
        }
    }
}

impl From<&LeftOut> for LeftOutObject {
    fn from(left: &LeftOut) -> Self {
        Self {
            stale: left.stale,
            not_granted: left.not_granted,
            unusable: left.unusable,
        }
    }
}

impl From<&Heard> for HeardObject {
    fn from(heard: &Heard) -> Self {
        Self {
            provider_id: heard.provider_id.clone(),
            waiting: heard.waiting,
            stale: heard.stale,
            last_on: stated(&heard.last_on),
            complete_until: stated(&heard.complete_until),
        }
    }
}

impl From<&KeyRotation> for RotationObject {
    fn from(rotation: &KeyRotation) -> Self {
        Self {
            to: rotation.to.clone(),
            keyed: rotation.keyed,
            carrying: rotation.carrying,
            complete: rotation.complete,
        }
    }
}

impl From<&FrozenTotals> for FrozenObject {
    fn from(frozen: &FrozenTotals) -> Self {
        Self {
            month: frozen.month.clone(),
            entries: frozen.entries,
            persons: frozen.persons,
            over_norm: frozen.over_norm,
        }
    }
}
