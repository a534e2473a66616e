use proptest::prelude::*;

use super::*;

fn days(text: &str) -> Option<u32> {
    days_of(text, Clock::Intake)
}

fn days_of(text: &str, clock: Clock) -> Option<u32> {
    match read(text, clock) {
        Read::Days(span) => Some(span.at_most),
        _ => None,
    }
}

#[test]
fn a_number_is_a_number_of_weeks() {
    for (text, expected) in [
        ("5", 35),
        ("0", 0),
        ("1.5", 11),
        ("3,5", 25),
        ("5.9", 42),
        ("62", 434),
        ("12-16", 112),
    ] {
        assert_eq!(days(text), Some(expected), "{text}");
    }
}

#[test]
fn a_length_is_read_in_its_unit() {
    for (text, expected) in [
        ("7 weken", 49),
        ("1 week", 7),
        ("7weken", 49),
        ("7 wkn.", 49),
        ("28 dagen", 28),
        ("14 kalenderdagen", 14),
        ("10 werkdagen", 14),
        ("8 werkdagen", 12),
        ("3 maanden", 92),
        ("1 maand", 31),
        ("6 mnd.", 183),
        ("1 jaar", 366),
        ("een half jaar", 183),
        ("anderhalve maand", 46),
        ("2½ maand", 77),
        ("Een week", 7),
        ("1 weel", 7),
        ("3,5 wek", 25),
        ("3-4 maande", 122),
    ] {
        assert_eq!(days(text), Some(expected), "{text}");
    }
}

#[test]
fn a_range_and_an_upper_bound_say_at_most() {
    for (text, expected) in [
        ("12-16 weken", 112),
        ("12 – 16 weken", 112),
        ("2 tot 4 weken", 28),
        ("2 tot maximaal 4 weken", 28),
        ("8 à 10 weken", 70),
        ("2 of 3 weken", 21),
        ("3 t/m 4 weken", 28),
        ("Tussen de 3 en 6 weken", 42),
        ("2 weken tot 2 maanden", 61),
        ("2-2,5 maand", 77),
        ("< 1 week", 7),
        ("<1 week", 7),
        ("≤ 2 weken", 14),
        ("Minder dan 4 weken", 28),
        ("Binnen 14 dagen", 14),
        ("Max. 6 weken", 42),
        ("Maximaal 10 werkdagen", 14),
        ("Niet langer dan 3 weken", 21),
        ("+/- 6-8 weken", 56),
        ("± 5 weken", 35),
        ("ca. 5 weken", 35),
        ("Gemiddeld 2-3 weken", 21),
        ("De wachttijd is momenteel 3 weken", 21),
        ("Wachttijd: 3 weken", 21),
    ] {
        assert_eq!(days(text), Some(expected), "{text}");
    }
}

#[test]
fn no_wait_is_a_wait_of_no_days() {
    for text in [
        "Geen",
        "Geen wachttijd",
        "geen wachttijden",
        "Geen wachtlijst.",
        "Er is momenteel geen wachtlijst",
        "Direct",
        "Per direct",
        "Aansluitend",
        "Behandeling Direct aansluitend",
        "Geen wachttijd voor behandeling",
        "0 weken",
    ] {
        assert_eq!(days_of(text, Clock::Treatment), Some(0), "{text}");
    }
}

#[test]
fn what_was_not_stated_is_unknown_and_never_zero() {
    for text in [
        "",
        " ",
        "-",
        "--",
        "–",
        "?",
        "N.v.t.",
        "nvt",
        "Niet van toepassing",
        "Onbekend",
        "onbekend.",
        "N.B.",
        "n/a",
        "Niet bekend",
        "Nog niet bekend",
        "Geen wachttijd bekend",
        "Geen wachttijdinfo",
        "Geen informatie",
        "Niet vermeld op de website",
    ] {
        assert_eq!(read(text, Clock::Intake), Read::Unknown, "{text}");
    }
}

