//! Columns by name.

use crate::failure::Failure;

/// Where each column of a format stands in the file; not all need be there.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    at: Vec<(&'static str, Option<usize>)>,
}

impl Columns {
    /// Finds the columns in a header. Others than `known` are an error if `strict`.
    ///
    /// # Errors
    /// [`Failure::Usage`] that names every column that is missing, doubled or not known.
    pub(super) fn find(
        header: &[String],
        known: &[&'static str],
        required: &[&'static str],
        strict: bool,
    ) -> Result<Self, Failure> {
        let names: Vec<String> = header
            .iter()
            .map(|name| name.trim().to_lowercase())
            .collect();
        let position = |column: &str| names.iter().position(|name| name == column);
        let mut wrong = Vec::new();
        let missing: Vec<&str> = required
            .iter()
            .copied()
            .filter(|column| position(column).is_none())
            .collect();
        if !missing.is_empty() {
            wrong.push(format!("it has no column {}", missing.join(", ")));
        }
        let doubled = names.iter().enumerate().filter(|(at, name)| {
            known.contains(&name.as_str()) && position(name).is_some_and(|first| first < *at)
        });
        let doubled: Vec<&str> = doubled.map(|(_, name)| name.as_str()).collect();
        if !doubled.is_empty() {
            wrong.push(format!(
                "it has more than one column {}",
                doubled.join(", ")
            ));
        }
        let unknown: Vec<&str> = names
            .iter()
            .map(String::as_str)
            .filter(|name| strict && !known.contains(name))
            .collect();
        if !unknown.is_empty() {
            wrong.push(format!("its column {} is not known", unknown.join(", ")));
        }
        if wrong.is_empty() {
            Ok(Self {
                at: known
                    .iter()
                    .map(|column| (*column, position(column)))
                    .collect(),
            })
        } else {
            Err(Failure::Usage(format!(
                "the file is not of this format: {}",
                wrong.join("; ")
            )))
        }
    }

    /// Tells whether the file has the column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.at
            .iter()
            .any(|(name, at)| *name == column && at.is_some())
    }

    /// Returns a row by column.
    pub(super) fn row<'a>(&'a self, fields: &'a [String]) -> Row<'a> {
        Row {
            columns: self,
            fields,
        }
    }
}

/// The values of one record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    columns: &'a Columns,
    fields: &'a [String],
}

impl<'a> Row<'a> {
    /// Returns the value, trimmed; empty if there is none.
    pub(super) fn get(&self, column: &str) -> &'a str {
        let at = self
            .columns
            .at
            .iter()
            .find(|(name, _)| *name == column)
            .and_then(|(_, at)| *at);
        at.and_then(|at| self.fields.get(at))
            .map_or("", |value| value.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(header: &[&str], strict: bool) -> Result<Columns, Failure> {
        let header: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        Columns::find(&header, &["a", "b", "c"], &["a", "b"], strict)
    }

    #[test]
    fn columns_stand_in_any_order_and_some_may_be_absent() {
        let columns = find(&["x", " B", "A"], false).unwrap();
        let fields = ["1".to_owned(), " 2 ".to_owned(), "3".to_owned()];
        let row = columns.row(&fields);
        assert_eq!((row.get("a"), row.get("b"), row.get("c")), ("3", "2", ""));
        assert!(columns.has("a") && !columns.has("c"));
    }

    #[test]
    fn every_wrong_column_is_named_at_once() {
        let failure = find(&["a", "a", "x"], true).unwrap_err();
        assert_eq!(failure.exit_code(), 2);
        assert_eq!(
            failure.to_string(),
            "the file is not of this format: it has no column b; it has more than one column a; its column x is not known"
        );
    }
}
