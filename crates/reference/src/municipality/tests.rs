use proptest::prelude::*;

use super::*;

fn named(name: &str) -> &'static Municipality {
    municipality_named(name).unwrap()
}

#[test]
fn every_row_of_the_tables_is_read() {
    let lines = |text: &str| text.lines().count() - 1;
    assert_eq!(
        municipalities().len(),
        lines(include_str!("../../data/municipalities.csv"))
    );
    assert_eq!(municipalities().len(), 342);
    assert_eq!(
        former_municipalities().len(),
        lines(include_str!("../../data/municipality-successors.csv"))
    );
    assert_eq!(former_municipalities().len(), 84);
}

#[test]
fn a_name_with_a_comma_stays_whole() {
    let nuenen = municipality("GM0820").unwrap();
    assert_eq!(nuenen.name, "Nuenen, Gerwen en Nederwetten");
    assert_eq!(nuenen.care_office_region_code, "ZK30");
}

#[test]
fn every_municipality_lies_in_the_netherlands() {
    for place in municipalities() {
        assert!(
            (50.7..53.6).contains(&place.latitude_degrees),
            "{}",
            place.name
        );
        assert!(
            (3.3..7.3).contains(&place.longitude_degrees),
            "{}",
            place.name
        );
    }
}

#[test]
fn every_former_code_ends_in_codes_that_are_in_use() {
    for former in former_municipalities() {
        match current_code(&former.code) {
            CurrentCode::FormerOf(successor) => {
                assert_eq!(municipality(&successor.code), Some(successor));
            }
            CurrentCode::Split(codes) => {
                assert!(codes.len() > 1, "{}", former.code);
                assert!(
                    codes.iter().all(|code| municipality(code).is_some()),
                    "{}",
                    former.code
                );
            }
            CurrentCode::Current(_) | CurrentCode::Unknown => {
                panic!("{} leads nowhere", former.code)
            }
        }
    }
}

#[test]
fn a_former_code_leads_to_its_one_successor() {
    assert_eq!(
        current_code("GM0017"),
        CurrentCode::FormerOf(municipality("GM0014").unwrap())
    );
    assert_eq!(
        current_code("GM0014"),
        CurrentCode::Current(municipality("GM0014").unwrap())
    );
    assert_eq!(current_code("GM9999"), CurrentCode::Unknown);
    assert_eq!(current_code(""), CurrentCode::Unknown);
}

#[test]
fn a_municipality_that_was_split_leads_to_nobody_in_particular() {
    let split = CurrentCode::Split(vec!["GM0757", "GM0824", "GM0855", "GM0865"]);
    assert_eq!(current_code("GM0788"), split);
    assert_eq!(municipality_named("Haaren"), None);
}

#[test]
fn chains_of_successors_are_followed_and_circles_end() {
    let former = |code: &str, successors: &[&str]| Former {
        code: code.to_owned(),
        name: code.to_owned(),
        ended_on: "2020-01-01".to_owned(),
        successor_codes: successors.iter().map(|code| (*code).to_owned()).collect(),
    };
    let former = vec![
        former("A", &["B"]),
        former("B", &["GM0014"]),
        former("C", &["D"]),
        former("D", &["C"]),
    ];
    let table = Municipalities {
        rows: Vec::new(),
        by_code: HashMap::from([("GM0014".to_owned(), 7)]),
        former_by_code: former
            .iter()
            .enumerate()
            .map(|(at, row)| (row.code.clone(), at))
            .collect(),
        former,
        by_name: HashMap::new(),
    };
    assert_eq!(table.successors("A"), [7]);
    assert!(table.successors("C").is_empty());
}

#[test]
fn a_name_is_found_however_it_is_written() {
    assert_eq!(named("groningen").code, "GM0014");
    assert_eq!(named("'S-GRAVENHAGE").code, "GM0518");
    assert_eq!(named("Bergen (NH.)").code, "GM0373");
    assert_eq!(named("Bergen (L)").code, "GM0893");
    assert_eq!(named("Hengelo").code, "GM0164");
}

#[test]
fn a_name_that_several_have_is_nobodys() {
    assert_eq!(municipality_named("Bergen"), None);
    assert_eq!(municipality_named("Nergenshuizen"), None);
    assert_eq!(municipality_named(""), None);
}

#[test]
fn a_former_name_leads_to_the_one_successor() {
    assert_eq!(named("Bussum").name, "Gooise Meren");
    assert_eq!(named("Haren").code, "GM0014");
}

#[test]
fn groningen_and_assen_are_some_26_km_apart() {
    let distance = distance_km(named("Groningen"), named("Assen"));
    assert!((24.0..28.0).contains(&distance), "{distance}");
    let across = distance_km(named("Groningen"), named("Maastricht"));
    assert!((260.0..275.0).contains(&across), "{across}");
}

fn any_municipality() -> impl Strategy<Value = &'static Municipality> {
    (0..342_usize).prop_map(|index| municipalities().nth(index).unwrap())
}

proptest! {
    #[test]
    fn a_distance_is_the_same_both_ways_and_fits_in_the_country(
        one in any_municipality(), other in any_municipality(),
    ) {
        let distance = distance_km(one, other);
        prop_assert!((distance - distance_km(other, one)).abs() < 1e-9);
        prop_assert!((0.0..350.0).contains(&distance));
        prop_assert_eq!(one == other, distance < 1e-6);
    }

    #[test]
    fn no_text_upsets_the_tables(text in ".{0,20}") {
        if let Some(found) = municipality_named(&text) {
            prop_assert!(municipality(&found.code).is_some());
        }
        prop_assert_eq!(municipality(&text).is_some(), matches!(current_code(&text), CurrentCode::Current(_)));
    }
}
