//! What a watcher has been shown, so that nothing is shown twice and nothing stays that is gone.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use prost::Message;
use proto::capacity::v1::OfferingRow;

/// Offerings as they were last shown.
#[derive(Debug, Default)]
pub(super) struct Screen {
    /// Fingerprints by offering id.
    shown: HashMap<String, u64>,
    /// While the present state comes anew: what has not come yet.
    missing: Option<HashMap<String, u64>>,
}

impl Screen {
    /// Notes an offering; false if exactly this is shown already.
    pub(super) fn put(&mut self, row: &OfferingRow) -> bool {
        let now = fingerprint(row);
        let missed = self
            .missing
            .as_mut()
            .and_then(|missing| missing.remove(&row.offering_id));
        let before = self.shown.insert(row.offering_id.clone(), now).or(missed);
        before != Some(now)
    }

    /// Notes that an offering is gone; false if it was not shown.
    pub(super) fn remove(&mut self, offering_id: &str) -> bool {
        let missed = self
            .missing
            .as_mut()
            .and_then(|missing| missing.remove(offering_id));
        self.shown.remove(offering_id).or(missed).is_some()
    }

    /// The present state comes anew.
    pub(super) fn begin_anew(&mut self) {
        let mut missing = self.missing.take().unwrap_or_default();
        missing.extend(self.shown.drain());
        self.missing = Some(missing);
    }

    /// The present state is through: returns what was shown and did not come again.
    pub(super) fn complete(&mut self) -> Vec<String> {
        let mut gone: Vec<_> = self
            .missing
            .take()
            .unwrap_or_default()
            .into_keys()
            .collect();
        gone.sort_unstable();
        gone
    }

    /// How many offerings are shown.
    pub(super) fn len(&self) -> usize {
        self.shown.len()
    }
}

/// Says whether two rows show the same; the age of a figure follows from its moment.
fn fingerprint(row: &OfferingRow) -> u64 {
    let mut row = row.clone();
    for status in [&mut row.counts_status, &mut row.waits_status]
        .into_iter()
        .flatten()
    {
        status.age_seconds = None;
    }
    let mut hasher = DefaultHasher::new();
    row.encode_to_vec().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::offering::tests::row;

    fn named(id: &str) -> OfferingRow {
        OfferingRow {
            offering_id: id.to_owned(),
            ..row()
        }
    }

    #[test]
    fn the_same_is_not_shown_twice_but_every_change_is() {
        let mut screen = Screen::default();
        assert!(screen.put(&named("a")));
        assert!(!screen.put(&named("a")));
        let mut older = named("a");
        if let Some(status) = &mut older.counts_status {
            status.age_seconds = Some(99_999);
        }
        assert!(!screen.put(&older));
        let mut fuller = named("a");
        fuller.held = 1;
        assert!(screen.put(&fuller));
        assert!(screen.put(&named("a")));
    }

    #[test]
    fn what_does_not_come_again_is_gone() {
        let mut screen = Screen::default();
        for id in ["a", "b", "c", "d"] {
            screen.put(&named(id));
        }
        screen.begin_anew();
        assert!(!screen.put(&named("a")));
        assert!(screen.remove("d"));
        assert_eq!(screen.complete(), ["b", "c"]);
        assert_eq!(screen.len(), 1);
        assert!(screen.put(&named("b")));
    }

    #[test]
    fn a_second_interruption_forgets_nothing() {
        let mut screen = Screen::default();
        screen.put(&named("a"));
        screen.put(&named("b"));
        screen.begin_anew();
        screen.put(&named("a"));
        screen.begin_anew();
        assert_eq!(screen.complete(), ["a", "b"]);
    }

    #[test]
    fn what_was_never_shown_is_not_taken_away() {
        let mut screen = Screen::default();
        assert!(!screen.remove("a"));
        assert_eq!(screen.complete(), [""; 0]);
    }
}
