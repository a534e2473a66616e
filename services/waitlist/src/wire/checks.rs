//! What is checked where a request comes in: all that is wrong with it, by field path, at once.

use chassis::{Path, Violations};
use domain::Day;
use domain::waitlist::EntryId;
use reference::CurrentCode;

use super::codes::Coded;

/// Waits do not begin before this day: an earlier one is a mistake in the year.
const FIRST_DAY: &str = "2000-01-01";

/// Collects what is wrong.
#[derive(Default)]
pub(crate) struct Checks {
    violations: Violations,
}

impl Checks {
    /// Notes that a field is wrong.
    pub(crate) fn refuse(&mut self, path: Path<'_>, description: impl Into<String>) {
        self.violations.add(path, description);
    }

    /// What was read, or all that is wrong with it.
    pub(crate) fn finish<T>(mut self, read: Option<T>) -> Result<T, Violations> {
        match read {
            Some(read) if self.violations.is_empty() => Ok(read),
            Some(_) => Err(self.violations),
            None => {
                if self.violations.is_empty() {
                    self.refuse(Path::root("request"), "cannot be read");
                }
                Err(self.violations)
            }
        }
    }

    /// A text that the domain knows how to read.
    pub(crate) fn parsed<T>(
        &mut self,
        path: Path<'_>,
        text: &str,
        parse: impl Fn(&str) -> Option<T>,
        form: &str,
    ) -> Option<T> {
        let parsed = parse(text);
        if parsed.is_none() {
            self.refuse(path, form);
        }
        parsed
    }

    /// A text that may be empty: then there is none.
    pub(crate) fn parsed_if_any<T>(
        &mut self,
        path: Path<'_>,
        text: &str,
        parse: impl Fn(&str) -> Option<T>,
        form: &str,
    ) -> Option<T> {
        (!text.is_empty())
            .then(|| self.parsed(path, text, parse, form))
            .flatten()
    }

    /// A coded value that must be given.
    pub(crate) fn code<T: Coded>(&mut self, path: Path<'_>, number: i32) -> Option<T> {
        let code = T::of(number).ok();
        if code.is_none() {
            let what = if number == 0 {
                "must be given".to_owned()
            } else {
                format!("{number} is not a value of it")
            };
            self.refuse(path, what);
        }
        code
    }

    /// A day that must be given.
    pub(crate) fn day(&mut self, path: Path<'_>, text: &str) -> Option<Day> {
        let parse = |text: &str| Day::parse(text).filter(|day| Day::parse(FIRST_DAY) <= Some(*day));
        let form = "must be a date as 2026-01-31, not before the year 2000";
        self.parsed(path, text, parse, form)
    }

    /// A day that may be empty.
    pub(crate) fn day_if_any(&mut self, path: Path<'_>, text: &str) -> Option<Day> {
        (!text.is_empty()).then(|| self.day(path, text)).flatten()
    }

    /// The id of an entry.
    pub(crate) fn entry_id(&mut self, path: Path<'_>, text: &str) -> Option<EntryId> {
        let form = "must be 32 lower-case hexadecimal digits";
        self.parsed(path, text, EntryId::parse, form)
    }

    /// A list that may not be longer; a longer one is not looked into.
    pub(crate) fn at_most(&mut self, path: Path<'_>, count: usize, most: usize) -> bool {
        if count > most {
            self.refuse(path, format!("has {count} items; at most {most} are taken"));
        }
        count <= most
    }

    /// A municipality's code; a former one is led to its successor where there is exactly one.
    pub(crate) fn municipality(&mut self, path: Path<'_>, code: &str) -> Option<&'static str> {
        match reference::current_code(code) {
            CurrentCode::Current(municipality) | CurrentCode::FormerOf(municipality) => {
                Some(&municipality.code)
            }
            CurrentCode::Split(candidates) => {
                let now = candidates.join(", ");
                self.refuse(path, format!("was split: say which of {now} it is now"));
                None
            }
            CurrentCode::Unknown => {
                self.refuse(
                    path,
                    "must be the code of a municipality, GM and four digits",
                );
                None
            }
        }
    }
}
