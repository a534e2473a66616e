//! How values of several parts are written in flags and in the cells of a CSV file.

use proto::capacity::v1::{
    AdmissionHours, ContactKind, ContactRoute, Contract, ContractState, Interpreter, Weekday,
};

use crate::words::{Word, all, choices, value_of, word};

const MINUTES_AN_HOUR: u32 = 60;

/// Reads `word=rest`.
///
/// # Errors
/// A sentence that says what is accepted.
pub(crate) fn keyed<W: Word>(text: &str) -> Result<(W, &str), String> {
    let (key, rest) = text
        .split_once('=')
        .ok_or_else(|| format!("give word=value, the word one of {}", choices::<W>()))?;
    let key =
        value_of(key.trim()).ok_or_else(|| format!("the word is one of {}", choices::<W>()))?;
    Ok((key, rest.trim()))
}

/// Reads `word=number`.
///
/// # Errors
/// A sentence that says what is accepted.
pub(crate) fn counted<W: Word>(text: &str) -> Result<(W, u32), String> {
    let (key, count) = keyed(text)?;
    let count = count
        .parse()
        .map_err(|_| "the number is a whole number from 0".to_owned())?;
    Ok((key, count))
}

/// Reads `payer=state`.
///
/// # Errors
/// A sentence that says what is accepted.
pub(crate) fn contract(text: &str) -> Result<Contract, String> {
    let states = || {
        format!(
            "give payer=state, the state one of {}",
            choices::<ContractState>()
        )
    };
    let (payer, state) = text.rsplit_once('=').ok_or_else(states)?;
    let state: ContractState = value_of(state.trim()).ok_or_else(states)?;
    Ok(Contract {
        payer: payer.trim().to_owned(),
        state: state.into(),
    })
}

/// Reads `kind=address`.
///
/// # Errors
/// A sentence that says what is accepted.
pub(crate) fn contact(text: &str) -> Result<ContactRoute, String> {
    let (kind, address) = keyed::<ContactKind>(text)?;
    Ok(ContactRoute {
        kind: kind.into(),
        address: address.to_owned(),
    })
}

/// Reads `any`, `none`, or languages with a plus between them: `ar+ti`.
pub(crate) fn interpreter(text: &str) -> Interpreter {
    match text {
        "any" => Interpreter {
            any_language: true,
            languages: Vec::new(),
        },
        "none" => Interpreter::default(),
        languages => Interpreter {
            any_language: false,
            languages: languages
                .split('+')
                .map(|code| code.trim().to_owned())
                .collect(),
        },
    }
}

/// Reads `monday-friday=09:00-17:00`; days with a plus between them stand alone: `saturday+sunday=10:00-12:00`.
///
/// # Errors
/// A sentence that says what is accepted.
pub(crate) fn hours(text: &str) -> Result<AdmissionHours, String> {
    let form = || "give days and hours, such as monday-friday=09:00-17:00".to_owned();
    let (days, hours) = text.split_once('=').ok_or_else(form)?;
    let (from, until) = hours.split_once('-').ok_or_else(form)?;
    let mut weekdays = Vec::new();
    for part in days.split('+') {
        weekdays.extend(days_of(part.trim()).ok_or_else(form)?);
    }
    weekdays.sort_unstable();
    weekdays.dedup();
    Ok(AdmissionHours {
        weekdays,
        from_minute: minute(from).ok_or_else(form)?,
        until_minute: minute(until).ok_or_else(form)?,
    })
}

fn days_of(part: &str) -> Option<Vec<i32>> {
    let (first, last) = part.split_once('-').unwrap_or((part, part));
    let (first, last): (Weekday, Weekday) = (value_of(first)?, value_of(last)?);
    let days = all::<Weekday>().map(i32::from);
    Some(
        days.filter(|day| (first.into()..=last.into()).contains(day))
            .collect(),
    )
}

/// Reads a time of the day, `00:00` to `24:00`, as minutes since midnight.
pub(crate) fn minute(text: &str) -> Option<u32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < MINUTES_AN_HOUR && hour <= 24).then_some(hour * MINUTES_AN_HOUR + minute)
}

/// Returns minutes since midnight as a time of the day.
pub(crate) fn clock(minute: u32) -> String {
    format!(
        "{:02}:{:02}",
        minute / MINUTES_AN_HOUR,
        minute % MINUTES_AN_HOUR
    )
}

/// Returns admission hours as [`hours`] reads them.
pub(crate) fn hours_text(hours: &AdmissionHours) -> String {
    let days: Vec<String> = hours.weekdays().map(word).collect();
    let days = match days.as_slice() {
        [first, .., last] if is_in_a_row(&hours.weekdays) => format!("{first}-{last}"),
        days => days.join("+"),
    };
    format!(
        "{days}={}-{}",
        clock(hours.from_minute),
        clock(hours.until_minute)
    )
}

fn is_in_a_row(days: &[i32]) -> bool {
    days.len() > 2 && days.windows(2).all(|pair| pair[0] + 1 == pair[1])
}

/// Returns an interpreter as [`interpreter`] reads it.
pub(crate) fn interpreter_text(interpreter: &Interpreter) -> String {
    if interpreter.any_language {
        "any".to_owned()
    } else if interpreter.languages.is_empty() {
        "none".to_owned()
    } else {
        interpreter.languages.join("+")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admission_hours_read_back_as_they_are_written() {
        for text in [
            "monday-friday=09:00-17:30",
            "saturday+sunday=10:00-12:00",
            "monday-sunday=00:00-24:00",
            "tuesday=08:00-09:00",
        ] {
            assert_eq!(hours_text(&hours(text).unwrap()), text);
        }
        for wrong in [
            "",
            "monday",
            "monday=9-17",
            "someday=09:00-10:00",
            "monday=09:60-10:00",
        ] {
            assert!(hours(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_interpreter_is_for_any_language_for_some_or_for_none() {
        for text in ["any", "none", "ar+ti"] {
            assert_eq!(interpreter_text(&interpreter(text)), text);
        }
    }

    #[test]
    fn a_contract_is_with_whoever_stands_before_the_last_equals_sign() {
        let read = contract("Zorg=Zeker=not-contracted").unwrap();
        assert_eq!(read.payer, "Zorg=Zeker");
        assert_eq!(read.state(), ContractState::NotContracted);
        assert!(contract("VGZ=maybe").is_err());
    }
}
