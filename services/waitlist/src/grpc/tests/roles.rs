//! Every call by every role, as the table of `docs/access.md` has it.

use std::collections::HashMap;

use domain::access::{Action, Role};
use tonic::Code;

use super::*;

const TABLE: &str = include_str!("../../../../../docs/access.md");
const NEVER: &str = "–";

/// The cells of the table: by action and role.
fn table() -> HashMap<(String, String), String> {
    let cells = |line: &str| -> Vec<String> {
        let cells = line.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).collect()
    };
    let mut lines = TABLE.lines().filter(|line| line.starts_with('|'));
    let head = cells(lines.find(|line| line.contains("Purpose")).unwrap());
    let mut table = HashMap::new();
    for line in lines.map(cells).filter(|line| line.len() == head.len()) {
        for (role, cell) in head.iter().zip(&line).skip(2) {
            table.insert((line[0].clone(), role.clone()), cell.clone());
        }
    }
    table
}

fn caller_in(role: Role) -> String {
    let organisation = match role {
        Role::ProviderSystem => "agb:06000001",
        Role::ReferrerGp => "agb:01054321",
        Role::Municipality | Role::ScreeningMember | Role::PrivacyOfficer => "gm:GM0114",
        Role::Insurer => "uzovi:3311",
        Role::Unnamed => return UNNAMED.to_owned(),
        Role::NationalDashboard
        | Role::Supervisor
        | Role::Auditor
        | Role::RegionOperator
        | Role::KeyCustodian => "demo:17",
    };
    format!("somebody:{role}@{organisation}")
}

#[tokio::test]
async fn threat_18_every_call_is_open_to_the_roles_of_the_table_and_to_no_other() {
    let (world, erasure) = World::in_use().await;
    let table = table();
    let mut open = 0;
    for (method, actions) in CALLS {
        for role in Role::ALL {
            let cell = |action: &Action| &table[&(action.to_string(), role.to_string())];
            let may = actions.iter().any(|action| cell(action) != NEVER);
            let answer = world.ask(method, &caller_in(*role), &erasure).await;
            let code = answer.err().map_or(Code::Ok, |status| status.code());
            let is_open = !matches!(code, Code::PermissionDenied | Code::Unauthenticated);
            assert_eq!(is_open, may, "{method} by a {role}: {code:?}");
            open += u32::from(is_open);
        }
    }
    assert_eq!(open, 37, "cells of the table that are open to somebody");
}

#[tokio::test]
async fn who_may_not_is_told_so_by_the_rule() {
    let world = World::start().await;
    let refused = world.ask("GetEntry", INSURER, "").await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    let info = refused.get_details_error_info().unwrap();
    assert_eq!(info.reason, "role-may-not");
    assert_eq!(info.metadata["rule"], "insurer/read-own-entries/WAITLIST");
    let unnamed = world.ask("CountWaiting", UNNAMED, "").await;
    assert_eq!(outcome(unnamed), "caller-unnamed");
}

#[tokio::test]
async fn a_practice_sees_its_own_patients_and_counts_nobody() {
    let world = World::start().await;
    world.register(ONE, 1, person(1)).await;
    world.register(TWO, 2, person(1)).await;
    let mut elsewhere = world.region.register(ONE, 3, person(3));
    let stated = elsewhere.registration.as_mut().unwrap();
    stated.profile.as_mut().unwrap().gp_practice = "01099999".into();
    world.register_entry(ONE, elsewhere).await.unwrap();
    let mut nowhere = world.region.register(ONE, 4, person(4));
    let stated = nowhere.registration.as_mut().unwrap();
    stated.profile.as_mut().unwrap().gp_practice = String::new();
    world.register_entry(ONE, nowhere).await.unwrap();

    let listed = world
        .list_entries(PRACTICE, v1::ListEntriesRequest::default())
        .await;
    let mut ids: Vec<String> = listed
        .unwrap()
        .entries
        .into_iter()
        .map(|entry| entry.entry_id)
        .collect();
    ids.sort();
    assert_eq!(ids, [id(1), id(2)], "on whichever list they wait");
    for (number, expected) in [
        (1, "done"),
        (2, "done"),
        (3, "unknown-entry"),
        (4, "unknown-entry"),
        (9, "unknown-entry"),
    ] {
        let request = v1::GetEntryRequest {
            entry_id: id(number),
            ..Default::default()
        };
        let answer = world.get_entry(PRACTICE, request).await;
        assert_eq!(outcome(answer), expected, "entry {number}");
    }
    let of_person = |number| v1::GetPersonRequest {
        person: Some(person(number)),
        ..Default::default()
    };
    let shown = world.get_person(PRACTICE, of_person(1)).await.unwrap();
    assert_eq!(shown.entries.len(), 2);
    let shown = world.get_person(PRACTICE, of_person(3)).await.unwrap();
    assert_eq!(shown.entries.len(), 0);
    for method in ["CountWaiting", "CountFlows", "GetMonthlyReturn"] {
        let answer = world.ask(method, PRACTICE, "").await;
        assert_eq!(outcome(answer), "role-may-not", "{method}");
    }
}
