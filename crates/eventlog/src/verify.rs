use std::collections::HashMap;

use crate::store::Store;
use crate::tail::TopicState;
use crate::{LogError, Position, StreamId, Version};

/// How many problems are named; more are only counted.
const PROBLEMS_NAMED: usize = 100;
const PAGE: usize = 4_096;

/// What a full check of a topic found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Commits read.
    pub commits: u64,
    /// Streams found.
    pub streams: u64,
    /// Problems found, counted.
    pub problem_count: u64,
    /// The first hundred of them, each with its position.
    pub problems: Vec<String>,
}

impl VerifyReport {
    fn add(&mut self, problem: String) {
        self.problem_count += 1;
        if self.problems.len() < PROBLEMS_NAMED {
            self.problems.push(problem);
        }
    }
}

pub(crate) fn verify(store: &Store, topic: &TopicState) -> Result<VerifyReport, LogError> {
    let mut report = VerifyReport::default();
    let mut heads: HashMap<StreamId, Version> = HashMap::new();
    let mut after = Position::START;
    let mut log_time = i64::MIN;
    loop {
        let page = match store.commits_after(topic, after, PAGE) {
            Ok(page) => page,
            Err(LogError::Damaged { .. }) => one_by_one(store, topic, after, &mut report)?,
            Err(error) => return Err(error),
        };
        let Some(last) = page.last() else {
            break;
        };
        after = last.position;
        for commit in &page {
            report.commits += 1;
            let head = heads.entry(commit.stream.clone()).or_default();
            if commit.version != head.next() {
                report.add(format!(
                    "position {}: {} has version {} after {head}",
                    commit.position, commit.stream, commit.version
                ));
            }
            *head = commit.version;
            if commit.log_time_millis < log_time {
                report.add(format!(
                    "position {}: log time runs backwards",
                    commit.position
                ));
            }
            log_time = commit.log_time_millis;
        }
    }
    report.streams = heads.len() as u64;
    for (stream, version) in heads {
        match store.stream(topic, &stream) {
            Ok(history) => {
                // What was appended meanwhile has not been looked at.
                let known = history
                    .iter()
                    .filter(|commit| commit.position <= after)
                    .count();
                if known as u64 != version.get() {
                    report.add(format!(
                        "{stream}: {known} commits can be walked back, {version} were found"
                    ));
                }
            }
            Err(error) => report.add(format!("{stream}: {error}")),
        }
    }
    Ok(report)
}

/// Reads past damaged records one at a time, so that each is named and the rest is still checked.
fn one_by_one(
    store: &Store,
    topic: &TopicState,
    after: Position,
    report: &mut VerifyReport,
) -> Result<Vec<std::sync::Arc<crate::Commit>>, LogError> {
    let mut after = after;
    let mut good = Vec::new();
    while good.len() < PAGE {
        match store.commits_after(topic, after, 1) {
            Ok(mut page) => match page.pop() {
                Some(commit) => {
                    after = commit.position;
                    good.push(commit);
                }
                None => break,
            },
            Err(LogError::Damaged {
                position, reason, ..
            }) => {
                report.add(format!("position {position}: {reason}"));
                after = position;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(good)
}
