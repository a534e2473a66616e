use std::io::Write;

use jiff::civil::Date;
use proto::waitlist::v1::declaration::End;

use super::reader::{self, Batch};
use super::row::{COLUMNS, Stated, Who};
use super::*;
use crate::import::refusal::Refusal;

const TODAY: &str = "2026-11-26";

/// Reads a file as an import does.
fn read(file: &str) -> Batch {
    let mut written = tempfile::NamedTempFile::new().unwrap();
    written.write_all(file.as_bytes()).unwrap();
    let input = Input::open(written.path(), true, columns).unwrap();
    let today: Date = TODAY.parse().unwrap();
    let mut batches = reader::read(input, Lines::All, today);
    let mut all = Batch::default();
    while let Some(batch) = batches.blocking_recv() {
        let batch = batch.unwrap();
        all.rows.extend(batch.rows);
        all.refused.extend(batch.refused);
        all.crowded.extend(batch.crowded);
    }
    all
}

/// Reads one row with all that must be there; `cells` are put in, or replace what is there.
fn row(cells: &[(&str, &str)]) -> Result<Stated, Refusal> {
    let usual = [
        ("reference", "r-1"),
        ("bsn", "999990019"),
        ("care_type", "specialised"),
        ("registered_on", "2026-03-01"),
        ("age_band", "25-44"),
        ("municipality", "GM0014"),
        ("diagnosis_group", "05"),
    ];
    let value = |column: &str| {
        let all = cells.iter().chain(&usual);
        all.into_iter()
            .find(|(name, _)| *name == column)
            .map_or("", |(_, value)| *value)
    };
    let values: Vec<&str> = COLUMNS.iter().map(|column| value(column)).collect();
    let file = format!("{}\n{}\n", COLUMNS.join(","), values.join(","));
    let mut batch = read(&file);
    match batch.rows.pop() {
        Some((_, stated)) => Ok(stated),
        None => Err(batch.refused.pop().unwrap().1),
    }
}

/// Column and reason of everything that is wrong with a row.
fn wrongs(cells: &[(&str, &str)]) -> Vec<(String, String)> {
    let refusal = row(cells).unwrap_err();
    let all = std::iter::once(refusal.wrong).chain(refusal.also);
    all.map(|wrong| (wrong.column, wrong.reason)).collect()
}

fn wrong(cells: &[(&str, &str)], column: &str, reason: &str) {
    assert_eq!(
        wrongs(cells),
        [(column.to_owned(), reason.to_owned())],
        "{cells:?}"
    );
}

#[test]
fn a_row_says_an_entry_and_neither_its_reference_nor_its_number_is_in_it() {
    let stated = row(&[("gp_practice", "01012345"), ("preferred", "ja")]).unwrap();
    assert!(matches!(stated.who, Who::Number(_)));
    assert!(stated.is_open());
    let said = format!("{:?}", stated.declaration);
    assert!(!said.contains("r-1") && !said.contains("99999"), "{said}");
    let registration = stated.declaration.registration.unwrap();
    assert_eq!(registration.care_type, "specialised");
    let profile = registration.profile.unwrap();
    assert_eq!(profile.municipality_code, "GM0014");
    assert!(profile.preferred);
}

#[test]
fn of_a_date_of_birth_only_the_band_of_today_is_sent() {
    let born = |day| row(&[("age_band", ""), ("birth_date", day)]);
    for (day, band) in [
        ("2008-11-26", "18-24"),
        ("2008-11-27", "12-17"),
        ("1950-01-01", "65+"),
    ] {
        let declaration = born(day).unwrap().declaration;
        assert!(!format!("{declaration:?}").contains(day));
        let profile = declaration.registration.unwrap().profile.unwrap();
        assert_eq!(profile.age_band, band, "{day}");
    }
    wrong(
        &[("birth_date", "1950-01-01")],
        "age_band",
        "not-consistent",
    );
    wrong(
        &[("age_band", ""), ("birth_date", "2030-01-01")],
        "birth_date",
        "date-in-the-future",
    );
    wrong(&[("age_band", "")], "age_band", "missing");
}

