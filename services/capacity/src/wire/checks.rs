//! What is checked where a request comes in: all that is wrong with it, by field path, at once.

use chassis::Violations;
use domain::Timestamp;
use domain::capacity::{DiagnosisGroup, InsurerName, MunicipalityCode};
use prost_types::Timestamp as Moment;
use reference::CurrentCode;

use super::citizen_number;
use super::codes::{Coded, UnknownCode};
use super::unreadable::moment;
use chassis::Path;

pub(crate) const MAX_NAME_CHARS: usize = 200;
pub(crate) const MAX_LIST: usize = 64;
pub(crate) const MAX_PLACES: u32 = 100_000;
/// For so long after a moment clocks may differ about it.
const DOUBTFUL_MILLIS: i64 = 5_000;
/// 2000-01-01 and 2100-01-01: a moment outside is a mistake in a unit.
const MOMENTS: std::ops::Range<i64> = 946_684_800..4_102_444_800;

/// Collects what is wrong.
#[derive(Default)]
pub(crate) struct Checks {
    violations: Violations,
}

impl Checks {
    /// Returns all that is wrong, if anything is.
    pub(crate) fn finish(self) -> Result<(), Violations> {
        if self.violations.is_empty() {
            Ok(())
        } else {
            Err(self.violations)
        }
    }

    /// Notes that a field is wrong.
    pub(crate) fn refuse(&mut self, path: Path<'_>, description: impl Into<String>) {
        self.violations.add(path, description);
    }

    /// Notes that a part is wrong which is only noticed as a whole, unless its fields say so already.
    pub(crate) fn refuse_whole(&mut self, path: Path<'_>, description: impl Into<String>) {
        if self.violations.is_empty() {
            self.refuse(path, description);
        }
    }

    /// A text that people wrote; may be empty.
    pub(crate) fn name(&mut self, path: Path<'_>, text: &str) {
        self.text(path, text, MAX_NAME_CHARS);
    }

