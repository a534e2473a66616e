mod stops;
mod together;

use proto::capacity::v1::{CareType, Circuit, ProviderKind, PublishOfferingRequest, Wait};

use super::*;
use crate::import::columns::Columns;
use crate::import::pipeline::{next_ready, read_records};
use crate::import::record::Records;
use crate::import::stage::Stage;

const HEADER: &str = "provider_id,provider_kind,provider_name,agb_code,location,place,municipality_code,circuit,\
diagnosis_group_literal,main_diagnosis_group,care_type,intake_wait_weeks,treatment_wait_weeks,intake_wait_literal,\
treatment_wait_literal,remark,insurer,published_on,collected_on";

/// A row in which some cells differ from an ordinary one.
fn row(cells: &[(&str, &str)]) -> String {
    let ordinary = [
        ("provider_id", "6999001"),
        ("provider_kind", "Instelling"),
        ("provider_name", "GGZ Voorbeeld"),
        ("location", "Noord"),
        ("place", "Groningen"),
        ("municipality_code", "GM0014"),
        ("circuit", "Volwassenen"),
        (
            "main_diagnosis_group",
            "Geen onderscheid naar hoofddiagnosegroepen",
        ),
        ("care_type", "SGGZ"),
        ("intake_wait_weeks", "5"),
        ("treatment_wait_weeks", "-"),
        ("published_on", "2018-02-15"),
        ("collected_on", "2018-02-27"),
    ];
    let value = |column: &str| {
        let found = cells
            .iter()
            .chain(&ordinary)
            .find(|(name, _)| *name == column);
        found.map_or(String::new(), |(_, value)| {
            format!("\"{}\"", value.replace('"', "\"\""))
        })
    };
    HEADER.split(',').map(value).collect::<Vec<_>>().join(",")
}

struct Read {
    requests: Vec<PublishOfferingRequest>,
    /// Line, column, reason, line of the other.
    refused: Vec<(u64, String, String, Option<u64>)>,
    rows: u64,
    own: u64,
    repeats: u64,
}

fn read(rows: &[String]) -> Read {
    let file = format!("{HEADER}\n{}\n", rows.join("\n"));
    let mut records = Records::new(file.as_bytes(), false);
    let header = records.header().unwrap().unwrap().unwrap();
    let columns = Columns::find(&header, &COLUMNS, &COLUMNS, false).unwrap();
    let stage = Stage::create().unwrap();
    let source = Published {
        today: Day::new(2018, 3, 20).unwrap(),
    };
    let rows = read_records(&mut records, &columns, (&source, &stage), |_| {}).unwrap();
    let mut read = Read {
        requests: Vec::new(),
        refused: Vec::new(),
        rows,
        own: 0,
        repeats: 0,
    };
    let mut after = String::new();
    while let Some(ready) = next_ready(&source, &stage, &mut after).unwrap() {
        read.own += ready.rows;
        read.repeats += ready.repeats;
        read.requests.push(ready.request);
    }
    stage
        .refusals::<StageError>(|line, refusal| {
            let wrong = refusal.wrong;
            read.refused
                .push((line, wrong.column, wrong.reason, refusal.other_line));
            Ok(())
        })
        .unwrap();
    read
}

fn only(cells: &[(&str, &str)]) -> PublishOfferingRequest {
    let mut read = read(&[row(cells)]);
    assert_eq!(read.refused, [], "{cells:?}");
    read.requests.remove(0)
}

fn refused(cells: &[(&str, &str)]) -> (String, String) {
    let mut read = read(&[row(cells)]);
    assert!(read.requests.is_empty(), "{cells:?}");
    let (_, column, reason, _) = read.refused.remove(0);
    (column, reason)
}

fn waits(request: PublishOfferingRequest) -> Vec<Wait> {
    request
        .report
        .map(|report| report.waits)
        .unwrap_or_default()
}

fn seconds(date: &str) -> i64 {
    Day::of(date.parse().unwrap()).unwrap().beginning().seconds
}

#[test]
fn an_ordinary_row_is_an_offering_with_an_expired_wait() {
    let request = only(&[
        ("diagnosis_group_literal", "Poli"),
        ("main_diagnosis_group", "Eetstoornissen"),
    ]);
    let details = request.details.clone().unwrap();
    assert_eq!(details.provider_id, "nza:6999001");
    assert_eq!(details.provider_name, "GGZ Voorbeeld");
    assert_eq!(details.location_name, "Noord");
    assert_eq!(details.municipality_code, "GM0014");
    assert_eq!(details.programme_name, "Poli");
    assert_eq!(details.care_type(), CareType::Specialised);
    assert_eq!(details.circuits, [i32::from(Circuit::Adults)]);
    assert_eq!(details.diagnosis_groups, ["10"]);
    let report = request.report.clone().unwrap();
    assert_eq!(report.observed_at.unwrap().seconds, seconds("2018-02-15"));
    assert_eq!(report.valid_until.unwrap().seconds, seconds("2018-03-22"));
    assert!(report.counts.is_none());
    let [wait] = &waits(request.clone())[..] else {
        panic!("{request:?}")
    };
    assert_eq!(
        (wait.intake_wait_days, wait.treatment_wait_days),
        (Some(35), None)
    );
    assert_eq!(wait.published_at.unwrap().seconds, seconds("2018-02-15"));
    assert_eq!(wait.read_at.unwrap().seconds, seconds("2018-02-27"));
    assert!(request.pauses.is_empty() && request.replace_pauses);
}

