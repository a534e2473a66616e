use proptest::prelude::*;
use proto::capacity::v1::{CareType, Circuit, PauseReason};

use super::*;

fn about() -> About<'static> {
    About {
        care_type: CareType::Specialised,
        circuit: Circuit::Adults,
        places: ["Poli Noord", "Amsterdam"],
        groups: ["Angst en stemming", "Angststoornissen"],
        written_on: Day::new(2018, 2, 15),
        today: Day::new(2018, 3, 10).unwrap(),
    }
}

fn stop(remark: &str) -> Stop {
    match read(remark, &about(), false).stopped {
        Stopped::InForce(stop) => stop,
        other => panic!("{remark}: {other:?}"),
    }
}

fn day(text: &str) -> Option<Day> {
    Day::of(text.parse().unwrap())
}

#[test]
fn every_way_to_say_that_nobody_is_taken_in_is_a_stop() {
    for remark in [
        "Aanmeldstop",
        "aanmeldingsstop!",
        "Patientenstop",
        "Patiënten stop",
        "Cliënten-stop",
        "Intakestop",
        "Tijdelijke aanmeldpauze",
        "Stop",
        "Nemen geen nieuwe patiënten op",
        "Wij nemen momenteel geen cliënten aan",
        "Geen nieuwe aanmeldingen vanwege verplichte spreiding van het budget",
        "Tijdelijk geen SGGZ verwijzingen",
        "Aanmelding niet meer mogelijk",
        "Aanmelden is op dit moment niet mogelijk.",
        "De wachtlijst is gesloten",
        "Gesloten voor nieuwe aanmeldingen",
        "Nieuwe aanmeldingen worden niet in behandeling genomen",
        "Praktijk tijdelijk gesloten",
        "Aanmeldstop voor volwassenen",
        "Aanmeldstop voor angststoornissen",
    ] {
        assert!(
            matches!(read(remark, &about(), false).stopped, Stopped::InForce(_)),
            "{remark}"
        );
        assert_eq!(
            read(remark, &about(), false).offer,
            Offer::Given,
            "{remark}"
        );
    }
}

#[test]
fn what_only_sounds_like_a_stop_is_none() {
    for remark in [
        "",
        "Geen aanmeldstop",
        "Er is geen sprake van een aanmeldstop",
        "De aanmeldstop is opgeheven",
        "Stop met roken groep",
        "Gesloten afdeling (8 bedden)",
        "Geen verwijzing nodig",
        "Geen wachttijd voor nieuwe patiënten",
        "Aanmelden is niet mogelijk zonder verwijzing",
        "Tijdelijk geen BGGZ verwijzingen",
        "Aanmeldstop voor kinderen",
        "Op woensdag gesloten",
        "Wij nemen weer nieuwe patiënten aan",
        "Op dit moment niet mogelijk",
    ] {
        assert_eq!(
            read(remark, &about(), false).stopped,
            Stopped::No,
            "{remark}"
        );
        assert_eq!(
            read(remark, &about(), false).offer,
            Offer::Given,
            "{remark}"
        );
    }
}

#[test]
fn a_stop_for_a_part_that_the_row_cannot_tell_apart_is_not_certain() {
    for remark in [
        "Aanmeldstop behalve voor CZ",
        "Aanmeldstop m.u.v. spoed",
        "Aanmeldstop voor ADHD",
        "Geen nieuwe aanmeldingen van patiënten onder 18 jaar",
        "Aanmeldstop, alleen nog voor CZ",
    ] {
        assert_eq!(
            read(remark, &about(), false).stopped,
            Stopped::NotCertain,
            "{remark}"
        );
        // The figures say it for the whole row.
        assert!(
            matches!(read(remark, &about(), true).stopped, Stopped::InForce(_)),
            "{remark}"
        );
    }
}

#[test]
fn a_stop_names_its_insurers() {
    assert_eq!(
        stop("Aanmeldstop voor verzekerden van VGZ en Zilveren Kruis").insurers,
        ["VGZ", "Zilveren Kruis"]
    );
    assert_eq!(stop("Aanmeldstop alleen voor CZ").insurers, ["CZ"]);
    assert!(
        stop("Aanmeldstop voor alle verzekeraars")
            .insurers
            .is_empty()
    );
    let umbrella = "Per 03-10-2017 geldt een clientenstop voor: Zorgverzekeraars die onder de koepel van VGZ, Menzis, CZ vallen.";
    assert_eq!(stop(umbrella).insurers, ["CZ", "Menzis", "VGZ"]);
    assert_eq!(stop(umbrella).starts, day("2017-10-03"));
}

#[test]
fn a_stop_ends_on_the_day_it_says() {
    for (remark, ends) in [
        ("Gesloten tot januari 2019", "2019-01-01"),
        ("Aanmeldstop tot 1 april", "2018-04-01"),
        ("Aanmeldstop t/m 31 december 2018", "2019-01-01"),
        ("Aanmeldstop tot en met mei", "2018-06-01"),
        ("Patiëntenstop tot 01-07-2018", "2018-07-01"),
        ("Geen nieuwe aanmeldingen in 2018", "2019-01-01"),
        (
            "Geen nieuwe aanmeldingen voor de rest van dit jaar",
            "2019-01-01",
        ),
        (
            "Vanaf 1 mei 2018 nemen wij weer nieuwe patiënten aan",
            "2018-05-01",
        ),
        ("De aanmeldstop wordt per 1 mei opgeheven", "2018-05-01"),
    ] {
        assert_eq!(stop(remark).ends, day(ends), "{remark}");
    }
    assert_eq!(stop("Aanmeldstop tot nader order").ends, None);
    assert_eq!(stop("Aanmeldstop tot 31 februari 2019").ends, None);
}

