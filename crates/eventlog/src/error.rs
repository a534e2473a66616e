use crate::{LogId, Position};

/// A technical failure of the log.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LogError {
    /// Somebody else was faster: the commit has no effect. Decide again on what is folded at `at` or later.
    #[error("another commit took the version; decide again from position {at}")]
    Void {
        /// Everything up to here has been handed to subscribers.
        at: Position,
    },
    /// The outcome is unknown: the commit may or may not take effect.
    #[error("the log did not answer: {0}")]
    Unavailable(String),
    /// There is no room left; the commit has no effect.
    #[error("the disk is full: nothing was written")]
    Full,
    /// The commit is larger than the log takes; it has no effect.
    #[error("a commit of {bytes} bytes is larger than the log takes")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The file or topic holds something that cannot be read.
    #[error("{topic}: the record at position {position} is damaged: {reason}")]
    Damaged {
        /// Where.
        topic: String,
        /// Where in it.
        position: Position,
        /// What is wrong.
        reason: String,
    },
    /// The file is not a log of ours, or not whole.
    #[error("{0}")]
    NotALog(String),
    /// Another process has the file.
    #[error("{0} is in use by another process")]
    InUse(String),
    /// The topic is not part of this log.
    #[error("there is no topic {0} in this log")]
    UnknownTopic(String),
    /// A topic is not set up as the log needs it.
    #[error("{0}")]
    Topic(String),
    /// The log was replaced under the reader: what was folded does not count any more.
    #[error("the log of {topic} was replaced (it is now {log_id}): read it again from the start")]
    Replaced {
        /// Which.
        topic: String,
        /// What it is now.
        log_id: LogId,
    },
    /// The log was closed.
    #[error("the log is closed")]
    Closed,
    /// Reading or writing the file failed.
    #[error("{0}")]
    Storage(String),
}

impl From<rusqlite::Error> for LogError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
                Self::NotALog(format!("the file is not a whole log: {error}"))
            }
            _ => Self::Storage(error.to_string()),
        }
    }
}