#[test]
fn a_municipality_is_a_code_or_a_name() {
    let declaration = row(&[("municipality", "Assen")]).unwrap().declaration;
    let profile = declaration.registration.unwrap().profile.unwrap();
    assert_eq!(profile.municipality_code, "GM0106");
    wrong(
        &[("municipality", "Atlantis")],
        "municipality",
        "municipality-unknown",
    );
}

#[test]
fn a_person_has_a_number_or_is_said_to_have_none() {
    let without = row(&[("bsn", ""), ("without_number", "yes")]).unwrap();
    assert!(matches!(without.who, Who::WithoutNumber));
    wrong(&[("bsn", "")], "bsn", "missing");
    wrong(
        &[("without_number", "yes")],
        "without_number",
        "not-consistent",
    );
}

#[test]
fn a_number_that_is_none_is_refused_with_its_reason_and_never_shown() {
    for (number, reason) in [
        ("999990018", "bsn-eleven-test"),
        ("12345", "bsn-length"),
        ("99999001x", "bsn-not-digits"),
        ("123456782", "bsn-placeholder"),
    ] {
        wrong(&[("bsn", number)], "bsn", reason);
        let refusal = row(&[("bsn", number), ("care_type", "care")]).unwrap_err();
        assert!(!format!("{refusal:?}").contains(number), "{refusal:?}");
    }
}

#[test]
fn a_number_in_another_column_is_never_shown_either() {
    for column in COLUMNS.iter().filter(|column| **column != "bsn") {
        let refusal = match row(&[(*column, "9999.90.019"), ("care_type", "care")]) {
            Err(refusal) => format!("{refusal:?}"),
            Ok(_) => String::new(),
        };
        assert!(!refusal.contains("9999.90"), "{column}: {refusal}");
    }
}

#[test]
fn a_reference_is_not_the_number_itself() {
    wrong(
        &[("reference", "P999990019")],
        "reference",
        "reference-is-the-number",
    );
    assert!(row(&[("reference", "123456789")]).is_ok());
}

#[test]
fn steps_go_together() {
    let started = [
        ("intake_held_on", "2026-04-01"),
        ("treatment_started_on", "2026-05-01"),
    ];
    let stated = row(&started).unwrap();
    assert!(!stated.is_open());
    let ended = [("ended_on", "2026-09-01"), ("outflow", "gp")];
    let stated = row(&[&started[..], &ended].concat()).unwrap();
    assert!(matches!(
        stated.declaration.end,
        Some(End::TreatmentEnded(_))
    ));
    let withdrawn = [
        ("withdrawn_on", "2026-04-01"),
        ("withdrawn_by", "person"),
        ("withdrawal_reason", "moved"),
    ];
    let stated = row(&withdrawn).unwrap();
    assert!(matches!(stated.declaration.end, Some(End::Withdrawn(_))));
    assert!(!stated.is_open());

    wrong(&started[1..], "intake_held_on", "missing");
    wrong(&ended, "treatment_started_on", "missing");
    wrong(&withdrawn[..2], "withdrawal_reason", "missing");
    wrong(
        &[&started[..], &withdrawn].concat(),
        "withdrawn_on",
        "not-consistent",
    );
    wrong(
        &[("intake_held_on", "2027-01-01")],
        "intake_held_on",
        "date-in-the-future",
    );
    assert!(row(&[("intake_planned_for", "2027-01-01")]).is_ok());
}

#[test]
fn all_that_is_wrong_with_a_row_is_named_at_once() {
    let found = wrongs(&[
        ("reference", ""),
        ("bsn", "1"),
        ("registered_on", "01-03-2026"),
        ("diagnosis_group", "99"),
        ("gp_practice", "1"),
        ("outflow", "gp"),
    ]);
    let expected = [
        ("reference", "missing"),
        ("bsn", "bsn-length"),
        ("registered_on", "date-unreadable"),
        ("gp_practice", "not-a-code"),
        ("diagnosis_group", "diagnosis-group-unknown"),
        ("ended_on", "missing"),
    ];
    assert_eq!(
        found,
        expected.map(|(column, reason)| (column.to_owned(), reason.to_owned()))
    );
}

const FEW: &str = "reference;bsn;care_type;registered_on;age_band;municipality;diagnosis_group\n";

