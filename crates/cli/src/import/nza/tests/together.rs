//! Rows about the same offering.

use proptest::prelude::*;

use super::*;

#[test]
fn figures_per_insurer_are_figures_of_one_offering() {
    let read = read(&[
        row(&[("insurer", "CZ")]),
        row(&[("insurer", "VGZ")]),
        row(&[("insurer", "Menzis"), ("intake_wait_weeks", "9")]),
        row(&[("insurer", "")]),
    ]);
    assert_eq!((read.requests.len(), read.own), (1, 4));
    let waits = waits(read.requests[0].clone());
    let said: Vec<_> = waits
        .iter()
        .map(|wait| (wait.insurers.join("+"), wait.intake_wait_days))
        .collect();
    assert_eq!(said.len(), 3);
    for expected in [
        (String::new(), Some(35)),
        ("CZ+VGZ".into(), Some(35)),
        ("Menzis".into(), Some(63)),
    ] {
        assert!(said.contains(&expected), "{said:?}");
    }
}

#[test]
fn each_part_of_the_identity_makes_another_offering_and_nothing_else_does() {
    let ordinary = only(&[]).offering_id;
    for other in [
        ("provider_id", "6999002"),
        ("provider_name", "Programma"),
        ("location", "Zuid"),
        ("municipality_code", "GM0114"),
        ("circuit", "Jeugd"),
        ("diagnosis_group_literal", "Poli"),
        ("care_type", "BGGZ"),
    ] {
        assert_ne!(only(&[other]).offering_id, ordinary, "{other:?}");
    }
    for same in [
        ("provider_name", " GGZ  voorbeeld "),
        ("agb_code", "06000000"),
        ("main_diagnosis_group", "Eetstoornissen"),
        ("insurer", "CZ"),
        ("intake_wait_weeks", "8"),
        ("remark", "Geen website"),
        ("published_on", "2018-01-01"),
    ] {
        assert_eq!(only(&[same]).offering_id, ordinary, "{same:?}");
    }
    assert!(ordinary.starts_with("nza-") && ordinary.len() == 28);
}

#[test]
fn exact_repeats_change_nothing() {
    let read = read(&[row(&[]), row(&[]), row(&[])]);
    assert_eq!(
        (
            read.requests.len(),
            read.own,
            read.repeats,
            read.refused.len()
        ),
        (1, 1, 2, 0)
    );
}

#[test]
fn rows_that_contradict_each_other_are_refused_and_name_each_other() {
    let read = read(&[
        row(&[]),
        row(&[("insurer", "CZ"), ("treatment_wait_weeks", "4")]),
        row(&[("intake_wait_weeks", "8")]),
        row(&[]),
        row(&[("insurer", "CZ"), ("treatment_wait_weeks", "6")]),
        row(&[("insurer", "VGZ")]),
        row(&[("insurer", "VGZ"), ("remark", "Aanmeldstop")]),
        row(&[("insurer", "Menzis")]),
    ]);
    let intake = "intake_wait_weeks".to_owned();
    let treatment = "treatment_wait_weeks".to_owned();
    let why = "contradiction".to_owned();
    let expected = [
        (2, intake.clone(), why.clone(), Some(4)),
        (3, treatment.clone(), why.clone(), Some(6)),
        (4, intake.clone(), why.clone(), Some(2)),
        (5, intake.clone(), why.clone(), Some(4)),
        (6, treatment, why.clone(), Some(3)),
        (7, intake, why.clone(), Some(8)),
        (8, "remark".to_owned(), why, Some(7)),
    ];
    assert_eq!(read.refused, expected);
    assert_eq!((read.requests.len(), read.own), (1, 1));
    assert_eq!(waits(read.requests[0].clone())[0].insurers, ["Menzis"]);
}

#[test]
fn what_one_row_leaves_open_another_may_say() {
    let read = read(&[
        row(&[("treatment_wait_weeks", "-")]),
        row(&[("intake_wait_weeks", "-"), ("treatment_wait_weeks", "2")]),
    ]);
    assert_eq!(read.refused, []);
    let wait = &waits(read.requests[0].clone())[0];
    assert_eq!(
        (wait.intake_wait_days, wait.treatment_wait_days),
        (Some(35), Some(14))
    );
}

