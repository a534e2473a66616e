//! Commits that were folded before an operator decided to skip them: the order in which a node heard of both must not
//! decide what is seen.

use std::sync::Arc;

use eventlog::{Commit, LogError, Position, StreamId, Topic};

use crate::control::Skipped;

/// Returns the streams that have to be folded anew up to a position, each with its commits. `cut_at` says where a
/// stream was cut off already.
pub(super) async fn folded_too_far(
    topic: &Topic,
    skipped: &Skipped,
    last: Position,
    cut_at: impl Fn(&StreamId) -> Option<Position>,
) -> Result<Vec<(StreamId, Vec<Arc<Commit>>)>, LogError> {
    let mut streams = Vec::new();
    for position in skipped.up_to(last) {
        let Some(commit) = topic.commit(position).await? else {
            continue;
        };
        let stream = &commit.stream;
        if cut_at(stream).is_none_or(|cut_at| cut_at > position) {
            streams.push((stream.clone(), topic.read(stream).await?));
        }
    }
    Ok(streams)
}
