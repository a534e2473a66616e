mod counts;
mod declaration;
mod delivery;
mod forecast;
mod forms;
mod four_eyes;
mod four_eyes_model;
mod four_eyes_properties;
mod journey;
mod plain_counts;
mod protect;
mod retention;
mod returns;
mod roll;
mod rotation;
mod skew;
mod waits;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::counts::*;
use super::*;
use crate::testing::{Given, given};
use crate::{Aggregate, CareType, DiagnosisGroup, MunicipalityCode, replay};

const DAY_MILLIS: i64 = 24 * 3_600_000;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// 1 January 2026 and so many days.
fn on(days: i32) -> Day {
    day("2026-01-01").plus(days)
}

/// Noon of such a day.
fn noon(days: i32) -> Timestamp {
    on(days).begins_at().plus_millis(DAY_MILLIS / 2)
}

fn provider(number: u32) -> ProviderId {
    ProviderId::parse(&format!("agb:0600000{number}")).unwrap()
}

/// A person's keys of one epoch.
fn keys(epoch: u16, person: u8) -> EpochKeys {
    let bytes = |scope: u8| [epoch.to_be_bytes()[1], scope, person].repeat(11);
    let bytes = |scope: u8| <[u8; 32]>::try_from(&bytes(scope)[..32]).unwrap();
    EpochKeys {
        epoch: Epoch(epoch),
        region: PersonKey::from_bytes(bytes(1)),
        national: Some(PersonKey::from_bytes(bytes(2))),
    }
}

fn person_of(by_epoch: &[EpochKeys]) -> PersonKeys {
    PersonKeys::parse(by_epoch.to_vec(), Grant::Covered).unwrap()
}

fn person(number: u8) -> PersonKeys {
    person_of(&[keys(1, number)])
}

fn profile() -> Profile {
    Profile {
        age_band: AgeBand::parse("25-44").unwrap(),
        municipality_code: MunicipalityCode::parse("GM0114").unwrap(),
        gp_practice: GpPractice::parse("01054321"),
        diagnosis_group: DiagnosisGroup::parse("04").unwrap(),
        is_preferred: false,
    }
}

fn registration(registered_on: Day) -> Registration {
    Registration {
        provider_id: provider(1),
        location_id: None,
        care_type: CareType::Specialised,
        registered_on,
        profile: profile(),
        person: person(1),
    }
}

fn register(registration: Registration) -> Command {
    Command::Register(Box::new(registration))
}

/// On the list since the first day.
fn registered() -> Event {
    registered_as(registration(on(0)))
}

fn registered_as(registration: Registration) -> Event {
    Event::Registered {
        stated_on: registration.registered_on,
        registration: Box::new(registration),
    }
}

fn reaffirmation(on: Day) -> Reaffirmation {
    Reaffirmation {
        on,
        person: None,
        profile: None,
    }
}

fn reaffirm(on: Day) -> Command {
    Command::Reaffirm(Box::new(reaffirmation(on)))
}

fn reaffirmed(on: Day) -> Event {
    Event::Reaffirmed(Box::new(reaffirmation(on)))
}

fn withdrawal(on: Day) -> Withdrawal {
    Withdrawal {
        on,
        by: WithdrawnBy::Person,
        reason: WithdrawalReason::HelpedElsewhere,
    }
}

fn actor(user: &str, organisation: u32) -> Actor {
    Actor {
        user: UserId::parse(user).unwrap(),
        organisation: provider(organisation),
    }
}

fn content(number: u8) -> ContentHash {
    ContentHash::from_bytes([number; 32])
}

fn category(code: &str) -> PriorityCategory {
    PriorityCategory::parse(code).unwrap()
}

fn entry_id(number: u32) -> EntryId {
    EntryId::from_bytes(u128::from(number).to_be_bytes())
}

fn listed(history: &[Event]) -> Listed {
    Arc::unwrap_or_clone(replay::<Entry>(history).listed.unwrap())
}

fn entry(history: impl IntoIterator<Item = Event>) -> Given<Entry> {
    given::<Entry>(history)
}

/// Entries with ids from 1 on.
fn with_ids(entries: &[Listed]) -> impl Iterator<Item = (EntryId, &Listed)> {
    (1..).map(entry_id).zip(entries)
}

/// What there is to count of entries with ids from 1 on.
fn rows(entries: &[Listed]) -> Rows {
    let mut roll = Roll::default();
    for (id, listed) in with_ids(entries) {
        roll.put(id, Arc::new(listed.clone()));
    }
    roll.rows()
}

/// Decides, and goes on from what follows; a "no" changes nothing.
fn take(entry: Entry, command: &Command, now: Timestamp) -> Entry {
    let events = entry.decide(command, now).unwrap_or_default();
    events.iter().fold(entry, Entry::evolve)
}
