//! What the rows of one offering say together, as the contract's message.

use std::collections::{BTreeMap, BTreeSet};

use proto::capacity::v1::{
    OfferingDetails, Origin, Pause, PauseReason, PauseScope, ProviderKind, PublishOfferingRequest,
    Report, ReporterRole, SourceClass, Wait,
};

use super::contradiction::insurers;
use super::remark::Stop;
use super::row::{Stated, hex};
use crate::import::day::Day;

/// Published waits are believed for this long: a monthly return and some slack.
const BELIEVED_FOR_DAYS: i32 = 35;

/// Returns the request; none if no row is left.
pub(super) fn request(offering_id: &str, rows: &[&Stated]) -> Option<PublishOfferingRequest> {
    let first = rows.first()?;
    let groups = Groups::of(rows);
    let (waits, merged) = waits(rows, &groups);
    let pauses = pauses(rows, &groups);
    let mut codes: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| row.codes.iter().map(String::as_str))
        .collect();
    if groups.is_ambiguous {
        codes.insert("diagnosis-group-ambiguous");
    }
    if merged {
        codes.insert("diagnosis-groups-merged");
    }
    let what = &first.what;
    let details = OfferingDetails {
        provider_id: what.provider_id.clone(),
        provider_name: what.provider_name.clone(),
        provider_kind: what.provider_kind,
        location_name: what.location.clone(),
        municipality_code: what.municipality.clone(),
        programme_name: if what.provider_kind == i32::from(ProviderKind::IndependentPractice) {
            // A practice's own words may hold its name.
            String::new()
        } else {
            what.literal.clone()
        },
        care_type: what.care_type,
        circuits: if what.circuit == 0 {
            Vec::new()
        } else {
            vec![what.circuit]
        },
        diagnosis_groups: groups.codes(),
        origin: Origin::Published.into(),
        remark_codes: codes.into_iter().map(str::to_owned).collect(),
        ..OfferingDetails::default()
    };
    Some(PublishOfferingRequest {
        context: None,
        offering_id: offering_id.to_owned(),
        details: Some(details),
        report: report(rows, waits),
        pauses,
        replace_pauses: true,
    })
}

/// The figures are of the day of the newest, and believed no longer than the oldest may be.
fn report(rows: &[&Stated], waits: Vec<Wait>) -> Option<Report> {
    let days = || {
        rows.iter()
            .filter(|row| has_figure(row))
            .filter_map(|row| row.observed)
    };
    let (newest, oldest) = (days().max()?, days().min()?);
    let valid_until = oldest.plus(BELIEVED_FOR_DAYS).max(newest.plus(1));
    (!waits.is_empty()).then(|| Report {
        observed_at: Some(newest.beginning()),
        valid_until: Some(valid_until.beginning()),
        source_class: SourceClass::Published.into(),
        reporter_role: ReporterRole::System.into(),
        waits,
        ..Report::default()
    })
}

fn has_figure(row: &Stated) -> bool {
    row.intake_days.is_some() || row.treatment_days.is_some()
}

/// The old main diagnosis groups of an offering, and the present ones that they lead to.
struct Groups<'a> {
    /// Present codes by old name; a code that an unambiguous group leads to is not an ambiguous one's.
    present: BTreeMap<&'a str, Vec<&'static str>>,
    is_ambiguous: bool,
}

impl<'a> Groups<'a> {
    fn of(rows: &[&'a Stated]) -> Self {
        let old: BTreeMap<&str, _> = rows
            .iter()
            .map(|row| {
                (
                    row.group.as_str(),
                    reference::old_diagnosis_group(&row.group),
                )
            })
            .collect();
        let certain: BTreeSet<&'static str> = old
            .values()
            .flatten()
            .filter(|group| !group.ambiguous)
            .flat_map(|group| group.present.iter().copied())
            .collect();
        let is_ambiguous = old.values().flatten().any(|group| group.ambiguous);
        let present = old.into_iter().map(|(name, group)| {
            let all: Vec<&'static str> = group
                .map(|group| group.present.to_vec())
                .unwrap_or_default();
            let own: Vec<&'static str> = all
                .iter()
                .copied()
                .filter(|code| !certain.contains(code))
                .collect();
            let is_certain = group.is_none_or(|group| !group.ambiguous);
            // An ambiguous group whose codes all are others' too can only be shown with them.
            (
                name,
                if is_certain || own.is_empty() {
                    all
                } else {
                    own
                },
            )
        });
        Self {
            present: present.collect(),
            is_ambiguous,
        }
    }

    /// Codes of the offering; none if a part of it makes no distinction.
    fn codes(&self) -> Vec<String> {
        if self.present.values().any(Vec::is_empty) {
            return Vec::new();
        }
        let codes: BTreeSet<&str> = self.present.values().flatten().copied().collect();
        codes.into_iter().map(str::to_owned).collect()
    }

    /// Codes under which a group's figures are shown; "" for all that the offering takes.
    fn of_figure(&self, old: &str) -> Vec<&'static str> {
        let codes = self.present.get(old).map(Vec::as_slice).unwrap_or_default();
        if self.present.len() == 1 || codes.is_empty() {
            vec![""]
        } else {
            codes.to_vec()
        }
    }

