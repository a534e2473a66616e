use rusqlite::Connection;

use super::follower::Fetched;
use crate::record::{Record, Unreadable};
use crate::rule;
use crate::store::{Admitted, Order, Progress};
use crate::{AttemptId, LogError, LogId, Position};

/// What became of an attempt, to be told once the replica holds it.
pub(super) struct Told {
    pub(super) attempt: AttemptId,
    pub(super) append_time: i64,
    /// None: void.
    pub(super) effective: Option<Position>,
}

/// A batch of records on its way into the replica, within one transaction.
pub(super) struct Intake {
    pub(super) told: Vec<Told>,
    pub(super) log_id: Option<LogId>,
    pub(super) progress: Option<Progress>,
    /// What stops the topic: everything before it counts.
    pub(super) damage: Option<String>,
}

impl Intake {
    pub(super) fn new(log_id: Option<LogId>, progress: Option<Progress>) -> Self {
        Self {
            told: Vec::new(),
            log_id,
            progress,
            damage: None,
        }
    }

    /// Takes records in, up to the first that is damaged.
    pub(super) fn take(
        &mut self,
        order: &mut Order,
        transaction: &Connection,
        records: &[Fetched],
    ) -> Result<(), LogError> {
        for fetched in records {
            let mark = match Record::decode(fetched.payload.clone()) {
                Ok(record) => {
                    let mark = record.mark();
                    self.apply(order, transaction, (record, fetched))?;
                    mark
                }
                Err(Unreadable::Foreign) => {
                    tracing::warn!(
                        position = fetched.position.get(), topic = %order.topic.name,
                        "a record is not ours and is passed over"
                    );
                    Unreadable::mark(&fetched.payload)
                }
                Err(Unreadable::Damaged(reason)) => {
                    let at = fetched.position;
                    self.damage = Some(format!("the record at position {at} is damaged: {reason}"));
                    break;
                }
            };
            self.progress = Some(Progress {
                position: fetched.position,
                mark,
            });
        }
        order.settle(transaction)?;
        if let Some(progress) = self.progress {
            order.advance(transaction, progress)?;
        }
        Ok(())
    }

    fn apply(
        &mut self,
        order: &mut Order,
        transaction: &Connection,
        (record, fetched): (Record, &Fetched),
    ) -> Result<(), LogError> {
        let append_time = fetched.append_time;
        match record {
            Record::Commit(commit) => {
                let attempt = commit.attempt;
                let place = (fetched.position, append_time);
                let effective = match order.admit(transaction, commit, &fetched.payload, place)? {
                    Admitted::Effective(position) => Some(position),
                    Admitted::Void => None,
                };
                self.told.push(Told {
                    attempt,
                    append_time,
                    effective,
                });
            }
            Record::Identity { log_id, replaces } => {
                if rule::identity(self.log_id.as_ref(), replaces.as_ref()) {
                    self.log_id = Some(log_id);
                    order.identify(transaction, log_id)?;
                }
            }
            Record::Probe(attempt) => self.told.push(Told {
                attempt,
                append_time,
                effective: Some(fetched.position),
            }),
        }
        Ok(())
    }
}
