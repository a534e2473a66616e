use proto::waitlist::v1::{
    AgainstNorm, BreachForeseen, Cell, Clock, Completeness, CountWaitingResponse, Dimension, Entry,
    GetEntryResponse, GetProtectedTableResponse, Happened, Heard, KeyRotation, LeftOut, Outcome,
    PersonsByLists, Phase, Profile, ProtectedKind, ProtectedRow, ProtectedRows, Receipt,
    Registration, ReturnLine, Wait,
};

use super::*;

fn norm(within: u64, over: u64) -> Option<AgainstNorm> {
    Some(AgainstNorm {
        within,
        over,
        without_norm: 0,
    })
}

fn entry() -> Entry {
    Entry {
        entry_id: "0123456789abcdef0123456789abcdef".into(),
        registration: Some(Registration {
            provider_id: "agb:06011009".into(),
            care_type: "specialised".into(),
            registered_on: "2026-03-01".into(),
            profile: Some(Profile {
                age_band: "25-44".into(),
                municipality_code: "GM0014".into(),
                diagnosis_group: "05".into(),
                ..Profile::default()
            }),
            ..Registration::default()
        }),
        phase: Phase::Registered.into(),
        waiting_since: "2026-03-01".into(),
        waits: vec![Wait {
            clock: Clock::ToIntake.into(),
            since: "2026-03-01".into(),
            days: 30,
            norm_days: Some(28),
            ..Wait::default()
        }],
        stale: true,
        stale_from: "2026-04-05".into(),
        exceeded: vec![Clock::ToIntake.into()],
        foreseen: vec![BreachForeseen {
            clock: Clock::Total.into(),
            expected_on: "2026-07-01".into(),
            norm_ends_on: "2026-06-07".into(),
        }],
        epochs: vec!["2026a".into()],
        ..Entry::default()
    }
}

