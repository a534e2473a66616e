mod believed;
mod filters;
mod needs;
mod searches;

use std::collections::{BTreeSet, HashMap};

use domain::capacity::{
    AgeRange, CareType, Circuit, Details, DiagnosisGroup, Event, InsurerName, LanguageCode,
    MunicipalityCode, Origin, Pause, PauseId, PauseReason, PauseScope, ProviderId, ProviderKind,
    Report, Setting, SourceClass, UncheckedCounts, Wait, WithdrawalReason,
};
use domain::{Aggregate, replay};
use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_780_000_000_000);
const HOUR: i64 = 3_600_000;

fn details() -> Details {
    Details {
        provider_id: ProviderId::parse("agb:06011009").unwrap(),
        provider_name: Some("GGZ Noord".to_owned()),
        provider_kind: ProviderKind::Institution,
        location_id: None,
        location_name: None,
        municipality_code: MunicipalityCode::parse("GM0014").unwrap(),
        coordinates: None,
        postcode: None,
        programme_name: None,
        care_type: CareType::Specialised,
        place_kind: None,
        setting: Some(Setting::Open),
        security_level: None,
        stay_intensity: None,
        circuits: [Circuit::Adults].into(),
        age: AgeRange::default(),
        diagnosis_groups: [].into(),
        insurers: [].into(),
        languages: [LanguageCode::parse("nl").unwrap()].into(),
        origin: Origin::Declared,
        remark_codes: [].into(),
        shown_by_itself: false,
        promised_interval: None,
        terms: None,
    }
}

fn report(observed_at: Timestamp) -> Report {
    Report {
        sequence: None,
        observed_at,
        effective_at: None,
        valid_until: None,
        source_class: SourceClass::Typed,
        reporter_role: None,
        counts: None,
        waits: Vec::new(),
    }
}

fn published(details: Details) -> Event {
    Event::OfferingPublished(Box::new(details))
}

fn withdrawn() -> Event {
    Event::OfferingWithdrawn {
        reason: WithdrawalReason::Closed,
        withdrawn_at: NOW,
    }
}

fn counted(available: u32, observed_at: Timestamp) -> Event {
    let counts = UncheckedCounts {
        occupied: 3,
        available,
        ..UncheckedCounts::default()
    };
    let report = Report {
        counts: Some(counts.check(0).unwrap()),
        ..report(observed_at)
    };
    Event::CapacityReported {
        report,
        received_at: observed_at,
    }
}

fn waiting(waits: Vec<Wait>) -> Event {
    Event::CapacityReported {
        report: Report {
            waits,
            ..report(NOW)
        },
        received_at: NOW,
    }
}

fn wait(days: u32) -> Wait {
    Wait {
        intake_wait_days: Some(days),
        ..Wait::default()
    }
}

fn group(code: &str) -> DiagnosisGroup {
    DiagnosisGroup::parse(code).unwrap()
}

fn insurer(name: &str) -> InsurerName {
    InsurerName::parse(name).unwrap()
}

fn paused(scope: PauseScope) -> Event {
    Event::AdmissionsPaused(Pause {
        pause_id: PauseId::parse("a").unwrap(),
        scope,
        reason: PauseReason::NotStated,
        starts_at: None,
        ends_at: None,
        expected_end: None,
        waiting_list_closed: false,
    })
}

/// Offerings and the view of them, as the chassis keeps them.
#[derive(Default)]
struct World {
    view: CapacityView,
    states: HashMap<StreamId, Offering>,
    position: u64,
}

impl World {
    fn of(offerings: &[(&str, &[Event])]) -> Self {
        let mut world = Self::default();
        for (id, events) in offerings {
            for event in *events {
                world.record(id, event);
            }
        }
        world
    }

    fn record(&mut self, id: &str, event: &Event) {
        let stream = stream_of(&OfferingId::parse(id).unwrap()).unwrap();
        let state = self
            .states
            .remove(&stream)
            .unwrap_or_default()
            .evolve(event);
        self.position += 1;
        self.view
            .set(&stream, &state, Position::new(self.position), NOW);
        self.states.insert(stream, state);
    }

    fn find(&self, filter: &Filter, page: &Page) -> find::Found {
        self.view
            .find(filter, page, NOW, |stream| self.states.get(stream))
    }

    fn ids(&self, filter: &Filter) -> Vec<&str> {
        let found = self.find(filter, &page(&[], 500));
        found.rows.iter().map(|number| self.id(*number)).collect()
    }

    fn id(&self, number: RowNumber) -> &str {
        self.view.row(number).unwrap().id.as_str()
    }

    fn sorted(&self, filter: &Filter, orders: &[Order]) -> Vec<&str> {
        let found = self.find(filter, &page(orders, 500));
        found.rows.iter().map(|number| self.id(*number)).collect()
    }
}

fn page(orders: &[Order], size: usize) -> Page {
    Page {
        orders: orders.to_vec(),
        size,
        after: None,
    }
}
