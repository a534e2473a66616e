use std::collections::BTreeMap;

use proto::waitlist::v1::{AgainstNorm, Flow, Outflow};
use serde::Serialize;

use super::counts::NormObject;
use super::table;
use crate::words::word_of;

/// What happened in a month.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FlowObject {
    kind: &'static str,
    month: String,
    registered: u64,
    returned: u64,
    intakes: NormObject,
    starts: NormObject,
    withdrawn: u64,
    /// Persons, by where they went.
    ended: BTreeMap<String, u64>,
}

impl From<&Flow> for FlowObject {
    fn from(flow: &Flow) -> Self {
        let ended = flow.ended.iter();
        let ended = ended.filter_map(|out| Some((word_of::<Outflow>(out.to)?, out.persons)));
        Self {
            kind: "flow",
            month: flow.month.clone(),
            registered: flow.registered,
            returned: flow.returned,
            intakes: flow.intakes.as_ref().into(),
            starts: flow.starts.as_ref().into(),
            withdrawn: flow.withdrawn,
            ended: ended
                .map(|(word, persons)| (word.replace('-', "_"), persons))
                .collect(),
        }
    }
}

/// Returns months as a table.
pub(crate) fn flows_text(months: &[Flow]) -> String {
    let header = [
        "MONTH",
        "REGISTERED",
        "RETURNED",
        "INTAKES",
        "STARTS",
        "WITHDRAWN",
        "ENDED",
    ];
    let rows = months.iter().map(|flow| {
        let ended = flow.ended.iter().filter_map(|out| {
            let to = word_of::<Outflow>(out.to)?;
            Some(format!("{} to {to}", out.persons))
        });
        vec![
            flow.month.clone(),
            flow.registered.to_string(),
            flow.returned.to_string(),
            over(flow.intakes.as_ref()),
            over(flow.starts.as_ref()),
            flow.withdrawn.to_string(),
            ended.collect::<Vec<_>>().join(", "),
        ]
    });
    table(header.map(str::to_owned).to_vec(), rows, 1)
}

fn over(norm: Option<&AgainstNorm>) -> String {
    let norm = norm.copied().unwrap_or_default();
    let all = norm.within + norm.over + norm.without_norm;
    format!("{all} ({} over the norm)", norm.over)
}
