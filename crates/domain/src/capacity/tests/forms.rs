use super::*;

#[test]
fn an_offering_id_is_short_and_plain() {
    let longest = "a".repeat(64);
    for text in ["a", "7", "agb-1.x_y:z", &longest] {
        assert_eq!(OfferingId::parse(text).unwrap().as_str(), text);
    }
    let too_long = "a".repeat(65);
    for text in ["", "-a", ".", "a b", "a/b", "é", "a\n", &too_long] {
        assert_eq!(OfferingId::parse(text), None, "{text:?}");
        assert_eq!(PauseId::parse(text), None, "{text:?}");
    }
}

#[test]
fn a_provider_is_a_scheme_that_is_known_and_a_number_of_its_form() {
    let oin = format!("oin:{}", "0".repeat(20));
    for text in [
        "agb:06011009",
        "ura:00015823",
        "kvk:01234567",
        "gm:GM0014",
        "nza:6000550",
        &oin,
    ] {
        assert_eq!(ProviderId::parse(text).unwrap().to_string(), text);
    }
    for text in [
        "",
        "agb",
        "agb:",
        "agb:6011009",
        "agb:0601100x",
        "AGB:06011009",
        "bsn:111222333",
        "gm:0014",
        "nza:123456789",
    ] {
        assert_eq!(ProviderId::parse(text), None, "{text:?}");
    }
}

#[test]
fn codes_have_their_form() {
    assert!(MunicipalityCode::parse("GM0014").is_some());
    for text in ["GM014", "gm0014", "GM00144", "0014", ""] {
        assert_eq!(MunicipalityCode::parse(text), None, "{text:?}");
    }
    assert!(LanguageCode::parse("nl").is_some());
    for text in ["NL", "nld", "n", "n1", "é"] {
        assert_eq!(LanguageCode::parse(text), None, "{text:?}");
    }
    assert!(DiagnosisGroup::parse("05").is_some());
    assert!(DiagnosisGroup::parse("not-yet-diagnosed").is_some());
    for text in ["5", "24", "", "angst"] {
        assert_eq!(DiagnosisGroup::parse(text), None, "{text:?}");
    }
}

#[test]
fn a_postcode_is_kept_in_one_way() {
    for (text, kept) in [
        ("9712CP", "9712CP"),
        ("9712 cp", "9712CP"),
        (" 9712 ", "9712"),
    ] {
        assert_eq!(Postcode::parse(text).unwrap().as_str(), kept);
    }
    for text in ["0712CP", "971", "9712C", "9712CPX", "CP9712", "97é2", ""] {
        assert_eq!(Postcode::parse(text), None, "{text:?}");
    }
}

#[test]
fn an_insurer_has_a_name_or_a_code() {
    assert_eq!(
        InsurerName::parse(" Zilveren   Kruis ").unwrap().as_str(),
        "Zilveren Kruis"
    );
    assert_eq!(InsurerName::parse("3311").unwrap().as_str(), "3311");
    let too_long = "x".repeat(81);
    for text in ["", "  ", "a\u{0}b", &too_long] {
        assert_eq!(InsurerName::parse(text), None, "{text:?}");
    }
}

#[test]
fn ages_are_human_and_in_order() {
    let adults = AgeRange::parse(Some(18), Some(65)).unwrap();
    assert_eq!(
        [17, 18, 65, 66].map(|age| adults.contains(age)),
        [false, true, true, false]
    );
    assert!(AgeRange::default().contains(0));
    assert!(AgeRange::parse(None, Some(130)).is_some());
    assert_eq!(AgeRange::parse(Some(19), Some(18)), None);
    assert_eq!(AgeRange::parse(None, Some(131)), None);
}

#[test]
fn coordinates_are_on_earth() {
    assert!(Coordinates::parse(53.2, 6.6).is_some());
    for (latitude, longitude) in [
        (90.1, 0.0),
        (0.0, 180.1),
        (f64::NAN, 0.0),
        (0.0, f64::INFINITY),
    ] {
        assert_eq!(Coordinates::parse(latitude, longitude), None);
    }
}

#[test]
fn operational_is_what_is_occupied_held_and_available() {
    let unchecked = UncheckedCounts {
        occupied: 5,
        available: 3,
        ..UncheckedCounts::default()
    };
    assert_eq!(
        unchecked.clone().check(2).map(|counts| counts.operational),
        Ok(10)
    );

    let stated = |operational| UncheckedCounts {
        operational: Some(operational),
        ..unchecked.clone()
    };
    assert!(stated(10).check(2).is_ok());
    assert_eq!(
        stated(9).check(2),
        Err(CountsError::OperationalDiffers {
            operational: 9,
            sum: 10
        })
    );
}

#[test]
fn no_more_are_on_leave_than_there_are() {
    let on_leave = |on_leave| UncheckedCounts {
        occupied: 5,
        on_leave: Some(on_leave),
        ..UncheckedCounts::default()
    };
    assert!(on_leave(5).check(0).is_ok());
    let error = CountsError::MoreOnLeaveThanOccupied {
        on_leave: 6,
        occupied: 5,
    };
    assert_eq!(on_leave(6).check(0), Err(error));
}

#[test]
fn counts_that_are_no_places_are_refused() {
    let huge = UncheckedCounts {
        occupied: u32::MAX,
        available: 1,
        ..UncheckedCounts::default()
    };
    assert_eq!(huge.check(0), Err(CountsError::TooMany));
    let most = Blocked {
        reason: BlockReason::Staff,
        count: u32::MAX,
    };
    let blocked = UncheckedCounts {
        blocked: vec![most, most],
        ..UncheckedCounts::default()
    };
    assert_eq!(blocked.check(0), Err(CountsError::TooMany));
}

#[test]
fn blocked_places_stand_outside_and_are_kept_once_by_reason() {
    let blocked = |reason, count| Blocked { reason, count };
    let counts = UncheckedCounts {
        available: 1,
        blocked: vec![
            blocked(BlockReason::Repair, 1),
            blocked(BlockReason::Staff, 2),
            blocked(BlockReason::Infection, 0),
            blocked(BlockReason::Repair, 3),
        ],
        ..UncheckedCounts::default()
    }
    .check(0)
    .unwrap();
    assert_eq!(counts.operational, 1);
    assert_eq!(
        counts.blocked,
        [
            blocked(BlockReason::Staff, 2),
            blocked(BlockReason::Repair, 4)
        ]
    );
}

#[test]
fn a_total_wait_is_what_is_known_of_it() {
    let total = |intake_wait_days, treatment_wait_days| {
        Wait {
            intake_wait_days,
            treatment_wait_days,
            ..Wait::default()
        }
        .total_wait_days()
    };
    assert_eq!(total(Some(7), Some(14)), Some(21));
    assert_eq!(total(Some(7), None), Some(7));
    assert_eq!(total(None, Some(14)), Some(14));
    assert_eq!(total(None, None), None);
    assert_eq!(total(Some(u32::MAX), Some(1)), Some(u32::MAX));
}
