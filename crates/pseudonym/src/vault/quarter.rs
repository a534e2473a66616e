use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A quarter of a year, such as `2026q4`, in UTC: the keys that are made in it are destroyed together in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    year: i16,
    /// 1 to 4.
    number: i8,
}

/// A text that is not a quarter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a quarter is written like 2026q4")]
pub struct NotAQuarter;

impl Quarter {
    /// The quarter in which a moment falls, in milliseconds since 1970.
    pub fn of_millis(millis: i64) -> Self {
        let moment = Timestamp::from_millisecond(millis).unwrap_or_default();
        let date = moment.to_zoned(TimeZone::UTC).date();
        Self {
            year: date.year(),
            number: (date.month() - 1) / 3 + 1,
        }
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}q{}", self.year, self.number)
    }
}

impl FromStr for Quarter {
    type Err = NotAQuarter;

    fn from_str(text: &str) -> Result<Self, NotAQuarter> {
        let (year, number) = text.split_once('q').ok_or(NotAQuarter)?;
        let quarter = Self {
            year: year.parse().map_err(|_| NotAQuarter)?,
            number: number.parse().map_err(|_| NotAQuarter)?,
        };
        // Written another way it would be another file's name.
        let is_one = (1..=4).contains(&quarter.number) && quarter.to_string() == text;
        is_one.then_some(quarter).ok_or(NotAQuarter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_falls_in_its_quarter() {
        for (moment, quarter) in [
            ("2026-01-01T00:00:00Z", "2026q1"),
            ("2026-03-31T23:59:59Z", "2026q1"),
            ("2026-04-01T00:00:00Z", "2026q2"),
            ("2026-12-31T23:59:59Z", "2026q4"),
        ] {
            let millis = moment
                .parse::<Timestamp>()
                .expect("a moment")
                .as_millisecond();
            assert_eq!(Quarter::of_millis(millis).to_string(), quarter, "{moment}");
            assert_eq!(quarter.parse(), Ok(Quarter::of_millis(millis)));
        }
    }

    #[test]
    fn anything_else_is_not_a_quarter() {
        for text in [
            "",
            "2026",
            "2026q0",
            "2026q5",
            "26q1",
            "2026Q1",
            "2026q01",
            "../2026q1",
            "+2026q1",
        ] {
            assert_eq!(text.parse::<Quarter>(), Err(NotAQuarter), "{text}");
        }
    }
}
