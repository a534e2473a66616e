use std::collections::VecDeque;

use eventlog::{CommandId, CommandNote, Commit, IdMap, Noted, Position, StreamId};

/// Outcomes are remembered for this much log time: a day.
pub(super) const REMEMBERED_MILLIS: i64 = 24 * 3_600_000;
/// A command id older than this much log time is refused: an hour before its outcome could be forgotten.
pub(super) const OLDEST_ID_MILLIS: i64 = 23 * 3_600_000;
/// A command id may be made at most this far ahead of the node's clock.
pub(super) const NEWEST_ID_MILLIS: i64 = 5 * 60_000;

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) stream: StreamId,
    pub(super) position: Position,
    pub(super) noted: Noted,
}

/// What became of the commands of the last day of log time. Part of the folded state: every node remembers
/// the same at the same position.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcomes {
    by_id: IdMap<CommandId, Outcome>,
    by_time: VecDeque<(i64, CommandId)>,
}

impl Outcomes {
    pub(super) fn get(&self, id: &CommandId) -> Option<&Outcome> {
        self.by_id.get(id)
    }

    /// Remembers what a commit says of its commands, and forgets what is older than a day.
    pub(super) fn note(&mut self, commit: &Commit) {
        for note in &commit.commands {
            if is_remembered(note) {
                let outcome = Outcome {
                    stream: commit.stream.clone(),
                    position: commit.position,
                    noted: note.noted.clone(),
                };
                self.insert(commit.log_time_millis, note.id, outcome);
            }
        }
        let oldest = commit.log_time_millis.saturating_sub(REMEMBERED_MILLIS);
        while let Some((time, id)) = self.by_time.front()
            && *time < oldest
        {
            self.by_id.remove(id);
            self.by_time.pop_front();
        }
    }

    pub(super) fn insert(&mut self, log_time_millis: i64, id: CommandId, outcome: Outcome) {
        // The first outcome stands; a commit never answers a command that was answered before.
        self.by_id.entry(id).or_insert(outcome);
        self.by_time.push_back((log_time_millis, id));
    }

    /// Everything remembered, oldest first, with its log time.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, &CommandId, &Outcome)> {
        self.by_time
            .iter()
            .filter_map(|(time, id)| self.by_id.get(id).map(|outcome| (*time, id, outcome)))
    }
}

/// Refusals always are: a first attempt that is still under way must stay without effect.
fn is_remembered(note: &CommandNote) -> bool {
    note.remembered || matches!(note.noted, Noted::Refused(_))
}
