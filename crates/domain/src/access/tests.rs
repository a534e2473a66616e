use std::collections::BTreeSet;

use super::table::TABLE;
use super::{
    Action, Caller, CallerError, Denial, OrganisationId, Outcome, PersonId, Purpose, Region,
    Resource, Role, admits, decide, usual_purpose,
};

const DOCUMENT: &str = include_str!("../../../../docs/access.md");

fn region(code: &str) -> Region {
    Region::parse(code).unwrap()
}

fn caller(role: Role) -> Caller {
    Caller {
        organisation: OrganisationId::parse("agb:06011009").unwrap(),
        role,
        person: PersonId::parse("somebody").unwrap(),
        region: region("drenthe"),
    }
}

fn outcome(role: Role, action: Action, purpose: Purpose, of: (&str, &str)) -> Outcome {
    let there = region(of.1);
    let resource = Resource {
        organisation: Some(of.0),
        region: &there,
    };
    decide(&caller(role), action, purpose, &resource).outcome
}

/// What a cell of the document says, found out by asking.
fn cell(role: Role, action: Action) -> String {
    let reaches = [
        ("✔", ("agb:00000000", "groningen")),
        ("r", ("agb:00000000", "drenthe")),
        ("o", ("agb:06011009", "groningen")),
    ];
    for (sign, resource) in reaches {
        for purpose in Purpose::ALL {
            match outcome(role, action, *purpose, resource) {
                Outcome::Allowed => return sign.to_owned(),
                Outcome::AllowedWithSecond if sign == "✔" => return "2".to_owned(),
                Outcome::AllowedWithSecond => return format!("{sign} 2"),
                Outcome::Denied(_) => {}
            }
        }
    }
    "–".to_owned()
}

fn purposes(action: Action) -> String {
    let named = TABLE.iter().filter(|row| row.action == action);
    let named: Vec<_> = named.map(|row| row.purpose.word()).collect();
    named.join(", ")
}

fn table_as_it_is() -> String {
    let roles = Role::ALL.iter().map(|role| format!(" {role} |"));
    let mut table = format!("| | Purpose |{}\n", roles.collect::<String>());
    table.push_str(&format!("|---|---|{}\n", "---|".repeat(Role::ALL.len())));
    for action in Action::ALL {
        let cells = Role::ALL
            .iter()
            .map(|role| format!(" {} |", cell(*role, *action)));
        let purposes = purposes(*action);
        table.push_str(&format!(
            "| {action} | {purposes} |{}\n",
            cells.collect::<String>()
        ));
    }
    table
}

#[test]
fn the_table_is_what_the_document_says() {
    let table = table_as_it_is();
    assert!(
        DOCUMENT.contains(&table),
        "docs/access.md must hold this table:\n{table}"
    );
}

#[test]
fn every_role_action_and_purpose_has_exactly_one_cell_and_an_answer() {
    for action in Action::ALL {
        let rows: Vec<_> = TABLE.iter().filter(|row| row.action == *action).collect();
        assert!(!rows.is_empty(), "nobody may ever {action}");
        let purposes: BTreeSet<_> = rows.iter().map(|row| row.purpose).collect();
        assert_eq!(purposes.len(), rows.len(), "{action} has a row twice");
        for row in rows {
            let roles: BTreeSet<_> = row.grants.iter().map(|(role, _)| role).collect();
            assert_eq!(roles.len(), row.grants.len(), "{action} names a role twice");
        }
    }
}

#[test]
fn a_caller_without_a_name_reaches_nothing_about_persons() {
    let about_no_person = [
        Action::PublishCapacity,
        Action::RelayCapacity,
        Action::RecordRefusal,
        Action::HoldPlace,
        Action::ReadRegionCapacity,
    ];
    let here = region("drenthe");
    for action in Action::ALL {
        for purpose in Purpose::ALL {
            let decision = admits(&Caller::unnamed(), *action, *purpose, &here);
            let is_let_in = !matches!(decision.outcome, Outcome::Denied(_));
            let may_be = about_no_person.contains(action) && *purpose == Purpose::Capacity;
            assert_eq!(is_let_in, may_be, "{action} for {purpose}");
        }
    }
}

#[test]
fn who_may_touch_only_what_is_their_own_may_not_touch_what_is_nobodys() {
    let here = region("drenthe");
    let nobodys = Resource {
        organisation: None,
        region: &here,
    };
    let provider = caller(Role::ProviderSystem);
    let decision = decide(
        &provider,
        Action::ReadOwnEntries,
        Purpose::Waitlist,
        &nobodys,
    );
    assert_eq!(decision.outcome, Outcome::Denied(Denial::OtherOrganisation));
    // But the call may come in.
    let admitted = admits(&provider, Action::ReadOwnEntries, Purpose::Waitlist, &here);
    assert_eq!(admitted.outcome, Outcome::Allowed);
}

