use clap::Parser;
use proto::waitlist::v1::{Dimension, ErasureGround};

use super::*;
use crate::args::{Cli, Command};

const ENTRY: &str = "0123456789abcdef0123456789abcdef";

fn parsed(line: &[&str]) -> Result<WaitlistCommand, clap::Error> {
    let line = ["doorstroom", "waitlist"].iter().chain(line);
    match Cli::try_parse_from(line)?.command {
        Command::Waitlist(command) => Ok(command),
        Command::Capacity(_) | Command::Demo(_) => panic!("another command"),
    }
}

const REGISTRATION: [&str; 11] = [
    "register",
    "--care-type",
    "specialised",
    "--registered-on",
    "2026-03-01",
    "--age-band",
    "25-44",
    "--municipality",
    "Groningen",
    "--diagnosis-group",
    "05",
];

#[test]
fn a_registration_says_where_the_number_comes_from() {
    let with = |more: &[&str]| parsed(&[&REGISTRATION[..], more].concat());
    let Ok(WaitlistCommand::Register(args)) = with(&["--bsn-stdin"]) else {
        panic!("refused")
    };
    let registration = args.registration();
    assert_eq!(registration.care_type, "specialised");
    assert_eq!(registration.profile.unwrap().municipality_code, "GM0014");
    assert!(with(&["--without-number"]).is_ok());
    for wrong in [
        &[][..],
        &["--bsn-stdin", "--without-number"],
        &["--bsn-stdin", "--bsn-file", "x"],
        &["--bsn", "999990019"],
    ] {
        assert!(with(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_citizen_number_is_no_entry() {
    for wrong in ["999990019", "", &ENTRY.to_uppercase(), &ENTRY[1..]] {
        assert!(parsed(&["show", wrong]).is_err(), "{wrong}");
    }
    assert!(parsed(&["show", ENTRY]).is_ok());
}

#[test]
fn a_return_is_of_an_entry_or_of_a_month() {
    assert!(parsed(&["return", ENTRY, "--on", "2026-03-01"]).is_ok());
    assert!(parsed(&["return", "--month", "2026-10"]).is_ok());
    for wrong in [
        &["return"][..],
        &["return", ENTRY, "--month", "2026-10"],
        &["return", "--month", "2026-13"],
        &["return", "--month", "2026-10", "--on", "2026-10-01"],
    ] {
        assert!(parsed(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn entries_are_erased_or_a_person_or_an_erasure_is_agreed_to_or_taken_back() {
    let ground = ["--ground", "objection"];
    let Ok(WaitlistCommand::Erase(args)) =
        parsed(&[&["erase", ENTRY, ENTRY][..], &ground].concat())
    else {
        panic!("refused")
    };
    assert_eq!(args.entries.len(), 2);
    assert_eq!(args.ground, Some(ErasureGround::Objection));
    assert!(parsed(&[&["erase", "--person"][..], &ground].concat()).is_ok());
    for decision in ["approve", "revoke"] {
        let Ok(WaitlistCommand::Erase(args)) = parsed(&["erase", decision, "e1"]) else {
            panic!("refused")
        };
        assert!(args.decision.is_some());
    }
    for wrong in [
        &["erase", ENTRY][..],
        &["erase", "--ground", "objection"],
        &["erase", ENTRY, "--person", "--ground", "objection"],
        &["erase", "revoke"],
    ] {
        assert!(parsed(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn counts_are_split_by_words_with_commas_between() {
    let Ok(WaitlistCommand::Stats(args)) = parsed(&["stats", "--by", "provider,wait-band"]) else {
        panic!("refused")
    };
    assert_eq!(args.by, [Dimension::Provider, Dimension::WaitBand]);
    assert!(parsed(&["stats", "--months", "2026-01..2026-06"]).is_ok());
    assert!(parsed(&["stats", "--months", "2026-06..2026-01"]).is_err());
    assert!(parsed(&["stats", "--by", "name"]).is_err());
    assert!(parsed(&["stats", "--protected", "municipality", "--by", "provider"]).is_err());
}
