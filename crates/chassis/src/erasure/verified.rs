use std::collections::VecDeque;
use std::time::Duration;

use domain::Timestamp;

use super::keyring::Keyring;
use super::record::{ErasureRecord, Says};

/// So long after an erasure somebody looks whether it left anything: brokers compact within 30 hours.
pub const VERIFIED_AFTER: Duration = Duration::from_hours(48);

/// Which lines were verified, and which are to be.
#[derive(Default)]
pub(super) struct Verified {
    /// Up to this number; 0: none.
    pub(super) up_to: u64,
    /// Number and moment of each erasure behind it.
    open: VecDeque<(u64, i64)>,
}

/// How the ledger stands with being verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The lines up to this number were verified; 0: none.
    pub verified: u64,
    /// Those up to this number are to be, by now.
    pub due: u64,
    /// How many they are.
    pub count: u64,
}

impl Verified {
    pub(super) fn hear(&mut self, line: &ErasureRecord) {
        match line.says {
            Says::Erased(..) => self.open.push_back((line.number, line.at_millis)),
            Says::Verified(up_to) => {
                self.up_to = self.up_to.max(up_to);
                let is_behind = |(number, _): &(u64, i64)| *number > self.up_to;
                self.open.retain(is_behind);
            }
        }
    }

    fn due(&self, now: Timestamp) -> Option<Verification> {
        let is_old = |at_millis: i64| {
            let age = now.millis_since(Timestamp::from_millis(at_millis));
            u128::try_from(age).is_ok_and(|age| age >= VERIFIED_AFTER.as_millis())
        };
        // What stands before an old line is as old, whatever a clock that ran wrong says of it.
        let last = self.open.iter().rposition(|(_, at)| is_old(*at))?;
        let (due, _) = self.open.get(last)?;
        Some(Verification {
            verified: self.up_to,
            due: *due,
            count: last as u64 + 1,
        })
    }
}

impl Keyring {
    /// The lines that are to be verified by now; none: all were, or the ledger cannot be relied on at the moment.
    pub fn to_verify(&self, now: Timestamp) -> Option<Verification> {
        if self.fault().is_some() {
            return None;
        }
        self.inner.erased.verified().due(now)
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::{Ground, Subject};
    use super::*;
    use pseudonym::vault::Kid;

    const HOUR_MILLIS: i64 = 3_600_000;

    fn erased(number: u64, hours: i64) -> ErasureRecord {
        let subject = Subject::Entry(Kid::random());
        line(number, hours, Says::Erased(subject, Ground::Objection))
    }

    fn line(number: u64, hours: i64, says: Says) -> ErasureRecord {
        ErasureRecord {
            number,
            says,
            at_millis: hours * HOUR_MILLIS,
            previous: [0; 32],
        }
    }

    fn due(lines: &[ErasureRecord], hours: i64) -> Option<(u64, u64, u64)> {
        let mut verified = Verified::default();
        lines.iter().for_each(|line| verified.hear(line));
        let due = verified.due(Timestamp::from_millis(hours * HOUR_MILLIS));
        due.map(|due| (due.verified, due.due, due.count))
    }

    #[test]
    fn lines_are_to_be_verified_after_two_days_and_until_they_are() {
        let lines = [erased(1, 0), erased(2, 0), erased(3, 10)];
        assert_eq!(due(&lines, 47), None);
        assert_eq!(due(&lines, 48), Some((0, 2, 2)));
        assert_eq!(due(&lines, 58), Some((0, 3, 3)));
        let mut then = lines.to_vec();
        then.push(line(4, 48, Says::Verified(2)));
        assert_eq!(due(&then, 57), None);
        assert_eq!(due(&then, 58), Some((2, 3, 1)));
        then.push(line(5, 58, Says::Verified(3)));
        assert_eq!(due(&then, 9_000), None);
    }

    #[test]
    fn a_line_of_a_clock_that_ran_ahead_does_not_hold_up_what_comes_after_it() {
        let ahead = [erased(1, 9_000), erased(2, 5)];
        assert_eq!(due(&ahead, 52), None);
        assert_eq!(due(&ahead, 53), Some((0, 2, 2)));
    }
}