#[test]
fn the_text_counts_before_the_figure_that_was_computed_from_it() {
    let request = only(&[
        ("intake_wait_weeks", "14"),
        ("intake_wait_literal", "12-16 weken"),
        ("treatment_wait_weeks", "1"),
        ("treatment_wait_literal", "Geen wachttijd"),
    ]);
    let wait = &waits(request)[0];
    assert_eq!(
        (wait.intake_wait_days, wait.treatment_wait_days),
        (Some(112), Some(0))
    );
    assert_eq!(
        refused(&[
            ("intake_wait_weeks", "12"),
            ("intake_wait_literal", "7 weken")
        ]),
        ("intake_wait_weeks".into(), "wait-mismatch".into())
    );
}

#[test]
fn a_row_without_figures_is_an_offering_without_a_report() {
    let request = only(&[
        ("intake_wait_weeks", "-"),
        ("remark", "Geen wachttijdinfo"),
        ("published_on", "Onbekend"),
    ]);
    assert_eq!(request.report, None);
    assert_eq!(
        request.details.unwrap().remark_codes,
        ["no-wait-information", "publication-date-unknown"]
    );
}

/// Cells, and the column and the reason for which they are refused.
type Unusable = (
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

#[rustfmt::skip]
const UNUSABLE: [Unusable; 19] = [
    (&[("provider_id", "")], "provider_id", "provider-unknown"),
    (&[("provider_kind", "Ziekenhuis")], "provider_kind", "provider-kind-unknown"),
    (&[("circuit", "Iedereen")], "circuit", "circuit-unknown"),
    (&[("care_type", "Onbekend")], "care_type", "care-type-unknown"),
    (&[("main_diagnosis_group", "Psychiatrie")], "main_diagnosis_group", "diagnosis-group-unknown"),
    (&[("municipality_code", "GM9999")], "municipality_code", "municipality-unknown"),
    (&[("insurer", "alle behalve CZ")], "insurer", "insurer-uncertain"),
    (&[("published_on", "gisteren")], "published_on", "date-unreadable"),
    (&[("published_on", "2018-02-30")], "published_on", "date-unreadable"),
    (&[("published_on", "1918-02-01")], "published_on", "date-unreadable"),
    (&[("published_on", "2018-03-21")], "published_on", "date-in-the-future"),
    (&[("published_on", "Onbekend"), ("collected_on", "")], "published_on", "date-missing"),
    (&[("intake_wait_weeks", "-3")], "intake_wait_weeks", "wait-implausible"),
    (&[("intake_wait_weeks", "9999")], "intake_wait_weeks", "wait-implausible"),
    (&[("treatment_wait_literal", "Minimaal 8 weken")], "treatment_wait_literal", "wait-uncertain"),
    (&[("remark", "Aanmeldstop behalve voor CZ")], "remark", "stop-uncertain"),
    (&[("remark", "Geen aanbod"), ("care_type", "Onbekend")], "remark", "no-offer"),
    (&[("remark", "Faillissement")], "remark", "closed"),
    (&[("intake_wait_weeks", "Geen aanbod")], "intake_wait_weeks", "no-offer"),
];

#[test]
fn what_cannot_be_used_is_named_by_column_and_reason() {
    for (cells, column, reason) in UNUSABLE {
        assert_eq!(
            refused(cells),
            (column.to_owned(), reason.to_owned()),
            "{cells:?}"
        );
    }
}

#[test]
fn a_date_may_be_written_in_other_ways_and_the_day_of_reading_stands_in_for_it() {
    for date in [
        "2018-02-15 00:00:00",
        "15-02-2018",
        "15/2/2018",
        "15 februari 2018",
    ] {
        let observed = only(&[("published_on", date)]).report.unwrap().observed_at;
        assert_eq!(observed.unwrap().seconds, seconds("2018-02-15"), "{date}");
    }
    // Published after it was read: it stood there when it was read.
    for date in ["2018-03-15", "Onbekend", ""] {
        let request = only(&[("published_on", date)]);
        let observed = request.report.clone().unwrap().observed_at.unwrap().seconds;
        assert_eq!(observed, seconds("2018-02-27"), "{date}");
        assert_eq!(waits(request)[0].published_at, None);
    }
}

#[test]
fn an_independent_practice_sends_nothing_by_which_it_could_be_recognised() {
    let cells = [
        ("provider_kind", "Vrijgevestigde"),
        ("provider_id", "7999001"),
        ("provider_name", "Praktijk Jansen"),
        ("agb_code", "94999001"),
        ("location", "Dorpsstraat 1"),
        ("place", "Tolbert"),
        ("municipality_code", "GM0015"),
        ("diagnosis_group_literal", "Jansen psychotherapie"),
        ("remark", "Jansen is met verlof"),
    ];
    let request = only(&cells);
    let details = request.details.clone().unwrap();
    assert_eq!(details.provider_kind(), ProviderKind::IndependentPractice);
    assert_eq!(details.municipality_code, "GM1969");
    let sent = format!("{request:?}");
    for kept_out in ["Jansen", "94999001", "Dorpsstraat", "Tolbert", "GM0015"] {
        assert!(!sent.contains(kept_out), "{sent}");
    }
    // Two practices of one municipality are two offerings; a move within it is none.
    let with = |cell: (&'static str, &'static str)| {
        let cells: Vec<_> = std::iter::once(cell).chain(cells).collect();
        only(&cells).offering_id
    };
    assert_ne!(with(("provider_id", "7999002")), request.offering_id);
    assert_eq!(with(("place", "Leek")), request.offering_id);
}
