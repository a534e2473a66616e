use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{cannot_open, schema};
use crate::LogError;

/// The file that readers open.
pub(super) struct Source {
    path: PathBuf,
    /// Nobody writes it, and nothing may be written beside it.
    is_still: bool,
}

impl Source {
    /// A file that somebody may be writing.
    pub(super) fn shared(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            is_still: false,
        }
    }

    /// An existing file. Readers share what they know of the write-ahead log in a file beside it; where that cannot be made,
    /// and there is no such log, the file alone is all there is.
    ///
    /// # Errors
    /// If it cannot be opened, or a part of it is in a write-ahead log that cannot be read from here.
    pub(super) fn to_read(path: &Path) -> Result<Self, LogError> {
        let shared = Self::shared(path);
        let looked = shared
            .connect()?
            .pragma_query_value(None, "schema_version", |_| Ok(()));
        let code = looked
            .as_ref()
            .err()
            .and_then(|error| error.sqlite_error_code());
        if !matches!(code, Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen)) {
            // What else is wrong says who reads it.
            return Ok(shared);
        }
        if schema::has_write_ahead_log(path) {
            return Err(LogError::Storage(format!(
                "its newest part is in {0}-wal, which cannot be read in a folder that you may not write: copy both files to one \
                 that you may write",
                path.display()
            )));
        }
        Ok(Self {
            is_still: true,
            ..shared
        })
    }

    pub(super) fn connect(&self) -> Result<Connection, LogError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = if self.is_still {
            let flags = flags | OpenFlags::SQLITE_OPEN_URI;
            Connection::open_with_flags(still_uri(&self.path), flags)
        } else {
            Connection::open_with_flags(&self.path, flags)
        };
        let connection = opened.map_err(|error| cannot_open(&self.path, &error))?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(32);
        Ok(connection)
    }
}

/// Tells SQLite that nobody writes the file.
fn still_uri(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            // Writing to a text does not fail.
            byte => drop(write!(uri, "%{byte:02X}")),
        }
    }
    uri + "?immutable=1"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_means_itself_and_nothing_to_sqlite() {
        let uri = still_uri(Path::new("/a folder/50%?mode=rw#é.db"));
        assert_eq!(
            uri,
            "file:/a%20folder/50%25%3Fmode%3Drw%23%C3%A9.db?immutable=1"
        );
    }
}
