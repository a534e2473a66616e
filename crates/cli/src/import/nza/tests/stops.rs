//! Rows that stop admissions.

use proto::capacity::v1::{Pause, PauseReason};

use super::*;

fn only_pause(cells: &[(&str, &str)]) -> Pause {
    let pauses = only(cells).pauses;
    assert_eq!(pauses.len(), 1, "{cells:?}");
    pauses[0].clone()
}

fn paused_insurers(cells: &[(&str, &str)]) -> Vec<String> {
    only_pause(cells).scope.unwrap_or_default().insurers
}

#[test]
fn a_stop_in_figures_or_remark_is_a_pause() {
    let stop = &[
        ("intake_wait_weeks", "Stop"),
        ("treatment_wait_weeks", "Stop"),
    ];
    let pause = only_pause(stop);
    assert_eq!(
        (pause.scope.clone(), pause.reason()),
        (None, PauseReason::NotStated)
    );
    assert_eq!(pause.starts_at.unwrap().seconds, seconds("2018-02-15"));
    assert_eq!(only(stop).report, None);

    let with_figure = [("remark", "Aanmeldstop")];
    assert_eq!(only_pause(&with_figure).pause_id, pause.pause_id);
    assert_eq!(waits(only(&with_figure))[0].intake_wait_days, Some(35));

    let dated = only_pause(&[
        ("intake_wait_literal", "Aanmeldstop tot 1 mei 2018"),
        ("intake_wait_weeks", "Stop"),
    ]);
    assert_eq!(dated.ends_at.unwrap().seconds, seconds("2018-05-01"));
    assert_ne!(dated.pause_id, pause.pause_id);
}

#[test]
fn a_stop_is_for_the_insurers_that_the_row_or_the_remark_names() {
    let stop = [("intake_wait_weeks", "Stop"), ("insurer", "CZ")];
    assert_eq!(paused_insurers(&stop), ["CZ"]);
    let remark = "Patiëntenstop voor VGZ en Menzis";
    assert_eq!(paused_insurers(&[("remark", remark)]), ["Menzis", "VGZ"]);
    assert_eq!(
        paused_insurers(&[("remark", remark), ("intake_wait_weeks", "Stop")]),
        ["Menzis", "VGZ"]
    );
    let both = [
        ("remark", remark),
        ("intake_wait_weeks", "Stop"),
        ("insurer", "VGZ"),
    ];
    assert_eq!(paused_insurers(&both), ["Menzis", "VGZ"]);
    // The figures hold for CZ, which is not stopped.
    assert_eq!(
        paused_insurers(&[("remark", remark), ("insurer", "CZ")]),
        ["Menzis", "VGZ"]
    );
    assert_eq!(
        paused_insurers(&[("remark", "Aanmeldstop"), ("insurer", "Overig")]),
        ["Overig"]
    );
}

#[test]
fn a_stop_that_is_over_pauses_nothing() {
    for remark in [
        "Gesloten tot maart 2018",
        "Aanmeldstop tot 1 maart",
        "Aanmeldstop t/m 19 maart 2018",
    ] {
        let request = only(&[("remark", remark), ("intake_wait_weeks", "Stop")]);
        assert!(request.pauses.is_empty(), "{remark}");
        assert!(
            request
                .details
                .unwrap()
                .remark_codes
                .contains(&"stop-ended".to_owned())
        );
    }
    let tomorrow = only_pause(&[("remark", "Aanmeldstop t/m 20 maart 2018")]);
    assert_eq!(tomorrow.ends_at.unwrap().seconds, seconds("2018-03-21"));
}