#[test]
fn every_refusal_says_why() {
    let own = ("agb:06011009", "drenthe");
    let others = ("agb:00000000", "groningen");
    let asked = [
        (
            Role::Insurer,
            Action::ReadOwnEntries,
            Purpose::Waitlist,
            own,
            Denial::Role,
        ),
        (
            Role::ProviderSystem,
            Action::ReadOwnEntries,
            Purpose::Count,
            own,
            Denial::Purpose,
        ),
        (
            Role::ProviderSystem,
            Action::ReadOwnEntries,
            Purpose::Waitlist,
            others,
            Denial::OtherOrganisation,
        ),
        (
            Role::ScreeningMember,
            Action::ScreenEntry,
            Purpose::Waitlist,
            others,
            Denial::OtherRegion,
        ),
    ];
    for (role, action, purpose, resource, denial) in asked {
        let found = outcome(role, action, purpose, resource);
        assert_eq!(found, Outcome::Denied(denial), "{role} {action}");
    }
}

#[test]
fn a_rule_is_named_by_role_action_and_purpose() {
    let here = region("drenthe");
    let provider = caller(Role::ProviderSystem);
    let decision = admits(&provider, Action::PublishCapacity, Purpose::Capacity, &here);
    let rule = decision.rule.to_string();
    assert_eq!(rule, "provider-system/publish-capacity/CAPACITY");
}

#[test]
fn a_purpose_need_not_be_said_since_only_one_fits() {
    for action in Action::ALL {
        let rows = || TABLE.iter().filter(|row| row.action == *action);
        for role in Role::ALL {
            let fitting = rows().filter(|row| row.of(*role).is_some()).count();
            assert!(
                fitting <= 1,
                "{role} may {action} for several purposes: one must be said"
            );
        }
    }
    let usual = |role| usual_purpose(role, Action::ReadAccessLog);
    assert_eq!(usual(Role::Auditor), Purpose::Audit);
    assert_eq!(usual(Role::Supervisor), Purpose::Supervision);
    // Who may not is told so by a rule that names what it is about.
    assert_eq!(usual(Role::Insurer), Purpose::Audit);
}

#[test]
fn a_caller_reads_back_from_its_text() {
    let read = Caller::parse("somebody:provider-system@agb:06011009", region("drenthe"));
    assert_eq!(read, Ok(caller(Role::ProviderSystem)));
}

#[test]
fn what_does_not_name_a_caller_is_refused_by_its_part() {
    let wrong = [
        ("", CallerError::Form),
        ("somebody", CallerError::Form),
        ("somebody@agb:06011009", CallerError::Form),
        (":auditor@agb:06011009", CallerError::Person),
        ("some body:auditor@agb:06011009", CallerError::Person),
        ("line\nbreak:auditor@agb:06011009", CallerError::Person),
        // Nine digits: a citizen number is not an id.
        ("111222333:auditor@agb:06011009", CallerError::Person),
        ("somebody:king@agb:06011009", CallerError::Role),
        ("somebody:unnamed@agb:06011009", CallerError::Role),
        ("somebody:auditor@", CallerError::Organisation),
        ("somebody:auditor@agb:6", CallerError::Organisation),
        ("somebody:auditor@none:0", CallerError::Organisation),
        ("somebody:auditor@agb:06011009@x", CallerError::Organisation),
    ];
    for (text, error) in wrong {
        assert_eq!(
            Caller::parse(text, region("drenthe")),
            Err(error),
            "{text:?}"
        );
    }
    for organisation in [
        "oin:00000001234567890000",
        "uzovi:3311",
        "gm:GM0014",
        "demo:1",
    ] {
        assert!(
            OrganisationId::parse(organisation).is_some(),
            "{organisation}"
        );
    }
}

#[test]
fn every_word_reads_back() {
    assert!(
        Role::ALL
            .iter()
            .all(|role| Role::parse(role.word()) == Some(*role))
    );
    assert!(
        Action::ALL
            .iter()
            .all(|action| Action::parse(action.word()) == Some(*action))
    );
    assert!(
        Purpose::ALL
            .iter()
            .all(|purpose| Purpose::parse(purpose.word()) == Some(*purpose))
    );
}

#[test]
fn no_person_is_called_by_what_may_be_a_citizen_number() {
    for text in [
        "123456782",
        "123.456.782",
        "1-2-3-4-5-6-7-8-2",
        "12345678",
        "bsn123456782",
    ] {
        assert_eq!(PersonId::parse(text), None, "{text}");
    }
    for text in [
        "mdk",
        "ward-7",
        "u1234567",
        "6f9619ff-8b86-4d01-b42d-00c04fc964ff",
    ] {
        assert!(PersonId::parse(text).is_some(), "{text}");
    }
}

#[test]
fn one_organisation_has_one_id() {
    for text in ["nza:0699", "demo:01", "demo:00"] {
        assert_eq!(OrganisationId::parse(text), None, "{text}");
    }
    for (text, id) in [
        ("nza:0699", "nza:699"),
        ("demo:00", "demo:0"),
        ("agb:06011009", "agb:06011009"),
    ] {
        let provider = crate::capacity::ProviderId::parse(text).unwrap();
        assert_eq!(provider.as_str(), id);
    }
}
