mod calibration;
mod cases;
mod experience;
mod properties;

use super::*;
use crate::capacity::confidence::{Basis, Confidence, Experience, Scores};
use crate::{Aggregate, replay};

const HOUR: i64 = 3_600_000;
/// Monday 3 November 2025, 08:00 in Dutch winter time.
const MONDAY: i64 = 1_762_153_200_000;

/// That many hours later.
const fn after(hours: i64) -> Timestamp {
    at(MONDAY + hours * HOUR)
}

fn counted(observed_at: Timestamp, available: u32) -> Event {
    reported(report(observed_at, None, available))
}

/// A unit of one provider that was published, and then counted these places, eight hours apart.
fn unit(provider: u32, available: &[u32]) -> Offering {
    let published = Event::OfferingPublished(Box::new(Details {
        provider_id: ProviderId::parse(&format!("demo:{provider}")).unwrap(),
        ..details()
    }));
    let counts = (0..)
        .zip(available)
        .map(|(place, available)| counted(after(8 * place), *available));
    replay(&[published].into_iter().chain(counts).collect::<Vec<_>>())
}

/// What these units teach, numbered in their order.
fn experience(units: &[Offering]) -> Experience {
    let mut experience = Experience::default();
    for (number, unit) in units.iter().enumerate() {
        experience.set(number, unit);
    }
    experience
}

/// Free twice as often as not.
fn often_free(reports: usize) -> Vec<u32> {
    [2, 1, 0].into_iter().cycle().take(reports).collect()
}

fn chance(confidence: Option<Confidence>) -> f64 {
    confidence.unwrap().chance
}
