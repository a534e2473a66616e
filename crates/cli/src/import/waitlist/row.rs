//! One row, as the contract states it.

use bsn::{Bsn, ParseBsnError};
use jiff::civil::Date;
use proto::capacity::v1::CareType;
use proto::waitlist::v1::declaration::End;
use proto::waitlist::v1::{
    Declaration, Outflow, Profile, Registration, TreatmentEnded, WithdrawalReason, Withdrawn,
    WithdrawnBy,
};

use super::guard;
use crate::args::parse_offering_id;
use crate::days;
use crate::import::cells::Cells;
use crate::import::columns::Row;
use crate::import::refusal::{Refusal, reason};
use crate::places;
use crate::words::word_of;

/// All columns, in the order in which the template has them.
pub(super) const COLUMNS: [&str; 20] = [
    "reference",
    "bsn",
    "without_number",
    "location_id",
    "care_type",
    "registered_on",
    "age_band",
    "birth_date",
    "municipality",
    "gp_practice",
    "diagnosis_group",
    "preferred",
    "intake_planned_for",
    "intake_held_on",
    "treatment_started_on",
    "withdrawn_on",
    "withdrawn_by",
    "withdrawal_reason",
    "ended_on",
    "outflow",
];
/// Without these no row can be used.
pub(super) const REQUIRED: [&str; 5] = [
    "reference",
    "care_type",
    "registered_on",
    "municipality",
    "diagnosis_group",
];

/// The longest reference that is kept.
const LONGEST_REFERENCE: usize = 200;

/// Who a row is about.
#[derive(Debug)]
pub(super) enum Who {
    Number(Bsn),
    WithoutNumber,
}

/// What a row says: an entry without its id, and who it is.
#[derive(Debug)]
pub(super) struct Stated {
    pub(super) reference: String,
    pub(super) who: Who,
    pub(super) declaration: Declaration,
}

impl Stated {
    /// Whether it ended: withdrawn, or after treatment.
    pub(super) fn has_ended(&self) -> bool {
        self.declaration.end.is_some()
    }

    /// Whether the person waits.
    pub(super) fn is_open(&self) -> bool {
        self.declaration.treatment_started_on.is_empty() && self.declaration.end.is_none()
    }
}

/// Reads a row; nothing that may be a citizen number is in a refusal.
pub(super) fn read(row: &Row<'_>, today: Date) -> Result<Stated, Refusal> {
    let mut cells = Cells::new(row);
    let reference = reference(&mut cells);
    let who = who(&mut cells);
    let registration = registration(&mut cells, today);
    let declaration = steps(&mut cells, registration, today);
    match (Refusal::of(cells.wrongs), who) {
        (None, Some(who)) => Ok(Stated {
            reference,
            who,
            declaration,
        }),
        (refusal, _) => Err(guard::hidden(refusal.unwrap_or_else(missing_number))),
    }
}

/// Whoever cannot be told has a wrong cell; this one stands for it.
fn missing_number() -> Refusal {
    crate::import::refusal::Wrong::new("bsn", "", reason::MISSING).into()
}

fn reference(cells: &mut Cells<'_>) -> String {
    let reference = cells.required("reference");
    if reference.len() > LONGEST_REFERENCE {
        cells.wrong("reference", reason::TOO_LONG);
    }
    if reference.contains(char::is_control) {
        cells.wrong("reference", reason::NOT_A_CODE);
    }
    if guard::holds(&reference, cells.text("bsn")) {
        cells.wrong("reference", guard::THE_NUMBER);
    }
    reference
}

fn who(cells: &mut Cells<'_>) -> Option<Who> {
    let without_number = cells.yes("without_number");
    match (cells.is_empty("bsn"), without_number) {
        (true, true) => Some(Who::WithoutNumber),
        (true, false) => {
            cells.wrong("bsn", reason::MISSING);
            None
        }
        (false, true) => {
            cells.wrong("without_number", reason::NOT_CONSISTENT);
            None
        }
        (false, false) => match Bsn::parse(cells.text("bsn")) {
            Ok(number) => Some(Who::Number(number)),
            Err(error) => {
                cells.wrong("bsn", why_no_number(error));
                None
            }
        },
    }
}

fn why_no_number(error: ParseBsnError) -> &'static str {
    match error {
        ParseBsnError::Letters => "bsn-not-digits",
        ParseBsnError::Length => "bsn-length",
        ParseBsnError::ElevenTest => "bsn-eleven-test",
        ParseBsnError::Placeholder => "bsn-placeholder",
    }
}

/// The provider is the organisation that calls.
fn registration(cells: &mut Cells<'_>, today: Date) -> Registration {
    let care_type = cells.required_word::<CareType>("care_type");
    Registration {
        provider_id: String::new(),
        location_id: location(cells),
        care_type: word_of::<CareType>(care_type).unwrap_or_default(),
        registered_on: required_day(cells, "registered_on", today),
        profile: Some(Profile {
            age_band: age_band(cells, today),
            municipality_code: municipality(cells),
            gp_practice: gp_practice(cells),
            diagnosis_group: diagnosis_group(cells),
            preferred: cells.yes("preferred"),
        }),
    }
}

fn location(cells: &mut Cells<'_>) -> String {
    let id = cells.text("location_id").to_owned();
    if !id.is_empty() && (parse_offering_id(&id).is_err() || guard::may_be_number(&id)) {
        cells.wrong("location_id", reason::NOT_A_CODE);
    }
    id
}