#[test]
fn a_list_shows_days_against_the_norm_and_what_to_look_at() {
    let shown = entries_table(&[entry()]);
    for part in [
        "0123456789abcdef0123456789abcdef",
        "registered",
        "30/28",
        "2026-04-05",
        "over:",
        "total 2026-07-01",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    assert!(
        shown.lines().all(|line| line.chars().count() <= 120),
        "{shown}"
    );
}

#[test]
fn everything_that_is_held_is_shown_with_names_beside_the_codes() {
    let held = GetEntryResponse {
        entry: Some(entry()),
        history: vec![Happened {
            what: "registered".into(),
            on: "2026-03-01".into(),
            actor: "provider-system@agb:06011009".into(),
            ..Happened::default()
        }],
        position: "p".into(),
    };
    let shown = held_text(&held);
    for part in [
        "GM0014 Groningen",
        "05 Anxiety disorders",
        "not held; a pseudonym under the keys of 2026a",
        "total: expected 2026-07-01, norm until 2026-06-07",
        "provider-system@agb:06011009",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    let object = serde_json::to_value(HeldObject::new(&held)).unwrap();
    assert_eq!(object["kind"], "entry");
    assert_eq!(object["waits"][0]["until"], serde_json::Value::Null);
    assert_eq!(object["history"][0]["what"], "registered");
    assert_eq!(object["position"], "p");
}

fn counts() -> CountWaitingResponse {
    let cell = Cell {
        values: vec!["GM0014".into(), String::new()],
        entries: 12,
        persons: 11,
        persons_without_number: 1,
        preferring: 4,
        for_intake: norm(5, 3),
        for_treatment: norm(3, 1),
        total_wait: norm(9, 3),
    };
    CountWaitingResponse {
        on: "2026-03-01".into(),
        by: vec![Dimension::Municipality.into(), Dimension::GpPractice.into()],
        cells: vec![cell.clone()],
        total: Some(cell),
        persons_on_several_lists: 1,
        persons_by_lists: vec![PersonsByLists {
            lists: 2,
            persons: 1,
        }],
        left_out: Some(LeftOut {
            stale: 2,
            not_granted: 1,
            unusable: 0,
        }),
        completeness: Some(Completeness {
            complete_until: "2026-02-20".into(),
            providers: vec![Heard {
                provider_id: "agb:06011009".into(),
                waiting: 14,
                stale: 2,
                last_on: "2026-02-28".into(),
                complete_until: "2026-02-20".into(),
            }],
        }),
        rotation: Some(KeyRotation {
            to: "2027a".into(),
            keyed: 13,
            carrying: 6,
            complete: false,
        }),
        ..CountWaitingResponse::default()
    }
}

#[test]
fn counts_say_what_they_rest_on() {
    let shown = counts_text(&counts());
    for part in [
        "GM0014 Groningen",
        "not known",
        "waiting on 2026-03-01: 11 persons at 12 places, 1 of them without a citizen number",
        "left out: 2 stale, 1 not granted by the evaluator, 0 unusable",
        "complete until 2026-02-20 for 1 provider; behind: agb:06011009 (2 of 14 stale, last heard 2026-02-28)",
        "keys: 6 of 13 open entries, stale ones and those in treatment too, carry those of 2027a: the older keys are still needed",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    let cell = CellObject::new(&counts().by, &counts().cells[0]);
    let cell = serde_json::to_value(cell).unwrap();
    assert_eq!(cell["values"]["municipality"], "GM0014");
    assert_eq!(cell["values"]["gp_practice"], serde_json::Value::Null);
    assert_eq!(cell["for_intake"]["over"], 3);
    let summary = serde_json::to_value(CountsSummary::from(&counts())).unwrap();
    assert_eq!(summary["complete_until"], "2026-02-20");
    assert_eq!(summary["left_out"]["not_granted"], 1);
    assert_eq!(summary["rotation"]["to"], "2027a");
    assert_eq!(summary["frozen"], serde_json::Value::Null);
}

#[test]
fn nobody_heard_of_is_no_day() {
    let shown = counts_text(&CountWaitingResponse::default());
    assert!(
        shown.contains("complete until no day for 0 providers"),
        "{shown}"
    );
}

#[test]
fn a_protected_table_says_that_what_is_not_there_is_not_nothing() {
    let table = GetProtectedTableResponse {
        on: "2026-03-01".into(),
        persons: Some(120),
        rows: vec![ProtectedRow {
            value: "GM0014".into(),
            persons: 80,
            diagnosis_groups: vec![ProtectedKind {
                value: "05".into(),
                persons: 40,
            }],
        }],
    };
    let shown = protected_text(ProtectedRows::Municipality, &table);
    for part in [
        "GM0014 Groningen",
        "05 Anxiety disorders",
        "nothing under ten persons is shown",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    let few = GetProtectedTableResponse::default();
    let shown = protected_text(ProtectedRows::GpPractice, &few);
    assert!(shown.contains("fewer than ten persons"), "{shown}");
}

#[test]
fn a_return_has_a_line_for_each_place_and_kind() {
    let line = ReturnLine {
        provider_id: "agb:06011009".into(),
        care_type: "specialised".into(),
        diagnosis_group: "05".into(),
        waiting_for_intake: norm(5, 3),
        intakes_held: norm(8, 1),
        intake_wait_tenths_of_weeks: Some(63),
        ..ReturnLine::default()
    };
    let csv = return_csv("2026-10", &[line]).unwrap();
    let mut lines = csv.lines();
    assert_eq!(
        lines.next().map(|header| header.split(',').count()),
        Some(19)
    );
    assert_eq!(
        lines.next(),
        Some("2026-10,agb:06011009,,specialised,05,5,3,0,0,0,0,8,1,0,0,0,0,6.3,")
    );
    assert_eq!(lines.next(), None);
}

#[test]
fn a_receipt_names_its_entry() {
    let receipt = Receipt {
        outcome: Outcome::Taken.into(),
        position: "p".into(),
        command_id: "c".into(),
    };
    let object = serde_json::to_value(ReceiptObject::new("e", Some(&receipt))).unwrap();
    assert_eq!(
        object,
        serde_json::json!({"kind": "receipt", "outcome": "taken", "position": "p", "command_id": "c", "entry_id": "e"})
    );
}
