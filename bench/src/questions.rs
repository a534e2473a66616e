//! What screening teams ask: the same questions of both.

use proto::capacity::v1::{CapacityFilter, CareType, Circuit, FindCapacityRequest, SortOrder};

use crate::zipf::Zipf;

const PAGE: u32 = 20;
const DISTANCES_KM: [f64; 4] = [10.0, 20.0, 30.0, 50.0];
const MAX_WAITS_DAYS: [u32; 3] = [28, 98, 180];
/// Circuit, ages that ask for it, and diagnosis groups that are asked for; none: whatever it is.
const PEOPLE: [(Circuit, (u32, u32), &[&str]); 5] = [
    (
        Circuit::Adults,
        (18, 64),
        &["", "04", "05", "07", "18", "01"],
    ),
    (Circuit::Youth, (4, 17), &["", "01"]),
    (Circuit::Elderly, (65, 90), &["", "04", "17"]),
    (Circuit::Addiction, (18, 60), &["16"]),
    (Circuit::Adolescents, (16, 23), &["", "02", "04"]),
];
/// Every third is about one level of care only.
const CARE: [&[CareType]; 3] = [
    &[CareType::Specialised, CareType::Combined],
    &[CareType::Basic, CareType::Specialised, CareType::Combined],
    &[CareType::Specialised],
];

/// One question: seven filters and a distance.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) municipality: String,
    pub(crate) max_km: f64,
    pub(crate) care: Vec<CareType>,
    pub(crate) circuit: Circuit,
    pub(crate) age: u32,
    /// Empty: whatever it is.
    pub(crate) group: String,
    pub(crate) insurer: String,
    pub(crate) max_wait_days: u32,
}

impl Question {
    /// Returns so many, the same every time; most are asked where most people live.
    pub(crate) fn many(count: usize) -> Vec<Self> {
        let codes: Vec<&str> = reference::municipalities()
            .map(|place| place.code.as_str())
            .collect();
        let bound = u32::try_from(codes.len()).unwrap_or(1);
        let mut places = Zipf::new(bound, 0.8).seeded(11);
        let mut dice = Zipf::new(1_000, 0.0).seeded(12);
        let made = (0..count).filter_map(|number| {
            let (circuit, (youngest, oldest), groups) = PEOPLE.get(dice.next() % PEOPLE.len())?;
            let years = u32::try_from(dice.next()).unwrap_or(0) % (oldest - youngest + 1);
            Some(Self {
                // Spreads the ranks over the country.
                municipality: codes.get(places.next() * 101 % codes.len())?.to_string(),
                max_km: *DISTANCES_KM.get(dice.next() % DISTANCES_KM.len())?,
                care: CARE.get(number % CARE.len())?.to_vec(),
                circuit: *circuit,
                age: youngest + years,
                group: groups.get(dice.next() % groups.len())?.to_string(),
                insurer: "Demo-verzekeraar".to_owned(),
                max_wait_days: *MAX_WAITS_DAYS.get(dice.next() % MAX_WAITS_DAYS.len())?,
            })
        });
        made.collect()
    }

    /// Returns it as the contract states it.
    pub(crate) fn request(&self) -> FindCapacityRequest {
        FindCapacityRequest {
            filter: Some(CapacityFilter {
                municipality_code: self.municipality.clone(),
                max_distance_km: Some(self.max_km),
                care_types: self.care.iter().map(|care| i32::from(*care)).collect(),
                circuits: vec![self.circuit.into()],
                age_years: Some(self.age),
                diagnosis_group: self.group.clone(),
                insurer: self.insurer.clone(),
                language: "nl".to_owned(),
                max_wait_days: Some(self.max_wait_days),
                only_available: true,
                ..CapacityFilter::default()
            }),
            sort: vec![SortOrder::Wait.into(), SortOrder::Distance.into()],
            page_size: PAGE,
            ..FindCapacityRequest::default()
        }
    }
}
