//! A temporary file in which rows wait until all of their offering have been read.

use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use super::refusal::Refusal;
use crate::failure;

/// One offering has no more different statements than this.
const MOST_STATEMENTS: u64 = 500;

const SCHEMA: &str = "
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA temp_store = FILE;
    PRAGMA cache_size = -1024;
    CREATE TABLE staged (line INTEGER PRIMARY KEY, offering TEXT NOT NULL, digest BLOB NOT NULL, body BLOB NOT NULL);
    CREATE TABLE refused (line INTEGER PRIMARY KEY, reason TEXT NOT NULL, refusal TEXT NOT NULL);
    BEGIN;
";

/// The temporary file; gone with the process at the latest.
#[derive(Debug)]
pub(super) struct Stage {
    database: Connection,
}

/// What one or more rows say, word for word the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    /// The first line that says it.
    pub(super) line: u64,
    /// How many more say it.
    pub(super) repeats: u64,
    pub(super) body: Vec<u8>,
    digest: Vec<u8>,
}

#[cfg(test)]
impl Statement {
    pub(super) fn for_tests(line: u64, body: &[u8]) -> Self {
        Self {
            line,
            repeats: 0,
            body: body.to_vec(),
            digest: Vec::new(),
        }
    }
}

/// What the file says about one offering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// In the order of the lines.
    Statements(Vec<Statement>),
    TooMuch,
}

/// The temporary file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the temporary file cannot be used: {0}")]
pub(super) struct StageError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl StageError {
    /// What was put in does not come out as it was.
    pub(super) fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(Box::new(error))
    }
}

impl From<rusqlite::Error> for StageError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.into())
    }
}

impl From<serde_json::Error> for StageError {
    fn from(error: serde_json::Error) -> Self {
        Self(error.into())
    }
}

impl From<StageError> for failure::Failure {
    fn from(error: StageError) -> Self {
        Self::Refused(failure::Refusal {
            reason: "temporary-file".to_owned(),
            message: error.to_string(),
            violations: Vec::new(),
        })
    }
}

impl Stage {
    /// Makes one in the system's folder for temporary files; nothing of it is left, however the import ends.
    pub(super) fn create() -> Result<Self, StageError> {
        // Without a name SQLite makes a file of its own that has no entry in any folder.
        let database = Connection::open("")?;
        database.execute_batch(SCHEMA)?;
        Ok(Self { database })
    }

    /// Keeps what a row says about an offering.
    pub(super) fn put(&self, line: u64, offering: &str, body: &[u8]) -> Result<(), StageError> {
        let digest = Sha256::digest(body);
        let mut insert = self
            .database
            .prepare_cached("INSERT INTO staged VALUES (?, ?, ?, ?)")?;
        insert.execute(params![stored(line), offering, digest.get(..16), body])?;
        Ok(())
    }

    /// Keeps why a row is refused; the first reason stays.
    pub(super) fn refuse(&self, line: u64, refusal: &Refusal) -> Result<(), StageError> {
        let mut insert = self
            .database
            .prepare_cached("INSERT OR IGNORE INTO refused VALUES (?, ?, ?)")?;
        insert.execute(params![
            stored(line),
            refusal.wrong.reason,
            serde_json::to_string(refusal)?
        ])?;
        Ok(())
    }

    /// Refuses every row that says this.
    pub(super) fn refuse_statement(
        &self,
        offering: &str,
        statement: &Statement,
        refusal: &Refusal,
    ) -> Result<(), StageError> {
        let mut insert = self.database.prepare_cached(
            "INSERT OR IGNORE INTO refused SELECT line, ?3, ?4 FROM staged WHERE offering = ?1 AND digest = ?2",
        )?;
        let refusal_text = serde_json::to_string(refusal)?;
        insert.execute(params![
            offering,
            statement.digest,
            refusal.wrong.reason,
            refusal_text
        ])?;
        Ok(())
    }

    /// Refuses every row of an offering that has not been refused yet.
    pub(super) fn refuse_offering(
        &self,
        offering: &str,
        refusal: &Refusal,
    ) -> Result<(), StageError> {
        let mut insert = self.database.prepare_cached(
            "INSERT OR IGNORE INTO refused SELECT line, ?2, ?3 FROM staged WHERE offering = ?1",
        )?;
        insert.execute(params![
            offering,
            refusal.wrong.reason,
            serde_json::to_string(refusal)?
        ])?;
        Ok(())
    }

    /// Ends the reading of rows: from now on they are asked for by offering.
    pub(super) fn seal(&self) -> Result<(), StageError> {
        self.database.execute_batch(
            "CREATE INDEX by_offering ON staged (offering, digest, line); COMMIT; BEGIN;",
        )?;
        Ok(())
    }

    /// Counts the offerings.
    pub(super) fn offerings(&self) -> Result<u64, StageError> {
        Ok(self
            .database
            .query_row("SELECT COUNT(DISTINCT offering) FROM staged", [], |row| {
                number(row, 0)
            })?)
    }

    /// Returns the offering after this one, in the order of their ids.
    pub(super) fn offering_after(&self, offering: &str) -> Result<Option<String>, StageError> {
        let mut next = self.database.prepare_cached(
            "SELECT offering FROM staged WHERE offering > ? ORDER BY offering LIMIT 1",
        )?;
        Ok(next.query_row([offering], |row| row.get(0)).optional()?)
    }