#[test]
fn old_diagnosis_groups_lead_to_present_ones() {
    let group = |name: &str, weeks: &str| {
        row(&[("main_diagnosis_group", name), ("intake_wait_weeks", weeks)])
    };
    let ambiguous = only(&[("main_diagnosis_group", "Angststoornissen")]);
    let details = ambiguous.details.clone().unwrap();
    assert_eq!(details.diagnosis_groups, ["05", "06", "07"]);
    assert!(
        details
            .remark_codes
            .contains(&"diagnosis-group-ambiguous".to_owned())
    );
    // The only group of the offering: the wait is for all that it takes.
    assert_eq!(waits(ambiguous)[0].diagnosis_group, "");

    let several = read(&[
        group("Pervasieve stoornissen", "5"),
        group("Aandachtstekort- en gedragsstoornissen", "9"),
        group("Alcohol gebonden stoornissen", "2"),
        group("Overige aan middel gebonden stoornissen", "3"),
    ]);
    let request = several.requests[0].clone();
    let details = request.details.clone().unwrap();
    assert_eq!(details.diagnosis_groups, ["01", "15", "16"]);
    assert!(
        details
            .remark_codes
            .contains(&"diagnosis-groups-merged".to_owned())
    );
    let said: Vec<_> = waits(request)
        .iter()
        .map(|wait| (wait.diagnosis_group.clone(), wait.intake_wait_days))
        .collect();
    // 01 is certain for one and possible for the other; 16 is certain for both: the longer wait.
    assert_eq!(
        said,
        [
            ("01".into(), Some(35)),
            ("15".into(), Some(63)),
            ("16".into(), Some(21))
        ]
    );
}

#[test]
fn a_stop_for_one_of_several_groups_is_a_pause_for_that_group() {
    let group = |name: &str, weeks: &str| {
        row(&[("main_diagnosis_group", name), ("intake_wait_weeks", weeks)])
    };
    let part = read(&[
        group("Eetstoornissen", "Stop"),
        group("Persoonlijkheidsstoornissen", "5"),
    ]);
    assert_eq!(
        part.requests[0].pauses[0]
            .scope
            .clone()
            .unwrap()
            .diagnosis_groups,
        ["10"]
    );
    let whole = read(&[
        group("Eetstoornissen", "Stop"),
        group("Persoonlijkheidsstoornissen", "Stop"),
    ]);
    assert_eq!(whole.requests[0].pauses.len(), 1);
    assert_eq!(whole.requests[0].pauses[0].scope, None);
}

proptest! {
    #[test]
    fn every_row_is_taken_repeated_or_refused(
        chosen in prop::collection::vec(
            (
                prop::sample::select(vec!["5", "8", "-", "Stop", "Minimaal 8 weken"]),
                prop::sample::select(vec!["", "CZ", "VGZ", "CZ, VGZ"]),
                prop::sample::select(vec!["", "Aanmeldstop", "Geen aanbod", "Aanmeldstop tot 1 mei 2018"]),
                prop::sample::select(vec!["GM0014", "GM0114", "GM9999"]),
            ),
            0..12,
        )
    ) {
        let rows: Vec<String> = chosen
            .iter()
            .map(|(weeks, insurer, remark, code)| {
                row(&[("intake_wait_weeks", weeks), ("insurer", insurer), ("remark", remark), ("municipality_code", code)])
            })
            .collect();
        let read = read(&rows);
        prop_assert_eq!(read.own + read.repeats + u64::try_from(read.refused.len()).unwrap(), read.rows);
        // A contradiction has two sides: whoever is named is refused too.
        for (line, _, _, other) in &read.refused {
            if let Some(other) = other {
                prop_assert_ne!(line, other);
                prop_assert!(read.refused.iter().any(|(line, ..)| line == other));
            }
        }
    }

    #[test]
    fn the_order_of_the_rows_changes_nothing_that_is_said(
        rows in prop::collection::vec((0_u32..3, prop::sample::select(vec!["", "CZ", "VGZ"])), 1..6)
    ) {
        let said = |rows: Vec<&(u32, &str)>| {
            let rows: Vec<String> =
                rows.iter().map(|(weeks, insurer)| row(&[("intake_wait_weeks", &weeks.to_string()), ("insurer", insurer)])).collect();
            read(&rows).requests
        };
        prop_assert_eq!(said(rows.iter().collect()), said(rows.iter().rev().collect()));
    }
}
