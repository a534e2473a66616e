use proptest::prelude::*;

use super::*;

fn whole_report() -> Report {
    let counts = UncheckedCounts {
        licensed: Some(12),
        funded: Some(11),
        operational: Some(10),
        occupied: 6,
        on_leave: Some(1),
        available: 4,
        blocked: vec![Blocked {
            reason: BlockReason::Staff,
            count: 2,
        }],
        highest_token_counted: Some(77),
        intake_status: Some(IntakeStatus::Waitlist),
        ..UncheckedCounts::default()
    };
    let waits = Wait {
        diagnosis_group: Some(group("05")),
        insurers: BTreeSet::from([insurer("VGZ"), insurer("3311")]),
        intake_wait_days: Some(28),
        treatment_wait_days: Some(70),
        realised_wait_days: Some(90),
        waiting_count: Some(40),
        over_norm_count: Some(4),
        method: Some(WaitMethod::Current),
        published_at: Some(at(5)),
        read_at: Some(at(6)),
        ..Wait::default()
    };
    Report {
        sequence: Some(42),
        observed_at: at(1_700_000_000_000),
        effective_at: Some(at(1_699_999_000_000)),
        valid_until: Some(at(1_700_100_000_000)),
        source_class: SourceClass::RecordSystem,
        reporter_role: Some(ReporterRole::Ward),
        counts: counts.check(0).ok(),
        waits: vec![waits, wait(3)],
    }
}

/// If this fails, reports that were sent before an upgrade are no longer recognised after it: keep the old encoding.
#[test]
fn a_fingerprint_is_the_same_for_ever() {
    assert_eq!(whole_report().fingerprint(), GOLDEN_WHOLE);
    assert_eq!(report(at(10), None, 3).fingerprint(), GOLDEN_SMALL);
}

const GOLDEN_WHOLE: u64 = 0xba4e_0dcf_35ac_424b;
const GOLDEN_SMALL: u64 = 0x74f3_e0e9_add8_d12b;

#[test]
fn every_field_of_a_report_is_in_its_fingerprint() {
    let whole = whole_report();
    let with_counts = |change: fn(&mut Counts)| {
        let mut report = whole_report();
        change(report.counts.as_mut().unwrap());
        report
    };
    let with_wait = |change: fn(&mut Wait)| {
        let mut report = whole_report();
        change(&mut report.waits[0]);
        report
    };
    let changed = [
        Report {
            sequence: None,
            ..whole.clone()
        },
        Report {
            observed_at: at(1),
            ..whole.clone()
        },
        Report {
            effective_at: None,
            ..whole.clone()
        },
        Report {
            valid_until: None,
            ..whole.clone()
        },
        Report {
            source_class: SourceClass::Typed,
            ..whole.clone()
        },
        Report {
            reporter_role: None,
            ..whole.clone()
        },
        Report {
            counts: None,
            ..whole.clone()
        },
        Report {
            waits: vec![],
            ..whole.clone()
        },
        with_counts(|counts| counts.licensed = None),
        with_counts(|counts| counts.funded = None),
        with_counts(|counts| counts.operational = 9),
        with_counts(|counts| counts.occupied = 5),
        with_counts(|counts| counts.on_leave = None),
        with_counts(|counts| counts.available = 3),
        with_counts(|counts| counts.blocked.clear()),
        with_counts(|counts| counts.highest_token_counted = None),
        with_counts(|counts| counts.intake_status = None),
        with_wait(|wait| wait.diagnosis_group = None),
        with_wait(|wait| wait.insurers.clear()),
        with_wait(|wait| wait.intake_wait_days = None),
        with_wait(|wait| wait.treatment_wait_days = None),
        with_wait(|wait| wait.realised_wait_days = None),
        with_wait(|wait| wait.waiting_count = None),
        with_wait(|wait| wait.over_norm_count = None),
        with_wait(|wait| wait.method = None),
        with_wait(|wait| wait.published_at = None),
        with_wait(|wait| wait.read_at = None),
    ];
    let mut fingerprints: BTreeSet<u64> = changed.iter().map(Report::fingerprint).collect();
    fingerprints.insert(whole.fingerprint());
    assert_eq!(fingerprints.len(), changed.len() + 1);
}

#[test]
fn the_last_64_reports_are_remembered() {
    let mut known = KnownReports::default();
    for moment in 1..=100 {
        known.note(&report(at(moment), None, 1));
    }
    assert_eq!(known.reports().len(), 64);
    assert!(!known.has(report(at(36), None, 1).key()));
    assert!(known.has(report(at(37), None, 1).key()));
}

#[test]
fn the_lowest_gaps_close_when_there_are_too_many() {
    let mut known = KnownReports::default();
    for sequence in 0..1_000 {
        known.note(&report(at(1), Some(sequence * 2), 1));
    }
    assert_eq!(known.ranges().len(), 256);
    assert!(known.has_seen(1), "the lowest gap counts as seen");
    assert!(!known.has_seen(1_997), "the highest gaps stay open");
}

#[test]
fn the_ends_of_the_numbers_are_numbers() {
    let mut known = KnownReports::default();
    for sequence in [u64::MAX, 0, u64::MAX - 1, 1] {
        known.note(&report(at(1), Some(sequence), 1));
    }
    assert_eq!(known.ranges(), [(0, 1), (u64::MAX - 1, u64::MAX)]);
}

proptest! {
    #[test]
    fn the_ranges_hold_what_was_seen_and_nothing_else(
        sequences in prop::collection::vec(0_u64..300, 0..200),
    ) {
        let mut known = KnownReports::default();
        for sequence in &sequences {
            known.note(&report(at(1), Some(*sequence), 1));
        }
        for sequence in 0..300 {
            prop_assert_eq!(known.has_seen(sequence), sequences.contains(&sequence));
        }
        let apart = known.ranges().windows(2).all(|pair| pair[0].1 + 1 < pair[1].0);
        prop_assert!(apart, "{:?}", known.ranges());
    }

    #[test]
    fn a_snapshot_keeps_it_all(
        reports in prop::collection::vec((0_i64..50, prop::option::of(0_u64..500)), 0..100),
    ) {
        let mut known = KnownReports::default();
        for (moment, sequence) in reports {
            known.note(&report(at(moment), sequence, 1));
        }
        let restored = KnownReports::from_parts(known.ranges().to_vec(), known.reports().copied());
        prop_assert_eq!(restored, known);
    }

    #[test]
    fn no_parts_of_a_snapshot_upset_it(
        ranges in prop::collection::vec(any::<(u64, u64)>(), 0..600),
    ) {
        let known = KnownReports::from_parts(ranges.clone(), []);
        prop_assert!(known.ranges().len() <= 256);
        for (first, last) in ranges {
            prop_assert!(known.has_seen(first) && known.has_seen(last));
        }
    }
}