    /// Returns what the rows say about an offering, each statement once.
    pub(super) fn said(&self, offering: &str) -> Result<Said, StageError> {
        let mut select = self.database.prepare_cached(
            "SELECT first, copies, digest, (SELECT body FROM staged WHERE line = first) FROM
                 (SELECT MIN(line) AS first, COUNT(*) AS copies, digest FROM staged WHERE offering = ?1
                  GROUP BY digest LIMIT ?2)
             ORDER BY first",
        )?;
        let rows = select.query_map(params![offering, stored(MOST_STATEMENTS + 1)], |row| {
            let copies = number(row, 1)?;
            Ok(Statement {
                line: number(row, 0)?,
                repeats: copies.saturating_sub(1),
                digest: row.get(2)?,
                body: row.get(3)?,
            })
        })?;
        let statements: Vec<Statement> = rows.collect::<Result<_, _>>()?;
        let too_much = u64::try_from(statements.len()).is_ok_and(|count| count > MOST_STATEMENTS);
        Ok(if too_much {
            Said::TooMuch
        } else {
            Said::Statements(statements)
        })
    }

    /// Counts the refused rows, by reason.
    pub(super) fn refused_by_reason(&self) -> Result<Vec<(String, u64)>, StageError> {
        let mut select = self
            .database
            .prepare("SELECT reason, COUNT(*) FROM refused GROUP BY reason ORDER BY reason")?;
        let counts = select.query_map([], |row| Ok((row.get(0)?, number(row, 1)?)))?;
        Ok(counts.collect::<Result<_, _>>()?)
    }

    /// Hands on the refused rows in the order of their lines.
    pub(super) fn refusals<E: From<StageError>>(
        &self,
        mut each: impl FnMut(u64, Refusal) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut select = self
            .database
            .prepare("SELECT line, refusal FROM refused ORDER BY line")
            .map_err(StageError::from)?;
        let mut rows = select.query([]).map_err(StageError::from)?;
        while let Some(row) = rows.next().map_err(StageError::from)? {
            let line = number(row, 0).map_err(StageError::from)?;
            let refusal: String = row.get(1).map_err(StageError::from)?;
            each(
                line,
                serde_json::from_str(&refusal).map_err(StageError::from)?,
            )?;
        }
        Ok(())
    }
}

/// SQLite's numbers are signed; no file has more lines than they reach.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::refusal::Wrong;

    fn refusal(reason: &str) -> Refusal {
        Wrong::new("remark", "x", reason).into()
    }

    fn lines(stage: &Stage) -> Vec<(u64, String)> {
        let mut found = Vec::new();
        stage
            .refusals::<StageError>(|line, refusal| {
                found.push((line, refusal.wrong.reason));
                Ok(())
            })
            .unwrap();
        found
    }

    #[test]
    fn rows_come_back_by_offering_and_each_statement_once() {
        let stage = Stage::create().unwrap();
        for (line, offering, body) in [
            (5, "b", "one"),
            (2, "a", "x"),
            (3, "b", "two"),
            (9, "b", "one"),
        ] {
            stage.put(line, offering, body.as_bytes()).unwrap();
        }
        stage.seal().unwrap();
        assert_eq!(stage.offerings().unwrap(), 2);
        assert_eq!(stage.offering_after("").unwrap().as_deref(), Some("a"));
        assert_eq!(stage.offering_after("a").unwrap().as_deref(), Some("b"));
        assert_eq!(stage.offering_after("b").unwrap(), None);
        let Said::Statements(said) = stage.said("b").unwrap() else {
            panic!("too much")
        };
        let said: Vec<_> = said
            .iter()
            .map(|said| (said.line, said.repeats, said.body.as_slice()))
            .collect();
        assert_eq!(said, [(3, 0, &b"two"[..]), (5, 1, b"one")]);
    }

    #[test]
    fn a_row_is_refused_once_and_for_its_first_reason() {
        let stage = Stage::create().unwrap();
        stage.refuse(1, &refusal("no-offer")).unwrap();
        for line in [2, 3, 4] {
            stage
                .put(line, "a", if line == 3 { b"other" } else { b"same" })
                .unwrap();
        }
        stage.seal().unwrap();
        let Said::Statements(said) = stage.said("a").unwrap() else {
            panic!("too much")
        };
        stage
            .refuse_statement("a", &said[0], &refusal("contradiction"))
            .unwrap();
        stage
            .refuse_offering("a", &refusal("other-provider"))
            .unwrap();
        let expected = [
            (1, "no-offer"),
            (2, "contradiction"),
            (3, "other-provider"),
            (4, "contradiction"),
        ];
        assert_eq!(
            lines(&stage),
            expected.map(|(line, reason)| (line, reason.to_owned()))
        );
        let counts: Vec<u64> = stage
            .refused_by_reason()
            .unwrap()
            .into_iter()
            .map(|(_, count)| count)
            .collect();
        assert_eq!(counts, [2, 1, 1]);
    }

    #[test]
    fn more_statements_than_an_offering_can_have_are_not_loaded() {
        let stage = Stage::create().unwrap();
        for line in 0..600_u64 {
            stage.put(line, "a", &line.to_be_bytes()).unwrap();
        }
        stage.seal().unwrap();
        assert_eq!(stage.said("a").unwrap(), Said::TooMuch);
    }
}