#[test]
fn of_rows_with_one_reference_the_first_is_taken() {
    let line = |reference: &str, care_type: &str| {
        format!("{reference};999990019;{care_type};2026-03-01;25-44;GM0014;05\n")
    };
    let file = [
        FEW,
        &line("a", "basic"),
        &line("b", "basic"),
        &line("a", "guidance"),
    ]
    .concat();
    let batch = read(&file);
    let lines: Vec<u64> = batch.rows.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 3]);
    let (line, refusal) = &batch.refused[0];
    assert_eq!((*line, refusal.other_line), (4, Some(2)));
    assert_eq!(refusal.wrong.reason, "reference-doubled");
}

#[test]
fn more_than_five_open_entries_of_one_person_are_warned_about() {
    let line = |reference: u32, number: &str| {
        format!("{reference};{number};basic;2026-03-01;25-44;GM0014;05\n")
    };
    let five: String = (0..5)
        .map(|reference| line(reference, "999990019"))
        .collect();
    let other = line(90, "10000008");
    assert_eq!(
        read(&[FEW, &five, &other].concat()).crowded,
        [[0_u64; 0]; 0]
    );
    let six = line(91, "9999.90.019");
    let batch = read(&[FEW, &five, &other, &six].concat());
    assert_eq!(batch.crowded, [vec![2, 3, 4, 5, 6, 8]]);
    assert_eq!(batch.rows.len(), 7);
}

#[test]
fn a_row_that_is_none_costs_only_itself_and_is_not_shown() {
    let good = "b;10000008;basic;2026-03-01;25-44;GM0014;05\n";
    for bad in [
        "a;999990019;basic\n",
        "a;\"999990019\"x;basic;2026-03-01;25-44;GM0014;05\n",
        "a;999990019\0;basic;2026-03-01;25-44;GM0014;05\n",
    ] {
        let batch = read(&[FEW, bad, good].concat());
        assert_eq!((batch.rows.len(), batch.refused.len()), (1, 1), "{bad}");
        assert!(!format!("{:?}", batch.refused).contains("99999"), "{bad}");
    }
}

fn refused_header(header: &str) -> String {
    let header: Vec<String> = header.split(',').map(str::to_owned).collect();
    columns(&header).unwrap_err().to_string()
}

#[test]
fn columns_that_are_missing_or_not_known_are_named() {
    let said = refused_header("reference,bsn,care_type,name");
    assert!(
        said.contains("it has no column registered_on, municipality, diagnosis_group"),
        "{said}"
    );
    assert!(said.contains("its column name is not known"), "{said}");
    let said =
        refused_header("reference,care_type,registered_on,municipality,diagnosis_group,age_band");
    assert!(
        said.contains("neither a column bsn nor without_number"),
        "{said}"
    );
}

#[test]
fn a_file_without_a_header_does_not_show_its_first_row() {
    let said = refused_header("r-1,999990019,basic");
    assert!(!said.contains("999990019"), "{said}");
}

#[test]
fn the_template_has_every_column_and_its_rows_can_be_used() {
    let header = TEMPLATE.lines().next().unwrap();
    assert_eq!(header, COLUMNS.join(","));
    for column in COLUMNS {
        let explained = |line: &str| line.starts_with('#') && line.contains(column);
        assert!(TEMPLATE.lines().any(explained), "{column}");
    }
    let batch = read(TEMPLATE);
    assert_eq!(
        (batch.rows.len(), batch.refused.len()),
        (2, 0),
        "{:?}",
        batch.refused
    );
}

#[test]
fn the_files_of_an_import_are_files_of_their_own() {
    let args = |rejects: Option<&str>, entries: Option<&str>| ListImportArgs {
        file: "list.csv".into(),
        rejects: rejects.map(PathBuf::from),
        entries: entries.map(PathBuf::from),
        new_entries: false,
        evaluator: crate::args::EvaluatorArgs::default(),
    };
    assert_eq!(beside(Path::new("list.csv")), Path::new("list.csv.entries"));
    let fits = |args: &ListImportArgs| {
        let entries = args.entries.clone().unwrap_or_else(|| beside(&args.file));
        apart(args, &entries).is_ok()
    };
    assert!(fits(&args(Some("r.csv"), None)));
    assert!(!fits(&args(Some("list.csv"), None)));
    assert!(!fits(&args(Some("list.csv.entries"), None)));
    assert!(!fits(&args(None, Some("list.csv"))));
}
