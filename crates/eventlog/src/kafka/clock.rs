use std::time::{Duration, Instant};

use crate::tail::Status;

/// A node whose clock is further off the broker's is not relied on.
pub(super) const TOLERANCE_MILLIS: i64 = 5_000;
/// How often a clock is measured again that is off, or of which nothing was heard.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// What is known of this node's clock beside the broker's.
///
/// Nothing is decided and nothing ends by a clock before it was measured: a node that is two minutes fast would
/// otherwise end somebody's hold in its first moments.
pub(super) struct ClockCheck {
    known: Known,
    asked: Option<Instant>,
}

enum Known {
    Nothing,
    /// It agreed when it showed this (milliseconds since 1970), at that instant.
    Right(i64, Instant),
    Off(i64),
    /// Somebody set it since.
    Set,
}

impl ClockCheck {
    pub(super) fn begin() -> Self {
        Self {
            known: Known::Nothing,
            asked: None,
        }
    }

    /// A record of this node was read back, and shows that the clock, which says `now`, is off by so much.
    pub(super) fn measured(&mut self, off_millis: i64, now: i64) {
        self.known = if off_millis.abs() > TOLERANCE_MILLIS {
            Known::Off(off_millis)
        } else {
            Known::Right(now, Instant::now())
        };
    }

    /// Looks at the clock, which says `now`: one that was set is not believed until it is measured again.
    pub(super) fn look(&mut self, now: i64) {
        let Known::Right(then, since) = self.known else {
            return;
        };
        let passed = i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX);
        if (now - then).abs_diff(passed) > TOLERANCE_MILLIS.unsigned_abs() {
            self.known = Known::Set;
            self.asked = None;
        }
    }

    /// Whether it is to be measured now; the caller does it.
    pub(super) fn is_due(&mut self) -> bool {
        let is_right = matches!(self.known, Known::Right(..));
        let is_due = !is_right && self.asked.is_none_or(|asked| asked.elapsed() >= ASK_AGAIN);
        if is_due {
            self.asked = Some(Instant::now());
        }
        is_due
    }

    /// What it means for the topic, once that is caught up; nothing while nothing is known.
    pub(super) fn status(&self) -> Option<Status> {
        match self.known {
            Known::Nothing => None,
            Known::Right(..) => Some(Status::Serving),
            Known::Off(millis) => {
                let direction = if millis > 0 { "ahead of" } else { "behind" };
                let seconds = millis.abs() / 1_000;
                Some(Status::NotServing(format!(
                    "this node's clock is {seconds} s {direction} the broker's"
                )))
            }
            Known::Set => Some(Status::NotServing(
                "this node's clock was set, and is measured beside the broker's".to_owned(),
            )),
        }
    }
}

/// How far a clock is off: the broker's time should lie between sending and reading back. All in milliseconds since
/// 1970; above 0 it is ahead of the broker's.
pub(super) fn offset(sent_at: i64, append_time: i64, now: i64) -> i64 {
    if append_time < sent_at {
        sent_at - append_time
    } else if append_time > now {
        now - append_time
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    #[test]
    fn nothing_is_served_by_a_clock_that_was_never_measured() {
        let mut clock = ClockCheck::begin();
        assert_eq!(clock.status(), None);
        assert!(clock.is_due());
        assert!(!clock.is_due(), "an answer is waited for");
        clock.measured(0, NOW);
        assert_eq!(clock.status(), Some(Status::Serving));
        assert!(!clock.is_due());
    }

    #[test]
    fn a_clock_that_is_off_is_said_to_be_and_by_how_much() {
        let mut clock = ClockCheck::begin();
        for (off, said) in [(120_400, "120 s ahead of"), (-7_000, "7 s behind")] {
            clock.measured(off, NOW);
            let Some(Status::NotServing(reason)) = clock.status() else {
                panic!("served, though {off} ms off");
            };
            assert!(reason.contains(said), "{reason}");
        }
    }

    #[test]
    fn a_clock_that_is_set_is_measured_anew_before_it_counts() {
        for set_to in [NOW + 120_000, NOW - 120_000] {
            let mut clock = ClockCheck::begin();
            assert!(clock.is_due());
            clock.measured(0, NOW);
            clock.look(NOW + 10);
            assert_eq!(clock.status(), Some(Status::Serving));
            clock.look(set_to);
            assert!(matches!(clock.status(), Some(Status::NotServing(_))));
            assert!(clock.is_due());
            clock.measured(0, set_to);
            assert_eq!(clock.status(), Some(Status::Serving));
        }
    }

    #[test]
    fn the_brokers_time_lies_between_sending_and_reading_back() {
        assert_eq!(offset(10, 12, 15), 0);
        assert_eq!(offset(10, 4, 15), 6);
        assert_eq!(offset(10, 21, 15), -6);
    }
}
