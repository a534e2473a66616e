use super::*;

#[test]
fn an_entry_id_is_32_hexadecimal_digits() {
    let text = "0123456789abcdef0123456789abcdef";
    assert_eq!(EntryId::parse(text).unwrap().to_string(), text);
    for other in [
        "",
        "0123",
        &text.to_uppercase(),
        &format!("+{}", &text[1..]),
    ] {
        assert_eq!(EntryId::parse(other), None, "{other}");
    }
}

#[test]
fn nobody_is_two_people_by_a_capital() {
    assert_eq!(UserId::parse("J.Jansen"), UserId::parse("j.jansen"));
}

#[test]
fn a_citizen_number_is_nobodys_id() {
    assert_eq!(UserId::parse("999990019"), None);
    assert_eq!(LocationId::parse("999990019"), None);
    assert!(LocationId::parse("000012345678").is_some());
}

#[test]
fn codes_are_those_of_the_tables() {
    assert!(AgeBand::parse("25-44").is_some() && AgeBand::parse("25-45").is_none());
    assert!(PriorityCategory::parse("regular").is_some());
    assert_eq!(PriorityCategory::parse("very-urgent"), None);
    assert_eq!(GpPractice::parse("1054321"), None);
}

#[test]
fn a_person_has_keys_of_at_most_two_epochs_each_once() {
    let parse = |epochs: &[u16]| {
        let by_epoch = epochs.iter().map(|epoch| keys(*epoch, 1)).collect();
        PersonKeys::parse(by_epoch, Grant::Covered)
    };
    assert!(parse(&[]).is_some() && parse(&[2, 1]).is_some());
    assert_eq!(parse(&[1, 1]), None);
    assert_eq!(parse(&[1, 2, 3]), None);
}

#[test]
fn a_persons_key_cannot_be_printed() {
    let shown = format!("{:?}", listed(&[registered()]));
    assert!(shown.contains("PersonKey(…)"));
    let [epoch, scope, number] = [1, 1, 1];
    assert!(!shown.contains(&format!("[{epoch}, {scope}, {number}")));
}
