//! The rules by which everybody who reads a log agrees, without talking, on what it says. Pure.

/// What a commit comes to at its place in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It takes effect, and its version is its stream's new head.
    Effective,
    /// It never happened: somebody was faster, or it is a duplicate.
    Void,
}

/// Judges a commit with this `version` on a stream whose last effective commit has the version `head`.
///
/// Zero is the head of a stream without commits. Only the version right after the head takes effect: that a
/// version has not been seen before is not enough, or 1, 3, 2 would all count.
#[must_use]
pub fn judge(head: u64, version: u64) -> Verdict {
    if head.checked_add(1) == Some(version) {
        Verdict::Effective
    } else {
        Verdict::Void
    }
}

/// Returns the log time of a record: its append time, unless that would run backwards.
#[must_use]
pub fn log_time(previous_ms: i64, append_ms: i64) -> i64 {
    previous_ms.max(append_ms)
}

/// Returns whether an identity record changes the log's id: the first one counts, a later one only if it
/// replaces the id in force.
///
/// So two nodes that both give a new log its first id agree on one, and so do two operators who reset at once.
#[must_use]
pub fn identity<Id: PartialEq>(current: Option<&Id>, replaces: Option<&Id>) -> bool {
    current.is_none() || current == replaces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_next_version_takes_effect() {
        assert_eq!(judge(0, 1), Verdict::Effective);
        assert_eq!(judge(4, 5), Verdict::Effective);
        for version in [0, 1, 3, 4, 6, 7, u64::MAX] {
            assert_eq!(judge(4, version), Verdict::Void, "version {version}");
        }
    }

    #[test]
    fn versions_out_of_order_do_not_all_count() {
        let mut head = 0;
        for version in [1, 3, 2, 2, 3] {
            if judge(head, version) == Verdict::Effective {
                head = version;
            }
        }
        assert_eq!(head, 3);
        assert_eq!(judge(1, 3), Verdict::Void);
    }

    #[test]
    fn the_last_version_has_no_next() {
        assert_eq!(judge(u64::MAX, 0), Verdict::Void);
        assert_eq!(judge(u64::MAX, u64::MAX), Verdict::Void);
    }

    #[test]
    fn log_time_never_runs_backwards() {
        let mut time = i64::MIN;
        let mut stored = Vec::new();
        for appended in [10, 12, 11, -5, 12, 13] {
            time = log_time(time, appended);
            stored.push(time);
        }
        assert_eq!(stored, [10, 12, 12, 12, 12, 13]);
    }

    #[test]
    fn the_first_identity_counts_and_later_ones_only_if_they_replace_it() {
        assert!(identity(None::<&u8>, None));
        assert!(
            identity(None, Some(&1)),
            "a log that was lost and begun anew"
        );
        assert!(!identity(Some(&1), None), "somebody else's was the first");
        assert!(identity(Some(&1), Some(&1)));
        assert!(!identity(Some(&1), Some(&2)));
    }
}