#[test]
fn what_does_not_say_how_long_is_not_certain() {
    for text in [
        "Minimaal 8 weken",
        "Meer dan 3 maanden",
        "Langer dan 6 weken",
        "> 8 weken",
        "52+ weken",
        "6+ maanden",
        "8 weken of langer",
        "vanaf 4 weken",
        "Korte wachttijd",
        "Geen of kort",
        "Een paar weken",
        "Wisselend",
        "In overleg",
        "zo snel mogelijk",
        "24 weken (afhankelijk van start groep)",
        "Per 1 augustus in behandeling",
        "2018-04-01 00:00:00",
        "2018-04-01",
        "01-04",
        "8-okt",
        "16-12 weken",
        "tussen 3 weken",
        "1.000",
        "1e3",
        "NaN",
        "drie",
        "4 vrouwen",
        "4 weer",
        "niet direct",
        "In principe Geen wachttijd, wel afhankelijk hulpvraag",
        "3 weken 4 weken",
    ] {
        assert_eq!(read(text, Clock::Intake), Read::NotCertain, "{text}");
    }
}

#[test]
fn a_number_that_no_wait_has_is_implausible() {
    for text in ["-3", "-3 weken", "999", "9999 dagen", "10 jaar"] {
        assert_eq!(read(text, Clock::Intake), Read::Implausible, "{text}");
    }
}

#[test]
fn a_wait_that_begins_elsewhere_is_another_wait() {
    assert_eq!(days_of("4 weken na intake", Clock::Treatment), Some(28));
    assert_eq!(days_of("4 weken na intake", Clock::Intake), None);
    assert_eq!(days_of("4 weken na aanmelding", Clock::Intake), Some(28));
    assert_eq!(days_of("4 weken na aanmelding", Clock::Treatment), None);
    assert_eq!(days_of("< 3 weken na onderzoek", Clock::Treatment), None);
    assert_eq!(days_of("Direct na intake", Clock::Treatment), Some(0));
    assert_eq!(days_of("Direct na intake", Clock::Intake), None);
}

#[test]
fn a_figure_in_weeks_agrees_with_the_text_that_it_was_computed_from() {
    let agree =
        |text: &str, weeks: &str| match (read(text, Clock::Intake), read(weeks, Clock::Intake)) {
            (Read::Days(text), Read::Days(weeks)) => text.agrees_with(weeks),
            other => panic!("{text}: {other:?}"),
        };
    for (text, weeks) in [
        ("12-16 weken", "14"),
        ("Geen wachttijd", "1"),
        ("0 weken", "1"),
        ("41 dagen", "5.9"),
        ("8 werkdagen", "1.1"),
        ("10 werkdagen", "2"),
        ("3-4 maanden", "14"),
        ("1 tot 5 maanden", "12"),
        ("Minder dan 10 weken", "10"),
        ("2 dagen", "1"),
    ] {
        assert!(agree(text, weeks), "{text} / {weeks}");
    }
    for (text, weeks) in [
        ("7 weken", "12"),
        ("12-16 weken", "20"),
        ("Geen wachttijd", "6"),
        ("3 maanden", "3"),
    ] {
        assert!(!agree(text, weeks), "{text} / {weeks}");
    }
}

proptest! {
    #[test]
    fn no_text_breaks_the_reading(text in "\\PC{0,40}") {
        read(&text, Clock::Treatment);
    }

    #[test]
    fn no_mixture_of_known_words_breaks_the_reading(
        words in prop::collection::vec(prop::sample::select(vec![
            "3", "12", "0", "-", ",", ".", "<", "+/-", "weken", "maanden", "dagen", "tot", "tussen", "en", "een", "half",
            "minder", "dan", "max", "geen", "wachttijd", "na", "intake", "ca.", "(", ")",
        ]), 0..8)
    ) {
        if let Read::Days(span) = read(&words.join(" "), Clock::Treatment) {
            prop_assert!(span.at_most <= 5 * 365 && span.shortest <= span.longest);
        }
    }

    #[test]
    fn a_range_is_never_read_as_less_than_its_upper_end(from in 0_u32..60, more in 0_u32..60) {
        let to = from + more;
        for text in [format!("{from}-{to} weken"), format!("{from} tot {to} weken"), format!("tussen {from} en {to} weken")] {
            prop_assert_eq!(days(&text), Some(to * 7), "{}", text);
        }
    }

    #[test]
    fn units_agree_with_each_other(weeks in 0_u32..200) {
        prop_assert_eq!(days(&format!("{weeks} weken")), days(&format!("{} dagen", weeks * 7)));
        prop_assert_eq!(days(&weeks.to_string()), Some(weeks * 7));
    }
}