fn age_band(cells: &mut Cells<'_>, today: Date) -> String {
    let stated = cells.text("age_band").to_owned();
    if !stated.is_empty() && reference::age_band(&stated).is_none() {
        cells.wrong("age_band", reason::UNKNOWN_WORD);
    }
    let born = cells.text("birth_date");
    if born.is_empty() {
        if stated.is_empty() {
            cells.wrong("age_band", reason::MISSING);
        }
        return stated;
    }
    let Some(born) = days::parse(born) else {
        cells.wrong("birth_date", reason::DATE_UNREADABLE);
        return stated;
    };
    let Some(age) = days::age_on(born, today) else {
        cells.wrong("birth_date", reason::DATE_IN_THE_FUTURE);
        return stated;
    };
    let holds = |band: &&reference::AgeBand| {
        age >= band.min_years && band.max_years.is_none_or(|oldest| age <= oldest)
    };
    let band = reference::age_bands().find(holds);
    let band = band.map(|band| band.code.to_owned()).unwrap_or_default();
    if !stated.is_empty() && stated != band {
        cells.wrong("age_band", reason::NOT_CONSISTENT);
    }
    band
}

fn municipality(cells: &mut Cells<'_>) -> String {
    let stated = cells.required("municipality");
    let code = places::municipality_code(&stated);
    if code.is_none() && !stated.is_empty() {
        cells.wrong("municipality", reason::MUNICIPALITY_UNKNOWN);
    }
    code.unwrap_or_default()
}

fn gp_practice(cells: &mut Cells<'_>) -> String {
    let code = cells.text("gp_practice").to_owned();
    let is_agb = code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit());
    if !code.is_empty() && !is_agb {
        cells.wrong("gp_practice", reason::NOT_A_CODE);
    }
    code
}

fn diagnosis_group(cells: &mut Cells<'_>) -> String {
    let code = cells.required("diagnosis_group");
    if !code.is_empty() && reference::diagnosis_group(&code).is_none() {
        cells.wrong("diagnosis_group", reason::DIAGNOSIS_GROUP_UNKNOWN);
    }
    code
}

fn steps(cells: &mut Cells<'_>, registration: Registration, today: Date) -> Declaration {
    let held_on = past_day(cells, "intake_held_on", today);
    let started_on = past_day(cells, "treatment_started_on", today);
    if !cells.is_empty("treatment_started_on") && cells.is_empty("intake_held_on") {
        cells.wrong("intake_held_on", reason::MISSING);
    }
    let end = match (withdrawn(cells, today), ended(cells, today)) {
        (Some(_), Some(_)) => {
            cells.wrong("withdrawn_on", reason::NOT_CONSISTENT);
            None
        }
        (Some(withdrawn), None) => Some(End::Withdrawn(withdrawn)),
        (None, Some(ended)) => Some(End::TreatmentEnded(ended)),
        (None, None) => None,
    };
    Declaration {
        context: None,
        entry_id: String::new(),
        registration: Some(registration),
        person: None,
        intake_planned_for: day(cells, "intake_planned_for").map_or_else(String::new, text),
        intake_held_on: held_on,
        treatment_started_on: started_on,
        end,
    }
}

fn withdrawn(cells: &mut Cells<'_>, today: Date) -> Option<Withdrawn> {
    if !all_or_none(
        cells,
        &["withdrawn_on", "withdrawn_by", "withdrawal_reason"],
    ) {
        return None;
    }
    if !cells.is_empty("treatment_started_on") {
        cells.wrong("withdrawn_on", reason::NOT_CONSISTENT);
    }
    Some(Withdrawn {
        on: past_day(cells, "withdrawn_on", today),
        by: cells.word::<WithdrawnBy>("withdrawn_by"),
        reason: cells.word::<WithdrawalReason>("withdrawal_reason"),
    })
}

fn ended(cells: &mut Cells<'_>, today: Date) -> Option<TreatmentEnded> {
    if !all_or_none(cells, &["ended_on", "outflow"]) {
        return None;
    }
    if cells.is_empty("treatment_started_on") {
        cells.wrong("treatment_started_on", reason::MISSING);
    }
    Some(TreatmentEnded {
        ended_on: past_day(cells, "ended_on", today),
        outflow: cells.word::<Outflow>("outflow"),
    })
}

/// Whether all of them are stated; some of them are wrong.
fn all_or_none(cells: &mut Cells<'_>, columns: &[&str]) -> bool {
    let missing: Vec<&str> = columns
        .iter()
        .copied()
        .filter(|column| cells.is_empty(column))
        .collect();
    if missing.len() < columns.len() {
        missing
            .iter()
            .for_each(|column| cells.wrong(column, reason::MISSING));
    }
    missing.is_empty()
}

fn required_day(cells: &mut Cells<'_>, column: &str, today: Date) -> String {
    if cells.is_empty(column) {
        cells.wrong(column, reason::DATE_MISSING);
    }
    past_day(cells, column, today)
}

fn past_day(cells: &mut Cells<'_>, column: &str, today: Date) -> String {
    let day = day(cells, column);
    if day.is_some_and(|day| day > today) {
        cells.wrong(column, reason::DATE_IN_THE_FUTURE);
    }
    day.map_or_else(String::new, text)
}

fn day(cells: &mut Cells<'_>, column: &str) -> Option<Date> {
    let written = cells.text(column);
    if written.is_empty() {
        return None;
    }
    let day = days::parse(written);
    if day.is_none() {
        cells.wrong(column, reason::DATE_UNREADABLE);
    }
    day
}

fn text(day: Date) -> String {
    day.to_string()
}
