//! Order made by one writer on a SQLite file: appends of all streams are committed in groups, one fsync for many.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

use bytes::Bytes;
use parking_lot::Mutex;
use rusqlite::TransactionBehavior;

use crate::backend::{Backend, Clock, Reply};
use crate::record::{MAX_RECORD_BYTES, Record};
use crate::store::{Admitted, Order, Store};
use crate::tail::{Status, TopicState};
use crate::{LogError, LogId, NewCommit, Position};

/// A group ends here, so that no caller waits for an endless one.
const GROUP_COMMITS: usize = 4_096;
const GROUP_BYTES: usize = 8 << 20;

pub(crate) struct SqliteBackend {
    store: Arc<Store>,
    sender: Sender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

enum Message {
    Append(Append),
    /// Say until when the topic with these tables is settled.
    Settle(i64),
    Stop,
}

struct Append {
    table: i64,
    commit: NewCommit,
    record: Bytes,
    answer: Answer,
}

/// Told once, whatever happens: what is sent to a writer that is just ending is let go with its queue.
struct Answer(Option<Reply>);

impl Answer {
    fn give(mut self, result: Result<Position, LogError>) {
        if let Some(reply) = self.0.take() {
            reply(result);
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if let Some(reply) = self.0.take() {
            reply(Err(LogError::Unavailable("the log was closed".to_owned())));
        }
    }
}

/// What a commit of the group is told once the group is durable.
enum Verdict {
    Effective(Position),
    Void,
}

impl SqliteBackend {
    pub(crate) fn start(
        store: Arc<Store>,
        topics: &[Arc<TopicState>],
        clock: Clock,
    ) -> Result<Self, LogError> {
        let mut orders = Vec::with_capacity(topics.len());
        for topic in topics {
            orders.push(Order::load(&store, Arc::clone(topic))?);
            topic.set_status(Status::Serving);
        }
        let (sender, receiver) = mpsc::channel();
        let writer = Writer {
            store: Arc::clone(&store),
            orders,
            clock,
        };
        let thread = std::thread::Builder::new()
            .name("log-writer".into())
            .spawn(move || writer.run(&receiver))
            .map_err(|error| LogError::Storage(error.to_string()))?;
        Ok(Self {
            store,
            sender,
            thread: Mutex::new(Some(thread)),
        })
    }
}

impl Backend for SqliteBackend {
    fn submit(&self, topic: &Arc<TopicState>, commit: NewCommit, reply: Reply) {
        let record = Record::encode_commit(&commit);
        if record.len() > MAX_RECORD_BYTES {
            return reply(Err(LogError::TooLarge {
                bytes: record.len(),
            }));
        }
        let append = Append {
            table: topic.table,
            commit,
            record,
            answer: Answer(Some(reply)),
        };
        if let Err(mpsc::SendError(Message::Append(append))) =
            self.sender.send(Message::Append(append))
        {
            append.answer.give(Err(LogError::Closed));
        }
    }

    fn settle(&self, topic: &Arc<TopicState>) {
        // A writer that has stopped says so itself.
        let _ = self.sender.send(Message::Settle(topic.table));
    }

    fn last_position(&self, topic: &TopicState) -> Result<Position, LogError> {
        Ok(topic.end().position)
    }

    fn reset(&self, topic: &Arc<TopicState>) -> Result<LogId, LogError> {
        let log_id = LogId::new_v7();
        self.store.set_log_id(topic.table, log_id)?;
        topic.identify(log_id);
        Ok(log_id)
    }

    fn close(&self) {
        // The thread may be gone already; then there is nothing to finish.
        let _ = self.sender.send(Message::Stop);
        if let Some(thread) = self.thread.lock().take()
            && thread.join().is_err()
        {
            tracing::error!("the log's writer ended in a panic");
        }
    }
}

/// Who lets go of a log without closing it may open the file again at once.
impl Drop for SqliteBackend {
    fn drop(&mut self) {
        self.close();
    }
}

struct Writer {
    store: Arc<Store>,
    orders: Vec<Order>,
    clock: Clock,
}

impl Writer {
    fn run(mut self, receiver: &Receiver<Message>) {
        let mut next = receiver.recv().ok();
        while let Some(message) = next {
            next = match message {
                Message::Append(first) => self.commit_group(first, receiver),
                Message::Settle(table) => {
                    self.settle(table);
                    None
                }
                Message::Stop => break,
            };
            next = next.or_else(|| receiver.recv().ok());
        }
        while let Ok(late) = receiver.try_recv() {
            if let Message::Append(late) = late {
                late.answer.give(Err(LogError::Closed));
            }
        }
    }