    /// A text of at most so many characters; may be empty.
    pub(crate) fn text(&mut self, path: Path<'_>, text: &str, max_chars: usize) {
        // Bytes first: most texts are short, and counting characters reads them all.
        if text.len() > max_chars && text.chars().count() > max_chars {
            self.refuse(
                path,
                format!("must not be longer than {max_chars} characters"),
            );
        }
        if text.chars().any(char::is_control) {
            self.refuse(path, "must not hold control characters");
        }
        if citizen_number::appears_in(text) {
            self.refuse(
                path,
                "looks like a citizen number (BSN): these never travel",
            );
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

    /// A coded value that must be given.
    pub(crate) fn required_code<T: Coded>(&mut self, path: Path<'_>, code: i32) -> Option<T> {
        match T::of(code) {
            Ok(Some(value)) => Some(value),
            Ok(None) => {
                self.refuse(path, "must be given");
                None
            }
            Err(unknown) => self.unknown_code(path, unknown),
        }
    }

    /// A coded value that may be unspecified.
    pub(crate) fn optional_code<T: Coded>(&mut self, path: Path<'_>, code: i32) -> Option<T> {
        T::of(code).unwrap_or_else(|unknown| self.unknown_code(path, unknown))
    }

    fn unknown_code<T>(&mut self, path: Path<'_>, unknown: UnknownCode) -> Option<T> {
        self.refuse(path, unknown.to_string());
        None
    }

    /// A list of coded values, none unspecified.
    pub(crate) fn codes<T: Coded>(&mut self, path: Path<'_>, codes: &[i32]) -> Vec<T> {
        if !self.at_most(path, codes.len(), MAX_LIST) {
            return Vec::new();
        }
        let known = codes.iter().enumerate();
        known
            .filter_map(|(index, code)| self.required_code(path.item(index), *code))
            .collect()
    }

    /// A list that may not be longer; a longer one is not looked into.
    pub(crate) fn at_most(&mut self, path: Path<'_>, count: usize, most: usize) -> bool {
        if count > most {
            self.refuse(path, format!("has {count} items; at most {most} are taken"));
        }
        count <= most
    }

    /// A number that may be absent.
    pub(crate) fn number(&mut self, path: Path<'_>, number: Option<u32>, most: u32) {
        if number.is_some_and(|number| number > most) {
            self.refuse(path, format!("must not be more than {most}"));
        }
    }

    /// A moment that must be given.
    pub(crate) fn required_moment(
        &mut self,
        path: Path<'_>,
        given: Option<&Moment>,
    ) -> Option<Timestamp> {
        if given.is_none() {
            self.refuse(path, "must be given");
        }
        self.optional_moment(path, given)
    }

    /// A moment that may be absent.
    pub(crate) fn optional_moment(
        &mut self,
        path: Path<'_>,
        given: Option<&Moment>,
    ) -> Option<Timestamp> {
        let given = given?;
        if !MOMENTS.contains(&given.seconds) {
            self.refuse(path, "must be between the years 2000 and 2100");
            return None;
        }
        if !(0..1_000_000_000).contains(&given.nanos) {
            self.refuse(path, "has nanoseconds that make no moment");
            return None;
        }
        Some(moment(given))
    }

    /// A moment of the past that is asked about. None is too early: before the log began there was nothing.
    pub(crate) fn as_of(
        &mut self,
        path: Path<'_>,
        given: Option<&Moment>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let given = given?;
        if !(0..1_000_000_000).contains(&given.nanos) {
            self.refuse(path, "has nanoseconds that make no moment");
            return None;
        }
        let moment = moment(given);
        if moment.plus_millis(DOUBTFUL_MILLIS) > now {
            self.refuse(path, "must be five seconds past: until then it may change");
            return None;
        }
        Some(moment)
    }

    /// Names of insurers.
    pub(crate) fn insurers(&mut self, path: Path<'_>, insurers: &[String]) {
        if !self.at_most(path, insurers.len(), MAX_LIST) {
            return;
        }
        for (index, insurer) in insurers.iter().enumerate() {
            self.insurer(path.item(index), insurer);
        }
    }

    /// The name of an insurer.
    pub(crate) fn insurer(&mut self, path: Path<'_>, insurer: &str) -> Option<InsurerName> {
        if citizen_number::appears_in(insurer) {
            self.refuse(
                path,
                "looks like a citizen number (BSN): these never travel",
            );
            return None;
        }
        let form = "must be an insurer's code or name of 1 to 80 characters";
        self.parsed(path, insurer, InsurerName::parse, form)
    }

    /// Codes of main diagnosis groups.
    pub(crate) fn diagnosis_groups(&mut self, path: Path<'_>, groups: &[String]) {
        if !self.at_most(path, groups.len(), MAX_LIST) {
            return;
        }
        for (index, group) in groups.iter().enumerate() {
            self.diagnosis_group(path.item(index), group);
        }
    }

    /// A code of a main diagnosis group.
    pub(crate) fn diagnosis_group(
        &mut self,
        path: Path<'_>,
        group: &str,
    ) -> Option<DiagnosisGroup> {
        let form = "must be the code of a main diagnosis group, such as 05";
        self.parsed(path, group, DiagnosisGroup::parse, form)
    }

    /// A municipality's code; a former one is led to its successor where there is exactly one.
    pub(crate) fn municipality(&mut self, path: Path<'_>, code: &str) -> Option<&'static str> {
        match reference::current_code(code) {
            CurrentCode::Current(municipality) | CurrentCode::FormerOf(municipality) => {
                Some(&municipality.code)
            }
            CurrentCode::Split(candidates) => {
                self.refuse(
                    path,
                    format!(
                        "was split: say which of {} it is now",
                        candidates.join(", ")
                    ),
                );
                None
            }
            CurrentCode::Unknown => {
                self.refuse(
                    path,
                    match MunicipalityCode::parse(code) {
                        Some(code) => format!("no municipality has, or had, the code {code}"),
                        None => "must be the code of a municipality, GM and four digits".to_owned(),
                    },
                );
                None
            }
        }
    }
}
