use std::os::unix::fs::PermissionsExt;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const HOUR: i64 = 60 * 60 * 1000;
/// 25 November 2026, midnight in UTC.
const MIDNIGHT: i64 = 1_795_564_800_000;
const WHO: &str = "agb:06011009";

struct Kept(TempDir);

impl Kept {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("quota.db")
    }

    /// As after a restart.
    fn open(&self) -> Quota {
        Quota::open(&self.path()).unwrap()
    }

    fn window(&self, elements: u32, (opened_at, until): (i64, i64)) {
        let window = Window {
            organisation: WHO.into(),
            elements,
            opened_at,
            until,
            custodians: ["a@x".into(), "b@y".into()],
        };
        open_window(&self.path(), &window).unwrap();
    }
}

fn granted(quota: &Quota, count: u32, now: i64) -> u32 {
    quota.take(WHO, count, now).unwrap().on_day
}

fn shortage(quota: &Quota, count: u32, now: i64) -> Shortage {
    match quota.take(WHO, count, now) {
        Err(QuotaError::Short(shortage)) => shortage,
        other => panic!("{other:?}"),
    }
}

/// Takes all that can be had until the evening, in calls of a thousand.
fn used_up(quota: &Quota) -> i64 {
    let moments = [0, 0, 5, 10, 15].map(|hour| MIDNIGHT + hour * HOUR);
    for now in moments {
        granted(quota, 1000, now);
    }
    MIDNIGHT + 23 * HOUR
}

#[test]
fn threat_2_the_5001st_element_of_a_day_is_refused_and_a_new_day_begins() {
    let kept = Kept::new();
    let quota = kept.open();
    let evening = used_up(&quota);
    assert_eq!(shortage(&quota, 1, evening), Shortage::Day { left: 0 });
    let granted = quota.take(WHO, 1, MIDNIGHT + 24 * HOUR).unwrap();
    assert_eq!((granted.day.as_str(), granted.on_day), ("2026-11-26", 1));
}

#[test]
fn threat_2_a_quota_survives_a_restart() {
    let kept = Kept::new();
    let evening = used_up(&kept.open());
    assert_eq!(
        shortage(&kept.open(), 1, evening),
        Shortage::Day { left: 0 }
    );
}

#[test]
fn at_most_two_thousand_elements_come_at_once() {
    let kept = Kept::new();
    let quota = kept.open();
    assert_eq!(granted(&quota, 1000, MIDNIGHT), 1000);
    assert_eq!(granted(&quota, 990, MIDNIGHT), 1990);
    // Nothing of it is granted: the ten that would fit are still there.
    let short = Shortage::Burst {
        left: 10,
        wait_seconds: 173,
    };
    assert_eq!(shortage(&quota, 20, MIDNIGHT), short);
    assert_eq!(granted(&quota, 10, MIDNIGHT), 2000);
    // What is missing for one more element has come after 17.28 seconds.
    assert_eq!(
        shortage(&quota, 1, MIDNIGHT + 17_279),
        Shortage::Burst {
            left: 0,
            wait_seconds: 1
        }
    );
    assert_eq!(granted(&quota, 1, MIDNIGHT + 17_280), 2001);
}

#[test]
fn nobody_uses_anothers_quota() {
    let kept = Kept::new();
    let quota = kept.open();
    used_up(&quota);
    assert_eq!(
        quota.take("agb:06011010", 1000, MIDNIGHT).unwrap().on_day,
        1000
    );
}

#[test]
fn a_clock_that_runs_backwards_gives_nothing_back() {
    let kept = Kept::new();
    let quota = kept.open();
    let evening = used_up(&quota);
    assert_eq!(
        shortage(&quota, 1, MIDNIGHT - 48 * HOUR),
        Shortage::Day { left: 0 }
    );
    assert_eq!(shortage(&quota, 1, evening), Shortage::Day { left: 0 });
}

#[test]
fn four_fifths_of_the_day_are_said_once() {
    let kept = Kept::new();
    let quota = kept.open();
    let said = [0, 0, 5, 10, 15].map(|hour| {
        quota
            .take(WHO, 1000, MIDNIGHT + hour * HOUR)
            .unwrap()
            .passed_warning
    });
    assert_eq!(said, [false, false, false, true, false]);
}

#[test]
fn a_first_load_window_lets_a_list_in_beside_the_quota_until_it_is_used_up_or_over() {
    let kept = Kept::new();
    let quota = kept.open();
    kept.window(10_000, (MIDNIGHT, MIDNIGHT + 2 * HOUR));
    for thousand in 1..=10 {
        assert_eq!(granted(&quota, 1000, MIDNIGHT + HOUR), thousand * 1000);
    }
    // Used up: from now on it is the ordinary quota, which nothing was taken from.
    assert_eq!(granted(&quota, 1000, MIDNIGHT + HOUR), 11_000);
    kept.window(10_000, (MIDNIGHT, MIDNIGHT + 2 * HOUR));
    let evening = MIDNIGHT + 23 * HOUR;
    assert_eq!(granted(&quota, 1000, evening), 12_000);
    assert_eq!(granted(&quota, 1000, evening), 13_000);
    // The second window is over.
    assert!(matches!(
        shortage(&quota, 1, evening),
        Shortage::Burst { left: 0, .. }
    ));
}

#[test]
fn a_call_larger_than_the_window_takes_the_rest_from_the_quota_or_nothing() {
    let kept = Kept::new();
    let quota = kept.open();
    kept.window(300, (MIDNIGHT, MIDNIGHT + HOUR));
    let refused = shortage(&quota, 2301, MIDNIGHT);
    assert!(matches!(refused, Shortage::Burst { left: 2000, .. }));
    assert_eq!(granted(&quota, 2300, MIDNIGHT), 2300);
}

#[test]
fn only_the_owner_reads_what_was_granted() {
    let kept = Kept::new();
    let quota = kept.open();
    granted(&quota, 1, MIDNIGHT);
    for file in std::fs::read_dir(kept.0.path()).unwrap() {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}

#[test]
fn a_file_that_is_no_quota_is_refused() {
    let kept = Kept::new();
    std::fs::write(kept.path(), "dear reader, this is a letter\n".repeat(99)).unwrap();
    assert!(matches!(
        Quota::open(&kept.path()),
        Err(QuotaError::Store(..))
    ));
}

proptest! {
    #[test]
    fn never_more_than_the_daily_quota_on_a_day_and_never_more_than_the_burst_at_once(
        calls in prop::collection::vec((0_i64..4 * HOUR, 1_u32..=1000), 1..60),
    ) {
        let mut account = Account::new(MIDNIGHT);
        let (mut now, mut days, mut at_once) = (MIDNIGHT, std::collections::BTreeMap::new(), 0);
        for (pause, count) in calls {
            now += pause;
            if pause > 0 {
                at_once = 0;
            }
            if let Ok(after) = account.take(count, 0, now) {
                account = after;
                *days.entry(account.day).or_insert(0) += count;
                at_once += count;
            }
            prop_assert!(at_once <= BURST);
        }
        prop_assert!(days.values().all(|granted| *granted <= DAILY));
    }
}