#[test]
fn a_vague_end_only_informs() {
    let summer = stop("Aanmeldstop tot na de zomer");
    assert_eq!(
        (summer.ends, summer.expected_end),
        (None, day("2018-09-01"))
    );
    let march = stop("Aanmeldstop tot eind maart");
    assert_eq!((march.ends, march.expected_end), (None, day("2018-04-01")));
}

#[test]
fn an_end_that_is_past_is_history() {
    for remark in [
        "Aanmeldstop tot 1 maart",
        "Gesloten tot januari 2018",
        "Aanmeldstop t/m februari 2018",
        "Vanaf 1 maart 2018 weer nieuwe aanmeldingen",
        "Aanmeldstop tot medio december 2017",
    ] {
        let read = read(remark, &about(), true);
        assert_eq!(
            (read.stopped, read.offer),
            (Stopped::Ended, Offer::Given),
            "{remark}"
        );
        assert_eq!(read.codes, ["stop-ended"], "{remark}");
    }
}

#[test]
fn a_reason_is_coded() {
    for (remark, reason) in [
        (
            "Aanmeldstop vanwege het budgetplafond",
            PauseReason::ContractExhausted,
        ),
        ("Aanmeldstop wegens ziekte", PauseReason::StaffShortage),
        (
            "Gesloten i.v.m. vakantie tot 12 maart",
            PauseReason::Holiday,
        ),
        (
            "Aanmeldstop i.v.m. lange wachtlijst",
            PauseReason::WaitTooLong,
        ),
        ("Aanmeldstop", PauseReason::NotStated),
    ] {
        assert_eq!(stop(remark).reason, i32::from(reason), "{remark}");
    }
    assert!(stop("De wachtlijst is gesloten").waiting_list_closed);
    assert!(!stop("Aanmeldstop").waiting_list_closed);
}

#[test]
fn what_is_not_offered_or_closed_is_no_offering() {
    for remark in [
        "Geen aanbod",
        "geen eigen aanbod.",
        "Wordt niet aangeboden",
        "Niet in ons aanbod",
        "Geen aanbod voor deze doelgroep",
    ] {
        assert_eq!(
            read(remark, &about(), false).offer,
            Offer::NotGiven,
            "{remark}"
        );
    }
    for remark in [
        "Gesloten",
        "Definitief gesloten",
        "Per 1 januari 2018 gesloten",
        "Faillissement",
        "Praktijk failliet",
        "Tot onze spijt hebben we moeten besluiten om de vestiging in Amsterdam te sluiten",
        "Deze locatie is gesloten",
        "Praktijk is gestopt",
        "Vestiging bestaat niet meer",
    ] {
        assert_eq!(
            read(remark, &about(), false).offer,
            Offer::Closed,
            "{remark}"
        );
    }
}

#[test]
fn other_places_later_days_and_opening_hours_close_nothing() {
    for remark in [
        "De vestiging in Rotterdam is gesloten",
        "Op vrijdag is de praktijk gesloten",
        "Geen aanbod voor kinderen",
        "De praktijk sluiten wij aan bij Zorgmail",
        "De praktijk is niet gesloten",
        "Praktijk is gestopt met groepstherapie",
    ] {
        assert_eq!(
            read(remark, &about(), false).offer,
            Offer::Given,
            "{remark}"
        );
    }
    assert_eq!(
        read("Praktijk per 1 mei 2018 gesloten", &about(), false).offer,
        Offer::ClosingAnnounced
    );
}

#[test]
fn other_remarks_are_codes_or_nothing() {
    for (remark, codes) in [
        ("Geen wachttijdinfo", &["no-wait-information"][..]),
        ("Geen website", &["no-website"]),
        ("Website niet werkzaam", &["website-down"]),
        ("Wachttijd kan verschillen per hulpvraag.", &["wait-varies"]),
        ("Bij voldoende animo", &["starts-when-enough-join"]),
        ("Start 3 maal per jaar", &["starts-at-set-times"]),
        (
            "MET ggz en Parnassia Groep continueren vanaf januari 2018 de zorg aan cliënten van Virenze",
            &["care-taken-over"],
        ),
        ("Aantal wachtenden wordt weergegeven", &[]),
    ] {
        let read = read(remark, &about(), false);
        assert_eq!(
            (read.codes.as_slice(), read.offer, read.stopped),
            (codes, Offer::Given, Stopped::No),
            "{remark}"
        );
    }
}

proptest! {
    #[test]
    fn no_text_breaks_the_reading(remark in "\\PC{0,60}", figures_stop: bool) {
        let remark = read(&remark, &about(), figures_stop);
        if figures_stop {
            prop_assert_ne!(remark.stopped, Stopped::No);
        }
    }

    #[test]
    fn a_dated_stop_holds_until_that_day_and_no_longer(year in 2017_i16..2020, month in 1_i8..13, day in 1_i8..29) {
        let remark = format!("Aanmeldstop tot {day:02}-{month:02}-{year}");
        let end = Day::new(year, month, day);
        match read(&remark, &about(), false).stopped {
            Stopped::InForce(stop) => prop_assert!(stop.ends == end && end > Some(about().today)),
            Stopped::Ended => prop_assert!(end <= Some(about().today)),
            other => prop_assert!(false, "{other:?}"),
        }
    }
}