    /// Commits an append with what waits behind it; returns what ended the group.
    fn commit_group(&mut self, first: Append, receiver: &Receiver<Message>) -> Option<Message> {
        let mut bytes = first.record.len();
        let mut group = vec![first];
        let mut ended_by = None;
        while group.len() < GROUP_COMMITS && bytes < GROUP_BYTES {
            match receiver.try_recv() {
                Ok(Message::Append(next)) => {
                    bytes += next.record.len();
                    group.push(next);
                }
                Ok(other) => {
                    ended_by = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        self.commit(group);
        ended_by
    }

    /// Between groups nothing is under way: what comes has the clock's time or a later one.
    fn settle(&mut self, table: i64) {
        let now = (self.clock)();
        let mut orders = self.orders.iter_mut();
        if let Some(order) = orders.find(|order| order.topic.table == table) {
            order.settle_until(now);
        }
    }

    fn commit(&mut self, group: Vec<Append>) {
        let mut told = Vec::with_capacity(group.len());
        let mut answers = Vec::with_capacity(group.len());
        let mut work = Vec::with_capacity(group.len());
        for append in group {
            answers.push(append.answer);
            work.push((append.table, append.commit, append.record));
        }
        let store = Arc::clone(&self.store);
        let written = store.write(|connection| self.write(connection, work, &mut told));
        if let Err(error) = written {
            self.orders.iter_mut().for_each(Order::forget);
            return self.failed(answers, &error);
        }
        self.orders.iter_mut().for_each(Order::keep);
        for (answer, (table, verdict)) in answers.into_iter().zip(told) {
            answer.give(match verdict {
                Verdict::Effective(position) => Ok(position),
                Verdict::Void => {
                    let topic = self.order(table).map(|order| &order.topic);
                    topic.inspect(|topic| topic.count_void());
                    Err(LogError::Void {
                        at: topic.map_or(Position::START, |topic| topic.end().position),
                    })
                }
            });
        }
    }

    fn write(
        &mut self,
        connection: &mut rusqlite::Connection,
        work: Vec<(i64, NewCommit, Bytes)>,
        told: &mut Vec<(i64, Verdict)>,
    ) -> Result<(), LogError> {
        let now = (self.clock)();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (table, commit, record) in work {
            let Some(order) = self.orders.iter_mut().find(|o| o.topic.table == table) else {
                return Err(LogError::UnknownTopic(table.to_string()));
            };
            let place = (order.next_position(), now);
            let verdict = match order.admit(&transaction, commit, &record, place)? {
                Admitted::Effective(position) => Verdict::Effective(position),
                Admitted::Void => Verdict::Void,
            };
            told.push((table, verdict));
        }
        for order in &self.orders {
            order.settle(&transaction)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// A full disk refuses the group as a whole. After any other failure the group may or may not be
    /// there: what is there takes effect, and the callers are told that the outcome is unknown.
    fn failed(&mut self, answers: Vec<Answer>, error: &LogError) {
        tracing::error!(%error, "the log could not write: {error}");
        if !matches!(error, LogError::Full)
            && let Err(error) = self.recover()
        {
            tracing::error!(%error, "the log could not read back what it holds: {error}");
            for order in &self.orders {
                order
                    .topic
                    .set_status(Status::NotServing(error.to_string()));
            }
        }
        for answer in answers {
            answer.give(Err(match error {
                LogError::Full => LogError::Full,
                other => LogError::Unavailable(other.to_string()),
            }));
        }
    }

    fn recover(&mut self) -> Result<(), LogError> {
        for order in &mut self.orders {
            let topic = Arc::clone(&order.topic);
            loop {
                let page = self
                    .store
                    .commits_after(&topic, topic.end().position, 1_024)?;
                if page.is_empty() {
                    break;
                }
                topic.publish(page);
            }
            let settled = *topic.watch_settled().borrow();
            *order = Order::load(&self.store, topic)?;
            order.settle_until(settled);
        }
        Ok(())
    }

    fn order(&self, table: i64) -> Option<&Order> {
        self.orders.iter().find(|order| order.topic.table == table)
    }
}
