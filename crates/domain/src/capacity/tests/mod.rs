mod closings;
mod confidence;
mod corrections;
mod forms;
mod holds;
mod holds_model;
mod holds_properties;
mod memory;
mod offerings;
mod pauses;
mod promises;
mod properties;
mod reconciliation;
mod refusals;
mod reports;
mod terms;

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::Timestamp;

const NOW: Timestamp = at(1_000_000);

const fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn id(text: &str) -> PauseId {
    PauseId::parse(text).unwrap()
}

fn group(code: &str) -> DiagnosisGroup {
    DiagnosisGroup::parse(code).unwrap()
}

fn insurer(name: &str) -> InsurerName {
    InsurerName::parse(name).unwrap()
}

fn details() -> Details {
    Details {
        provider_id: ProviderId::parse("agb:06000001").unwrap(),
        provider_name: Some("Stichting Voorbeeld".to_owned()),
        provider_kind: ProviderKind::Institution,
        location_id: None,
        location_name: None,
        municipality_code: MunicipalityCode::parse("GM0014").unwrap(),
        coordinates: None,
        postcode: None,
        programme_name: None,
        care_type: CareType::Specialised,
        place_kind: Some(PlaceKind::Bed),
        setting: Some(Setting::Open),
        security_level: None,
        stay_intensity: None,
        circuits: BTreeSet::from([Circuit::Adults]),
        age: AgeRange::default(),
        diagnosis_groups: BTreeSet::new(),
        insurers: BTreeSet::new(),
        languages: BTreeSet::new(),
        origin: Origin::Declared,
        remark_codes: BTreeSet::new(),
        shown_by_itself: false,
        promised_interval: None,
        terms: None,
    }
}

fn others_details() -> Details {
    Details {
        provider_id: ProviderId::parse("agb:06000002").unwrap(),
        ..details()
    }
}

fn published() -> Event {
    Event::OfferingPublished(Box::new(details()))
}

fn withdrawn(reason: WithdrawalReason) -> Event {
    Event::OfferingWithdrawn {
        reason,
        withdrawn_at: at(20),
    }
}

fn publication() -> Publication {
    Publication {
        details: details(),
        report: None,
        pauses: None,
    }
}

fn publish(publication: Publication) -> Command {
    Command::Publish(Box::new(publication))
}

fn counts(occupied: u32, available: u32) -> Counts {
    UncheckedCounts {
        occupied,
        available,
        ..UncheckedCounts::default()
    }
    .check(0)
    .unwrap()
}

fn wait(intake_wait_days: u32) -> Wait {
    Wait {
        intake_wait_days: Some(intake_wait_days),
        ..Wait::default()
    }
}

/// Counts of so many free places, observed at that moment.
fn report(observed_at: Timestamp, sequence: Option<u64>, available: u32) -> Report {
    Report {
        sequence,
        observed_at,
        effective_at: None,
        valid_until: None,
        source_class: SourceClass::RecordSystem,
        reporter_role: Some(ReporterRole::System),
        counts: Some(counts(5, available)),
        waits: Vec::new(),
    }
}

fn waits_report(observed_at: Timestamp, sequence: Option<u64>, waits: Vec<Wait>) -> Report {
    Report {
        counts: None,
        waits,
        ..report(observed_at, sequence, 0)
    }
}

fn reported(report: Report) -> Event {
    Event::CapacityReported {
        report,
        received_at: NOW,
    }
}

fn pause(pause_id: &str) -> Pause {
    Pause {
        pause_id: id(pause_id),
        scope: PauseScope::default(),
        reason: PauseReason::StaffShortage,
        starts_at: None,
        ends_at: None,
        expected_end: None,
        waiting_list_closed: false,
    }
}

fn pause_until(pause_id: &str, ends_at: Timestamp) -> Pause {
    Pause {
        ends_at: Some(ends_at),
        ..pause(pause_id)
    }
}

fn resumed(pause_id: &str, cause: ResumeCause) -> Event {
    Event::AdmissionsResumed(id(pause_id), cause)
}

/// The id of the so-manieth hold.
fn hold_id(number: u8) -> HoldId {
    HoldId::parse(&format!("019d5f33-0000-7000-8000-0000000000{number:02x}")).unwrap()
}

fn hold(number: u8, token: u64, expires_at: Timestamp) -> Hold {
    Hold {
        hold_id: hold_id(number),
        token,
        expires_at,
    }
}

fn claim(number: u8, token: u64) -> Claim {
    Claim {
        hold_id: hold_id(number),
        token,
    }
}

fn place(number: u8, expires_at: Timestamp) -> Command {
    Command::HoldPlace {
        hold_id: hold_id(number),
        expires_at,
    }
}

fn ended(number: u8, token: u64, end: HoldEnd, ended_at: Timestamp) -> Event {
    Event::HoldEnded(EndedHold {
        hold_id: hold_id(number),
        token,
        end,
        ended_at,
    })
}
