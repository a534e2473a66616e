//! One row: what it says, or everything for which it cannot be used.

use proto::capacity::v1::{CareType, Circuit};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::cells::Wrongs;
use super::insurers;
use super::remark::{self, About, Offer, Stop, Stopped};
use super::text::folded;
use super::wait::Clock;
use crate::import::columns::Row;
use crate::import::day::Day;
use crate::import::refusal::{Refusal, Wrong, reason};

/// What an offering is, as far as rows tell. Its identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::import) struct What {
    pub(super) provider_id: String,
    /// Value of the contract's `ProviderKind`.
    pub(super) provider_kind: i32,
    /// Empty for an independent practice, as is the location.
    pub(super) provider_name: String,
    pub(super) location: String,
    pub(super) municipality: String,
    /// Values of the contract's enums.
    pub(super) circuit: i32,
    pub(super) care_type: i32,
    /// The provider's own word for the group or programme.
    pub(super) literal: String,
}

/// What one row says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::import) struct Stated {
    pub(super) what: What,
    /// Name of the old main diagnosis group.
    pub(super) group: String,
    /// Insurers that the figures hold for; none: all.
    pub(super) insurers: Vec<String>,
    pub(super) intake_days: Option<u32>,
    pub(super) treatment_days: Option<u32>,
    /// A stop in force; its insurers are those that it is for.
    pub(super) stop: Option<Stop>,
    /// Whether those that the figures hold for are admitted; none: it does not say.
    pub(super) admits: Option<bool>,
    pub(super) published: Option<Day>,
    pub(super) collected: Option<Day>,
    /// The day of which the figures are.
    pub(super) observed: Option<Day>,
    pub(super) codes: Vec<String>,
    /// The cells as written, with their columns: intake, treatment, remark.
    pub(super) cells: [(String, String); 3],
}

/// Returns the id of the offering: the same for the same provider, programme, location, circuit, group and care type.
pub(super) fn offering_id(what: &What) -> String {
    let parts = [
        what.provider_id.clone(),
        what.provider_kind.to_string(),
        folded(&what.provider_name),
        folded(&what.location),
        what.municipality.clone(),
        what.circuit.to_string(),
        what.care_type.to_string(),
        folded(&what.literal),
    ];
    format!("nza-{}", hex(&parts.join("\u{1f}")))
}

/// Twenty-four digits that stand for a text.
pub(super) fn hex(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Reads a row.
pub(super) fn read(row: &Row<'_>, today: Day) -> Result<Stated, Refusal> {
    let mut wrongs = Wrongs::new(row);
    let what = wrongs.what();
    let group = wrongs.group();
    let dates = wrongs.dates(today);
    let insurers = insurers::column(row.get("insurer")).unwrap_or_else(|()| {
        wrongs.add("insurer", reason::INSURER_UNCERTAIN);
        Vec::new()
    });
    let about = About {
        care_type: CareType::try_from(what.care_type).unwrap_or_default(),
        circuit: Circuit::try_from(what.circuit).unwrap_or_default(),
        places: [row.get("location"), row.get("place")],
        groups: [
            row.get("diagnosis_group_literal"),
            row.get("main_diagnosis_group"),
        ],
        written_on: dates.published.or(dates.collected),
        today,
    };
    let intake = wrongs.figure(
        "intake_wait_weeks",
        "intake_wait_literal",
        Clock::Intake,
        &about,
    )?;
    let treatment = wrongs.figure(
        "treatment_wait_weeks",
        "treatment_wait_literal",
        Clock::Treatment,
        &about,
    )?;
    let figures_stop = intake.stops || treatment.stops;
    let remark = row.get("remark");
    let said = [remark, intake.text, treatment.text].join("; ");
    let remark_read = remark::read(&said, &about, figures_stop);
    not_an_offering("remark", remark, remark_read.offer)?;
    if remark_read.stopped == Stopped::NotCertain {
        wrongs.add("remark", reason::STOP_UNCERTAIN);
    }
    let has_figure = intake.days.is_some() || treatment.days.is_some();
    if has_figure && dates.observed.is_none() {
        wrongs.add("published_on", reason::DATE_MISSING);
    }
    if let Some(refusal) = Refusal::of(wrongs.found) {
        return Err(refusal);
    }
    let admission = Admission::of(remark_read.stopped, figures_stop, &insurers, has_figure);
    Ok(Stated {
        what,
        group,
        insurers,
        intake_days: intake.days,
        treatment_days: treatment.days,
        stop: admission.stop,
        admits: admission.admits,
        published: dates.published,
        collected: dates.collected,
        observed: dates.observed,
        codes: remark_read
            .codes
            .iter()
            .map(|code| (*code).to_owned())
            .chain(dates.codes)
            .collect(),
        cells: [intake.cell, treatment.cell, ("remark", remark)]
            .map(|(column, value)| (column.to_owned(), value.to_owned())),
    })
}

struct Admission {
    stop: Option<Stop>,
    admits: Option<bool>,
}

impl Admission {
    /// A stop in the figures is for the insurers of the row; a remark may name others.
    fn of(stopped: Stopped, figures_stop: bool, column: &[String], has_figure: bool) -> Self {
        let open = has_figure.then_some(true);
        let mut stop = match stopped {
            Stopped::InForce(stop) => stop,
            Stopped::Ended => {
                return Self {
                    stop: None,
                    admits: None,
                };
            }
            Stopped::No | Stopped::NotCertain => {
                return Self {
                    stop: None,
                    admits: open,
                };
            }
        };
        let names_the_row = column.iter().all(|insurer| stop.insurers.contains(insurer));
        let admits = match (column, stop.insurers.as_slice()) {
            (_, []) => Some(false),
            ([], _) if figures_stop => None,
            ([], _) => open,
            _ if figures_stop || names_the_row => Some(false),
            _ => open,
        };
        if figures_stop || stop.insurers.is_empty() {
            let named = !stop.insurers.is_empty();
            if !(column.is_empty() && named) {
                stop.insurers.extend_from_slice(column);
                stop.insurers.sort_unstable();
                stop.insurers.dedup();
            }
        }
        Self {
            stop: Some(stop),
            admits,
        }
    }
}

pub(super) fn not_an_offering(column: &str, value: &str, offer: Offer) -> Result<(), Refusal> {
    match offer {
        Offer::NotGiven => Err(Wrong::new(column, value, reason::NO_OFFER).into()),
        Offer::Closed => Err(Wrong::new(column, value, reason::CLOSED).into()),
        Offer::Given | Offer::ClosingAnnounced => Ok(()),
    }
}
