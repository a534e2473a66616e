use super::*;
use crate::capacity::confidence::{Heard, Rehearsal};
use crate::testing::wards::{self, Ward};

fn published_ward(ward: &Ward) -> Event {
    Event::OfferingPublished(Box::new(Details {
        provider_id: ProviderId::parse(&format!("demo:{}", ward.provider)).unwrap(),
        care_type: ward.care_type,
        ..details()
    }))
}

/// What was promised and found in the histories of 200 wards over 90 days.
fn rehearsed() -> (Scores, u64) {
    let wards = wards::wards(200);
    let mut rehearsal = Rehearsal::default();
    for ward in &wards {
        rehearsal.hear(&ward.number.to_string(), &published_ward(ward));
    }
    let (mut scores, mut without) = (Scores::default(), 0);
    for report in wards::reports(&wards, 90) {
        let event = counted(report.observed_at, report.available);
        match rehearsal.hear(&report.ward.to_string(), &event) {
            Heard::NotACase => {}
            Heard::NothingPromised { .. } => without += 1,
            Heard::Promised { chance, kept, .. } => scores.add(chance, kept),
        }
    }
    (scores, without)
}

#[test]
fn what_is_promised_is_found_and_beats_both_naive_rules() {
    let (scores, without) = rehearsed();
    let full = scores.deciles().iter().filter(|decile| decile.cases >= 500);
    assert!(full.clone().count() >= 5, "{scores:?}");
    for decile in full {
        let (promised, found) = (decile.promised().unwrap(), decile.found().unwrap());
        assert!((promised - found).abs() <= 0.05, "{promised} {found}");
    }
    let brier = scores.brier().unwrap();
    assert!(brier < scores.brier_of_always_one().unwrap(), "{scores:?}");
    assert!(brier < scores.brier_of_one_rate().unwrap(), "{scores:?}");
    // Thirty of each of the four kinds.
    assert_eq!(without, 4 * 30);
}

#[test]
fn scores_are_those_of_the_textbook() {
    let mut scores = Scores::default();
    assert_eq!((scores.brier(), scores.log_score()), (None, None));
    scores.add(0.75, true);
    scores.add(0.75, false);
    assert_eq!(scores.cases(), 2);
    assert_eq!(scores.brier(), Some((0.0625 + 0.5625) / 2.0));
    assert_eq!(
        scores.log_score(),
        Some(-(0.75_f64.ln() + 0.25_f64.ln()) / 2.0)
    );
    assert_eq!(scores.brier_of_always_one(), Some(0.5));
    // A half before the first, two thirds before the second.
    assert_eq!(
        scores.brier_of_one_rate(),
        Some((0.25 + (2.0 / 3.0) * (2.0 / 3.0)) / 2.0)
    );
    let decile = &scores.deciles()[7];
    assert_eq!((decile.cases, decile.kept), (2, 1));
    assert_eq!((decile.promised(), decile.found()), (Some(0.75), Some(0.5)));
}