    /// Codes that a stop of these old groups is for; none: the whole offering.
    fn of_stop(&self, old: &BTreeSet<&str>) -> Vec<String> {
        let whole = self.present.keys().all(|name| old.contains(name));
        let codes = || old.iter().filter_map(|name| self.present.get(name));
        if whole || codes().any(Vec::is_empty) {
            return Vec::new();
        }
        let codes: BTreeSet<&str> = codes().flatten().copied().collect();
        codes.into_iter().map(str::to_owned).collect()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Figure {
    intake_days: Option<u32>,
    treatment_days: Option<u32>,
    published: Option<Day>,
    collected: Option<Day>,
}

impl Figure {
    fn joined(self, other: Self) -> Self {
        Self {
            intake_days: self.intake_days.max(other.intake_days),
            treatment_days: self.treatment_days.max(other.treatment_days),
            published: self.published.max(other.published),
            collected: self.collected.max(other.collected),
        }
    }
}

/// Returns the waits, and whether figures of several old groups had to be shown as one: then as the longest.
fn waits(rows: &[&Stated], groups: &Groups<'_>) -> (Vec<Wait>, bool) {
    let mut stated: BTreeMap<(&str, &str), Figure> = BTreeMap::new();
    for row in rows.iter().filter(|row| has_figure(row)) {
        let figure = Figure {
            intake_days: row.intake_days,
            treatment_days: row.treatment_days,
            published: row.published,
            collected: row.collected,
        };
        for insurer in insurers(row) {
            let slot = stated.entry((&row.group, insurer)).or_default();
            *slot = slot.joined(figure);
        }
    }
    let mut merged = false;
    let mut shown: BTreeMap<(&str, &str), Figure> = BTreeMap::new();
    for ((group, insurer), figure) in stated {
        for code in groups.of_figure(group) {
            let slot = shown.entry((code, insurer)).or_insert(figure);
            let differs = (slot.intake_days, slot.treatment_days)
                != (figure.intake_days, figure.treatment_days);
            merged |= differs;
            *slot = slot.joined(figure);
        }
    }
    // Insurers of whom the same is said share one figure.
    let mut by_figure: BTreeMap<(&str, bool, Figure), Vec<String>> = BTreeMap::new();
    for ((code, insurer), figure) in shown {
        let for_all = insurer.is_empty();
        let insurers = by_figure.entry((code, for_all, figure)).or_default();
        insurers.extend((!for_all).then(|| insurer.to_owned()));
    }
    let waits = by_figure
        .into_iter()
        .map(|((code, _, figure), insurers)| Wait {
            diagnosis_group: code.to_owned(),
            insurers,
            intake_wait_days: figure.intake_days,
            treatment_wait_days: figure.treatment_days,
            published_at: figure.published.map(Day::beginning),
            read_at: figure.collected.map(Day::beginning),
            ..Wait::default()
        });
    (waits.collect(), merged)
}

/// What a stop says besides whom it is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Terms {
    starts: Option<Day>,
    ends: Option<Day>,
    expected_end: Option<Day>,
    reason: i32,
    waiting_list_closed: bool,
}

impl Terms {
    /// A stop that does not say when it began had begun when it was published, or read.
    fn of(stop: &Stop, observed: Option<Day>) -> Self {
        let starts = stop
            .starts
            .or(observed)
            .filter(|starts| stop.ends.is_none_or(|ends| *starts < ends));
        Self {
            starts,
            ends: stop.ends,
            expected_end: stop.expected_end,
            reason: stop.reason,
            waiting_list_closed: stop.waiting_list_closed,
        }
    }
}

fn pauses(rows: &[&Stated], groups: &Groups<'_>) -> Vec<Pause> {
    // First the insurers of the same group, then the groups of the same insurers.
    let mut insurers_by_group: BTreeMap<(Terms, bool, &str), BTreeSet<&str>> = BTreeMap::new();
    for row in rows {
        let Some(stop) = &row.stop else {
            continue;
        };
        let key = (
            Terms::of(stop, row.observed),
            stop.insurers.is_empty(),
            row.group.as_str(),
        );
        insurers_by_group
            .entry(key)
            .or_default()
            .extend(stop.insurers.iter().map(String::as_str));
    }
    let mut groups_by_insurers: BTreeMap<(Terms, BTreeSet<&str>), BTreeSet<&str>> = BTreeMap::new();
    for ((terms, _, group), insurers) in insurers_by_group {
        groups_by_insurers
            .entry((terms, insurers))
            .or_default()
            .insert(group);
    }
    let mut pauses: Vec<Pause> = groups_by_insurers
        .into_iter()
        .map(|((terms, insurers), old)| pause(&terms, &insurers, groups.of_stop(&old)))
        .collect();
    let with_reason = pauses.clone();
    // Said twice, once with a reason: once is enough.
    pauses.retain(|pause| {
        pause.reason() != PauseReason::NotStated
            || !with_reason
                .iter()
                .any(|other| other.reason() != PauseReason::NotStated && is_same_stop(pause, other))
    });
    pauses
}

fn is_same_stop(one: &Pause, other: &Pause) -> bool {
    one.scope == other.scope
        && one.starts_at == other.starts_at
        && one.ends_at == other.ends_at
        && one.expected_end == other.expected_end
}

/// The id says all that the pause says: one that says something else is another pause.
fn pause(terms: &Terms, insurers: &BTreeSet<&str>, groups: Vec<String>) -> Pause {
    let insurers: Vec<String> = insurers
        .iter()
        .map(|insurer| (*insurer).to_owned())
        .collect();
    let id = hex(&format!("{terms:?} {insurers:?} {groups:?}"));
    let is_whole = insurers.is_empty() && groups.is_empty();
    Pause {
        pause_id: format!("nza-{id}"),
        scope: (!is_whole).then_some(PauseScope {
            diagnosis_groups: groups,
            insurers,
        }),
        reason: terms.reason,
        starts_at: terms.starts.map(Day::beginning),
        ends_at: terms.ends.map(Day::beginning),
        expected_end: terms.expected_end.map(Day::beginning),
        waiting_list_closed: terms.waiting_list_closed,
    }
}
